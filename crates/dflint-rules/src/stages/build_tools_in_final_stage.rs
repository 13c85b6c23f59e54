//! Compilers in the image that runs the program.

use dflint_build::packages::Invocation;
use dflint_build::{Base, Stage};
use dflint_fix::Fix;
use dflint_knowledge::package_manager::{Action, ManagerKind};
use dflint_knowledge::stage_split::{is_build_tool, language_of_image};

use crate::stage_split::{BuildCall, advice, plan};
use crate::{Context, Findings, Rule};

/// Images that are made to build with.
const BUILD_IMAGES: &[&str] = &[
    "docker.io/library/gcc",
    "docker.io/library/golang",
    "docker.io/library/gradle",
    "docker.io/library/maven",
    "docker.io/library/rust",
    "mcr.microsoft.com/dotnet/sdk",
];

/// See the page.
pub(crate) struct BuildToolsInFinalStage;

impl Rule for BuildToolsInFinalStage {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let target = cx.model.target().and_then(|target| cx.model.stage(target));
        let Some(stage) = target.filter(|stage| runs_something(stage)) else {
            return;
        };
        check_base(cx, stage, findings);
        check_packages(cx, stage, findings);
    }
}

/// Whether the image runs something that the file says, unlike the image of a toolbox.
fn runs_something(stage: &Stage) -> bool {
    let image = stage.end.image();
    image.cmd.is_some() || image.entrypoint.is_some()
}

/// A last stage on an image of compilers, although another stage could build.
fn check_base<'m, 'a>(cx: &Context<'m, 'a>, stage: &'m Stage<'a>, findings: &mut Findings) {
    let Base::Image(image) = &stage.base else {
        return;
    };
    let repository = image.name();
    if cx.model.stages().len() == 1 || !BUILD_IMAGES.contains(&repository.as_str()) {
        return;
    }
    let build = BuildCall::of(cx, stage);
    let language = match &build {
        Some(build) => Some(build.language),
        None => language_of_image(&repository),
    };
    let advice = match (&build, language) {
        (Some(_), Some(language)) => advice(language),
        (None, Some(language)) => format!(
            "begin the stage on a smaller image such as `{}`, with `{}`",
            language.shape.from, language.shape.copy,
        ),
        _ => "copy what is built into a stage on a smaller image".to_owned(),
    };
    let finding = findings.report(
        cx.anchor(stage.instruction, stage.from.base.span()),
        format!(
            "`{}` is made to build with: {advice}",
            stage.from.base.as_str(),
        ),
    );
    finding.fix_or_withhold(match build {
        Some(build) => plan(cx, stage, build),
        None => Err("no step of the stage is known to build".to_owned()),
    });
}

fn check_packages<'m, 'a>(cx: &Context<'m, 'a>, stage: &'m Stage<'a>, findings: &mut Findings) {
    let steps = stage.steps.iter();
    let calls = steps.flat_map(|step| cx.package_calls(step));
    // What is removed again was needed for a moment.
    if calls.clone().any(|call| call.action() == Action::Remove) {
        return;
    }
    let system = |call: &&Invocation| call.manager.kind == ManagerKind::System && call.installs();
    let mut plan = None;
    for call in calls.filter(system) {
        let tools = call.operands.iter().filter(|word| {
            let name = word.literal().unwrap_or_default();
            is_build_tool(name.split('=').next().unwrap_or_default())
        });
        let tools: Vec<_> = tools.collect();
        let Some(first) = tools.first() else {
            continue;
        };
        let names: Vec<String> = tools
            .iter()
            .map(|word| format!("`{}`", word.raw()))
            .collect();
        // One plan takes the tools of all installations away.
        let is_first = plan.is_none();
        let plan = plan.get_or_insert_with(|| Plan::of(cx, stage));
        let finding = findings.report(
            first.span(),
            format!(
                "the image keeps {}, which only a build needs: {}",
                names.join(", "),
                plan.advice,
            ),
        );
        if is_first {
            finding.fix_or_withhold(plan.fix.clone());
        }
    }
}

/// How the tools are left in a stage of their own.
struct Plan {
    /// For the message.
    advice: String,
    fix: Result<Fix, String>,
}

impl Plan {
    fn of<'m, 'a>(cx: &Context<'m, 'a>, stage: &'m Stage<'a>) -> Self {
        let build = BuildCall::of(cx, stage).or_else(|| BuildCall::of_python(cx, stage));
        match build {
            Some(build) => Self {
                advice: advice(build.language),
                fix: plan(cx, stage, build),
            },
            None => Self {
                advice: "install and build in a stage of its own, and copy the result".to_owned(),
                fix: Err("it is not known what the tools build".to_owned()),
            },
        }
    }
}
