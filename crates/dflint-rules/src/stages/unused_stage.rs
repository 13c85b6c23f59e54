//! Stages that nothing is built from.

use dflint_build::{Base, Stage, StageId};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_knowledge::Severity;
use dflint_parser::{Command, Span, Text};

use crate::lines::start_above;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct UnusedStage;

impl Rule for UnusedStage {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let stages = cx.model.stages();
        let Some(last) = stages.last() else {
            return;
        };
        let mut needed = vec![false; stages.len()];
        for id in stages.iter().flat_map(|stage| &stage.needs) {
            if let Some(needed) = needed.get_mut(id.0) {
                *needed = true;
            }
        }
        let computed = names_are_computed(stages);
        for stage in stages
            .iter()
            .filter(|stage| stage.name.is_none() || !computed)
        {
            let is_used = needed.get(stage.id.0).copied().unwrap_or(true)
                || stage.id == last.id
                || Some(stage.id) == cx.model.target();
            if !is_used {
                report(cx, stage, findings);
            }
        }
    }
}

/// Whether a stage is chosen by a build argument, so that any may be meant.
fn names_are_computed(stages: &[Stage]) -> bool {
    let of_base = |stage: &Stage| {
        let written = stage.from.base.as_str();
        let may_be_stage = match &stage.base {
            Base::Stage(_) => true,
            Base::Unknown(_) => !written.contains(['/', ':']),
            _ => false,
        };
        written.contains('$') && may_be_stage
    };
    stages.iter().any(of_base)
}

fn report(cx: &Context, stage: &Stage, findings: &mut Findings) {
    let from = stage.from;
    let message = match &from.name {
        Some(name) => format!(
            "nothing in this file uses the stage `{}`: remove it, unless it is built with `--target {}`",
            name.as_str(),
            name.as_str(),
        ),
        None => {
            "nothing uses this stage, so it is never built: remove it or give it a name".to_owned()
        }
    };
    let span = from.name.as_ref().map_or(from.base.span(), Text::span);
    let finding = findings.report(cx.anchor(stage.instruction, span), message);
    if from.name.is_some() {
        finding.severity(Severity::Info);
    }
    finding.fix_or_withhold(removal(cx, stage));
}

fn removal(cx: &Context, stage: &Stage) -> Result<Fix, String> {
    if let Some(later) = counted_later(cx, stage.id) {
        let line = cx.dockerfile.lines.line(later.start);
        return Err(format!(
            "line {line} counts the stages, and would mean another one"
        ));
    }
    let file = cx.dockerfile;
    let next = cx
        .model
        .stage(StageId(stage.id.0 + 1))
        .ok_or("it is the last stage")?;
    let start = start_above(file, stage.instruction);
    let end = start_above(file, next.instruction);
    Ok(Fix {
        title: format!("Remove the stage {}", stage.label()),
        safety: Safety::Manual,
        keeps: Keeps::Nothing,
        edits: vec![Edit::delete(Span::new(start, end))],
    })
}

/// The reference by number to a stage behind this one.
fn counted_later(cx: &Context, removed: StageId) -> Option<Span> {
    for (_, step) in cx.model.steps() {
        let written = match &step.instruction.command {
            Command::Copy(copy) => copy.from.as_ref().into_iter().collect::<Vec<_>>(),
            Command::Run(run) => {
                let fields = run.mounts.iter().flat_map(|mount| &mount.fields);
                fields
                    .filter(|it| it.key == "from")
                    .filter_map(|it| it.value.as_ref())
                    .collect()
            }
            _ => continue,
        };
        let counts = |from: &&&Text| {
            from.as_str()
                .parse::<usize>()
                .is_ok_and(|number| number > removed.0)
        };
        if let Some(from) = written.iter().find(counts) {
            return Some(from.span());
        }
    }
    None
}
