//! `https://user:password@host`.

use dflint_fix::Fix;
use dflint_parser::Span;

use crate::run_view::RunView;
use crate::scan::texts;
use crate::secret_literal::{self, Literal};
use crate::secret_mount::env_advice;
use crate::secret_text::passwords;
use crate::{Context, Dialect, Findings, Rule};

/// The variable that a password is mounted as.
const VARIABLE: &str = "PASSWORD";

/// See the page.
pub(crate) struct CredentialsInUrl;

impl Rule for CredentialsInUrl {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let runs: Vec<RunView> = cx.runs().collect();
        for (index, instruction) in cx.dockerfile.instructions.iter().enumerate() {
            let run = runs.binary_search_by_key(&index, |run| run.index).ok();
            let run = run.and_then(|at| runs.get(at));
            let spans = texts(instruction).flat_map(|text| {
                let found = passwords(text.as_str()).into_iter();
                found.map(|password| text.span_of(password))
            });
            let spans: Vec<Span> = spans.collect();
            for span in &spans {
                report(cx, run, *span, spans.len(), findings);
            }
        }
    }
}

/// Reports the password at `span`, one of `count` in its instruction.
fn report(cx: &Context, run: Option<&RunView>, span: Span, count: usize, findings: &mut Findings) {
    let Some(run) = run else {
        findings.report(
            span,
            "the password of this address stays in the image: revoke it, and hand another in with \
             a secret mount or when the container starts",
        );
        return;
    };
    let message = format!(
        "the password of this address stays in the image's history: revoke it, write \
         `${{{VARIABLE}}}`, and hand another in with {}",
        env_advice(VARIABLE)
    );
    let finding = findings.report(span, message);
    if cx.dialect == Dialect::Dflint {
        finding.fix_or_withhold(match count {
            1 => fix(cx, run, span),
            _ => Err("one variable cannot stand for several passwords".to_owned()),
        });
    }
}

/// The fix that mounts the password at `span` of a `RUN`.
fn fix(cx: &Context, run: &RunView, span: Span) -> Result<Fix, String> {
    let holder = run.commands().find_map(|command| {
        let mut words = command.words();
        let word = words.find(|word| word.span().contains(span))?;
        Some((command, word))
    });
    let (command, word) = holder.ok_or("the address is no word of a command")?;
    let literal = Literal::InWord { word, span };
    secret_literal::fix(cx, run, command, &literal, VARIABLE)
}
