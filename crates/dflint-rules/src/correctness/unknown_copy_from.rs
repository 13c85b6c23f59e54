//! `COPY --from=` a name that no stage has.

use std::collections::HashSet;

use dflint_build::{Action, ImageReference, Origin, Stage};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Instruction, Text};

use crate::finding::Finding;
use crate::suggestion::nearest;
use crate::written::written_stages;
use crate::{Context, Dialect, Findings, Rule};

/// Names are not looked for that may be meant in files with more stages.
const MOST_STAGES: usize = 500;

/// See the page.
pub(crate) struct UnknownCopyFrom;

impl Rule for UnknownCopyFrom {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if cx.dialect == Dialect::Hadolint {
            return report_unseen(cx, findings);
        }
        for (stage, step) in cx.model.steps().filter(|(_, step)| !step.is_trigger) {
            let (Action::Copy(copy), Command::Copy(written)) =
                (&step.action, &step.instruction.command)
            else {
                continue;
            };
            let (Origin::Image(image), Some(word)) = (&copy.from, &written.from) else {
                continue;
            };
            if !is_a_bare_name(image, word.as_str()) {
                continue;
            }
            let stages = cx.model.stages();
            let stages = if stages.len() > MOST_STAGES {
                &[]
            } else {
                stages
            };
            let named = |other: &&Stage| other.id != stage.id && other.name.is_some();
            let names = stages.iter().filter(named);
            let near = nearest(
                word.as_str(),
                names.filter_map(|other| other.name.as_deref()),
            );
            let finding = report(cx, step.instruction, word, near, findings);
            let meant = stages
                .iter()
                .find(|other| other.id < stage.id && other.name.as_deref() == near);
            if let (Some(_), Some(near)) = (meant, near) {
                finding.fix_or_withhold(fix(word, near));
            }
        }
    }
}

/// Whether it would be an official image in its latest version, which nobody copies from.
fn is_a_bare_name(image: &ImageReference, word: &str) -> bool {
    !image.has_written_tag && image.digest.is_none() && !word.contains(['/', '$'])
}

fn report<'f>(
    cx: &Context,
    instruction: &Instruction,
    word: &Text,
    nearest: Option<&str>,
    findings: &'f mut Findings,
) -> &'f mut Finding {
    let name = word.as_str();
    let hint = nearest
        .map(|nearest| format!(", did you mean `{nearest}`?"))
        .unwrap_or_default();
    findings.report(
        cx.anchor(instruction, word.span()),
        format!("no stage above is called `{name}`, so an image of that name is pulled{hint}"),
    )
}

/// What is near a short word says little.
const SHORTEST: usize = 4;

fn fix(word: &Text, stage: &str) -> Result<Fix, &'static str> {
    if word.as_str().len() < SHORTEST {
        return Err("the name is too short to say which stage is meant");
    }
    if !word.is_contiguous() {
        return Err("the name is written on several lines");
    }
    Ok(Fix {
        title: format!("Copy from the stage `{stage}`"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::replace(word.span(), stage)],
    })
}

/// hadolint knows the names and numbers of the stages so far, and takes a colon for an image.
fn report_unseen(cx: &Context, findings: &mut Findings) {
    let mut names: HashSet<&str> = HashSet::new();
    let mut stages = 0;
    for stage in written_stages(cx.dockerfile) {
        stages += usize::from(stage.instruction.is_some());
        names.extend(stage.name());
        for step in stage.steps {
            let Command::Copy(copy) = &step.command else {
                continue;
            };
            let Some(from) = &copy.from else {
                continue;
            };
            let text = from.as_str();
            let digits = text
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(text.len());
            let number = text
                .get(..digits)
                .and_then(|digits| digits.parse::<usize>().ok());
            let is_known = text.contains(':')
                || names.contains(text)
                || number.is_some_and(|number| number < stages);
            if !is_known {
                report(cx, step, from, None, findings);
            }
        }
    }
}
