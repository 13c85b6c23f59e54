//! A program that is compiled in the stage that runs it.

use dflint_build::{Action, Origin, Stage};
use dflint_knowledge::package_manager::Action as PackageAction;
use dflint_knowledge::stage_split::Language;

use crate::stage_split::{BuildCall, advice, plan};
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct SingleStageBuild;

impl Rule for SingleStageBuild {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let [stage] = cx.model.stages() else {
            return;
        };
        if !is_service(stage) || !brings_source(stage) || removes_packages(cx, stage) {
            return;
        }
        let Some(build) = BuildCall::of(cx, stage) else {
            return;
        };
        let finding = findings.report(build.command.span(), message(build.language));
        finding.fix_or_withhold(plan(cx, stage, build));
    }
}

/// Whether the image runs something that the file says, unlike the image of a tool or a shell.
fn is_service(stage: &Stage) -> bool {
    let image = stage.end.image();
    image.cmd.is_some() || image.entrypoint.is_some()
}

/// Whether files of the build context are copied, so that it is the project that is built.
fn brings_source(stage: &Stage) -> bool {
    stage
        .steps
        .iter()
        .any(|step| matches!(&step.action, Action::Copy(copy) if copy.from == Origin::Context))
}

/// Whether packages are removed again, as tools are that were needed for a moment.
fn removes_packages(cx: &Context, stage: &Stage) -> bool {
    let mut calls = stage.steps.iter().flat_map(|step| cx.package_calls(step));
    calls.any(|call| call.action() == PackageAction::Remove)
}

fn message(language: &Language) -> String {
    format!(
        "the image keeps {}, which only the build needs: {}",
        language.leaves,
        advice(language),
    )
}
