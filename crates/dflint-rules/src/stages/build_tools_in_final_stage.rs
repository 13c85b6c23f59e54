//! Compilers in the image that runs the program.

use dflint_build::packages::Invocation;
use dflint_build::{Base, Stage};
use dflint_fix::Fix;
use dflint_knowledge::package_manager::{Action, ManagerKind};

use crate::stage_split::{BuildCall, plan};
use crate::{Context, Findings, Rule};

/// Packages of distributions that only a build needs.
const BUILD_PACKAGES: &[&str] = &[
    "@development-tools",
    "alpine-sdk",
    "autoconf",
    "automake",
    "base-devel",
    "bison",
    "build-base",
    "build-essential",
    "cargo",
    "clang",
    "cmake",
    "default-jdk",
    "flex",
    "g++",
    "gcc",
    "gcc-c++",
    "golang",
    "golang-go",
    "gradle",
    "libtool",
    "make",
    "maven",
    "meson",
    "musl-dev",
    "ninja",
    "ninja-build",
    "pkg-config",
    "python3-dev",
    "rustc",
];

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
fn check_base(cx: &Context, stage: &Stage, findings: &mut Findings) {
    let Base::Image(image) = &stage.base else {
        return;
    };
    let repository = image.name();
    if cx.model.stages().len() > 1 && BUILD_IMAGES.contains(&repository.as_str()) {
        findings.report(
            cx.anchor(stage.instruction, stage.from.base.span()),
            format!(
                "`{}` is made to build with: copy what is built into a stage on a smaller image",
                stage.from.base.as_str(),
            ),
        );
    }
}

/// The plan that leaves the tools in a stage of their own.
fn split<'m, 'a>(cx: &Context<'m, 'a>, stage: &'m Stage<'a>) -> Result<Fix, String> {
    if cx.model.stages().len() > 1 {
        return Err("what the tools build in a file of several stages is not followed".to_owned());
    }
    let build = BuildCall::of(cx, stage).or_else(|| BuildCall::of_python(cx, stage));
    match build {
        Some(build) => plan(cx, stage, build),
        None => Err("it is not known what the tools build".to_owned()),
    }
}

fn check_packages<'m, 'a>(cx: &Context<'m, 'a>, stage: &'m Stage<'a>, findings: &mut Findings) {
    let steps = stage.steps.iter();
    let calls = steps.flat_map(|step| cx.package_calls(step));
    // What is removed again was needed for a moment.
    if calls.clone().any(|call| call.action() == Action::Remove) {
        return;
    }
    let system = |call: &&Invocation| call.manager.kind == ManagerKind::System && call.installs();
    let mut is_planned = false;
    for call in calls.filter(system) {
        let tools = call.operands.iter().filter(|word| {
            let name = word.literal().unwrap_or_default();
            BUILD_PACKAGES.contains(&name.split('=').next().unwrap_or_default())
        });
        let tools: Vec<_> = tools.collect();
        let Some(first) = tools.first() else {
            continue;
        };
        let names: Vec<String> = tools
            .iter()
            .map(|word| format!("`{}`", word.raw()))
            .collect();
        let finding = findings.report(
            first.span(),
            format!(
                "the image keeps {}, which only a build needs: install and build in a stage of \
                 its own, and copy the result",
                names.join(", "),
            ),
        );
        // One plan takes the tools of all installations away.
        if !is_planned {
            finding.fix_or_withhold(split(cx, stage));
            is_planned = true;
        }
    }
}
