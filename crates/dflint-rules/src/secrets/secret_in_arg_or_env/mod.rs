//! `ARG NPM_TOKEN`, `ENV DB_PASSWORD=…`.

mod mount;

use dflint_build::{Action, Value};
use dflint_knowledge::secret::{buildkit_secret_names, hadolint_secret_names};
use dflint_parser::{Command, InstructionName, Text};

use crate::harmless_value::{is_harmless, names_key_file};
use crate::secret_mount::env_advice;
use crate::visit::Visit;
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct SecretInArgOrEnv;

impl Rule for SecretInArgOrEnv {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Arg, InstructionName::Env]
    }

    fn sees_onbuild(&self) -> bool {
        true
    }

    /// hadolint looks at the names as they are written, and reports an instruction once.
    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        if cx.dialect != Dialect::Hadolint {
            return;
        }
        let mut keys = written_keys(&site.instruction.command);
        if matches!(site.instruction.command, Command::Arg(_)) {
            // It knows no `ARG` of several words.
            keys.truncate(1);
        }
        let names = hadolint_secret_names();
        if let Some(key) = keys.into_iter().find(|key| names.matches(key.as_str())) {
            let instruction = site.instruction;
            let message = message(instruction.keyword.as_str(), key.as_str());
            findings.report(cx.anchor(instruction, key.span()), message);
        }
    }

    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if cx.dialect == Dialect::Hadolint {
            return;
        }
        for visit in cx.visits() {
            let instruction = visit.step.instruction;
            let written = written_keys(&instruction.command);
            for (key, assigned) in written.into_iter().zip(assigned(&visit)) {
                if !buildkit_secret_names().matches(assigned.name) {
                    continue;
                }
                let harmless = cx.dialect == Dialect::Dflint && assigned.is_harmless();
                if harmless {
                    continue;
                }
                let keyword = instruction.keyword.as_str();
                let name = assigned.name;
                let finding = findings.report(visit.anchor(cx, key.span()), message(keyword, name));
                if cx.dialect == Dialect::Dflint {
                    finding.fix_or_withhold(mount::fix(cx, visit.stage, visit.step, name));
                }
            }
        }
    }
}

fn message(keyword: &str, name: &str) -> String {
    let stays = match keyword.eq_ignore_ascii_case("ARG") {
        true => "stays in the image's history",
        false => "is part of the image",
    };
    format!(
        "`{name}` sounds like a secret, and {keyword} {stays}: use {}",
        env_advice(name),
    )
}

fn written_keys<'m, 'a>(command: &'m Command<'a>) -> Vec<&'m Text<'a>> {
    match command {
        Command::Arg(words) => words.iter().map(|word| &word.key).collect(),
        Command::Env(pairs) => pairs.pairs.iter().map(|pair| &pair.key).collect(),
        _ => Vec::new(),
    }
}

/// A name that gets a value.
struct Assigned<'m> {
    name: &'m str,
    /// `None` for an argument without a default.
    value: Option<&'m Value>,
}

impl Assigned<'_> {
    /// Whether the value shows that it is no secret.
    fn is_harmless(&self) -> bool {
        let Some(value) = self.value else {
            return false;
        };
        match value.to_known() {
            Some(known) => is_harmless(self.name, known),
            None => names_key_file(value),
        }
    }
}

/// The names that get a value. BuildKit looks at each name of an `ARG` before it expands the
/// default, so at those up to the one whose default it refuses.
fn assigned<'m>(visit: &Visit<'m, '_>) -> Vec<Assigned<'m>> {
    if let (Some(error), Command::Arg(words)) = (visit.error, &visit.step.instruction.command) {
        let looked_at = words
            .iter()
            .take_while(|word| word.key.span().start < error.span.end);
        let named = looked_at.map(|word| Assigned {
            name: word.key.as_str(),
            value: None,
        });
        return named.collect();
    }
    match &visit.step.action {
        Action::Arg(arguments) => arguments
            .iter()
            .map(|argument| Assigned {
                name: &argument.name,
                value: argument.value.as_ref(),
            })
            .collect(),
        Action::Env(pairs) => pairs
            .iter()
            .map(|pair| Assigned {
                name: pair.key.as_str(),
                value: Some(&pair.value),
            })
            .collect(),
        _ => Vec::new(),
    }
}
