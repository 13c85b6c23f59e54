//! `CMD`, `ENTRYPOINT` and `HEALTHCHECK` that are replaced in their own stage.

use dflint_build::StageId;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Dockerfile, Instruction, InstructionName};

use crate::lines::{holds_comment, lines_of};
use crate::visit::Visit;
use crate::written::written_stages;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct RepeatedInstruction;

impl Rule for RepeatedInstruction {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if cx.dialect == Dialect::Hadolint {
            return report_replacing(cx, findings);
        }
        let mut last = Last::default();
        for visit in cx.visits() {
            let Some(codes) = visit.step.instruction.name.and_then(codes) else {
                continue;
            };
            let keyword = visit.step.instruction.keyword.as_str();
            let later = visit.anchor(cx, visit.step.instruction.keyword.span());
            let Some(earlier) = last.replace(visit) else {
                continue;
            };
            let message =
                format!("this is replaced by the {keyword} below, only the last one counts");
            findings
                .report(
                    earlier.anchor(cx, earlier.step.instruction.keyword.span()),
                    message,
                )
                .answers_to(codes)
                .related(later, "the one that counts")
                .fix_or_withhold(match earlier.step.is_trigger {
                    true => Err("it is a trigger of the stage below"),
                    false => fix(cx.dockerfile, earlier.step.instruction),
                });
        }
    }
}

/// hadolint points at the instruction that replaces another.
fn report_replacing(cx: &Context, findings: &mut Findings) {
    for stage in written_stages(cx.dockerfile) {
        let mut seen: Vec<&Instruction> = Vec::new();
        for instruction in stage.steps {
            let Some(codes) = instruction.name.and_then(codes) else {
                continue;
            };
            let earlier = seen
                .iter_mut()
                .find(|earlier| earlier.name == instruction.name);
            let Some(earlier) = earlier else {
                seen.push(instruction);
                continue;
            };
            let keyword = instruction.keyword.as_str();
            findings
                .report(
                    instruction.keyword.span(),
                    format!("this replaces the {keyword} above, which does nothing: remove it"),
                )
                .answers_to(codes)
                .related(earlier.keyword.span(), "the one that is replaced")
                .fix_or_withhold(fix(cx.dockerfile, earlier));
            *earlier = instruction;
        }
    }
}

/// The codes for a second instruction of this name; `None` where there may be several.
fn codes(name: InstructionName) -> Option<&'static [&'static str]> {
    match name {
        InstructionName::Cmd => Some(&["MultipleInstructionsDisallowed", "DL4003"]),
        InstructionName::Entrypoint => Some(&["MultipleInstructionsDisallowed", "DL4004"]),
        InstructionName::Healthcheck => Some(&["MultipleInstructionsDisallowed", "DL3012"]),
        _ => None,
    }
}

/// The last instruction of each name in the current stage.
#[derive(Default)]
struct Last<'m, 'a> {
    stage: Option<StageId>,
    visits: Vec<Visit<'m, 'a>>,
}

impl<'m, 'a> Last<'m, 'a> {
    /// Puts `visit` in the place of the one of the same name, which is handed back.
    fn replace(&mut self, visit: Visit<'m, 'a>) -> Option<Visit<'m, 'a>> {
        if self.stage != Some(visit.stage.id) {
            self.stage = Some(visit.stage.id);
            self.visits.clear();
        }
        let name = visit.step.instruction.name;
        match self
            .visits
            .iter_mut()
            .find(|known| known.step.instruction.name == name)
        {
            Some(known) => Some(std::mem::replace(known, visit)),
            None => {
                self.visits.push(visit);
                None
            }
        }
    }
}

fn fix(file: &Dockerfile, replaced: &Instruction) -> Result<Fix, &'static str> {
    if holds_comment(file, replaced) {
        return Err("a comment inside the instruction would be lost");
    }
    if would_pass_comment_on(file, replaced) {
        return Err("the comment above it would count for the next instruction");
    }
    Ok(Fix {
        title: "Remove the instruction that is replaced".to_owned(),
        safety: Safety::Safe,
        keeps: Keeps::Everything,
        edits: vec![Edit::delete(lines_of(file, replaced))],
    })
}

/// Whether a comment above the instruction would say something about the next one: what is ignored
/// there, or what it describes.
fn would_pass_comment_on(file: &Dockerfile, replaced: &Instruction) -> bool {
    let comments = file.comments.get(replaced.doc_comments.clone());
    let comments = comments.unwrap_or_default();
    let is_pragma = |text: &str| {
        let said = text.trim_start_matches('#').trim_start();
        ["check", "dflint", "hadolint"]
            .iter()
            .any(|tool| said.starts_with(tool))
    };
    let mut texts = comments.iter().map(|it| it.span.text(file.source));
    let mut behind = file.instructions.iter();
    let next = behind.find(|it| it.span.start > replaced.span.start);
    let takes_descriptions = next.is_some_and(|next| {
        matches!(
            next.name,
            Some(InstructionName::Arg | InstructionName::From)
        )
    });
    texts.any(is_pragma) || !comments.is_empty() && takes_descriptions
}
