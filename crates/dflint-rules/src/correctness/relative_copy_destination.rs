//! `COPY a b` without a `WORKDIR`.

use std::collections::HashMap;

use dflint_build::Step;
use dflint_parser::{Command, Instruction, Text};

use crate::written::{may_be_absolute, unquoted, written_stages};
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct RelativeCopyDestination;

impl Rule for RelativeCopyDestination {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if cx.dialect == Dialect::Hadolint {
            return report_by_names(cx, findings);
        }
        for (_, step) in cx.model.steps().filter(|(_, step)| !step.is_trigger) {
            let (Command::Copy(copy) | Command::Add(copy)) = &step.instruction.command else {
                continue;
            };
            if is_relative(&copy.destination) && !has_directory(step) {
                report(cx, step.instruction, &copy.destination, findings);
            }
        }
    }
}

fn is_relative(destination: &Text) -> bool {
    !may_be_absolute(unquoted(destination.as_str()))
}

/// Whether the file or a known base image sets a working directory.
fn has_directory(step: &Step) -> bool {
    let state = &step.state;
    let of_base = state
        .workdir()
        .to_known()
        .is_some_and(|directory| directory != "/");
    state.is_workdir_set() || of_base
}

fn report(cx: &Context, instruction: &Instruction, destination: &Text, findings: &mut Findings) {
    findings.report(
        cx.anchor(instruction, destination.span()),
        format!(
            "where `{}` is depends on the base image: set a WORKDIR before, or write an absolute \
             path",
            destination.as_str(),
        ),
    );
}

/// An image's name without registry, tag and digest.
fn repository(image: &str) -> &str {
    let image = image.split('@').next().unwrap_or(image);
    let name = match image.split_once('/') {
        Some((registry, name)) if registry.contains(['.', ':']) => name,
        _ => image,
    };
    name.split(':').next().unwrap_or(name)
}

/// hadolint knows a stage by its name, and one without by that of its image.
fn report_by_names(cx: &Context, findings: &mut Findings) {
    let mut has_workdir: HashMap<&str, bool> = HashMap::new();
    for stage in written_stages(cx.dockerfile) {
        let base = stage
            .from
            .map(|from| from.base.as_str())
            .unwrap_or_default();
        let base = repository(base);
        let name = stage.name().unwrap_or(base);
        let mut is_set = has_workdir.get(base).copied().unwrap_or_default();
        for step in stage.steps {
            match &step.command {
                Command::Workdir(_) => is_set = true,
                Command::Copy(copy) if !is_set && is_relative(&copy.destination) => {
                    report(cx, step, &copy.destination, findings);
                }
                _ => {}
            }
        }
        has_workdir.insert(name, is_set);
    }
}
