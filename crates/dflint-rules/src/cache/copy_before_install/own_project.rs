//! `pip install .`: the project itself is installed, and with it everything that it depends on.

use dflint_build::path::join;
use dflint_build::{Action, Stage, Step};
use dflint_parser::MountKind;

use crate::sent_files::sent_files;
use crate::{Context, Findings};

use super::context_copy::ContextCopy;
use super::install::{Install, Needs};
use super::{concerns, is_installed_below};

/// Files in which a project of Python names what it depends on, and the words that begin that.
const MANIFESTS: [(&str, &str); 3] = [
    ("pyproject.toml", "dependencies"),
    ("setup.cfg", "install_requires"),
    ("setup.py", "install_requires"),
];

/// The last copies in front of an installation that are looked at for manifests.
const MOST_COPIES: usize = 16;

/// Reports an installation of the project in `step` that nothing in front of it (`earlier`) has
/// fetched packages for. There is no fix: pip needs the source to know what the project depends
/// on.
pub(super) fn check(
    cx: &Context,
    (stage, at, step): (&Stage, usize, &Step),
    copies: &[ContextCopy],
    earlier: &[Install],
    findings: &mut Findings,
) -> bool {
    if copies.is_empty() || has_cache_mount(step) || earlier.iter().any(installs_files) {
        return false;
    }
    let mut commands = cx.run_commands(step).iter();
    let install = commands.find_map(|command| Install::of_own_project(at, step, command));
    let Some(install) = install else {
        return false;
    };
    let copy = copies.iter().find(|copy| concerns(**copy, &install));
    let instruction = copy.and_then(|copy| stage.steps.get(copy.at));
    let Some(instruction) = instruction.map(|step| step.instruction) else {
        return false;
    };
    if is_installed_below(cx, stage, installs_files) || !names_dependencies(cx, stage, &install) {
        return false;
    }
    findings
        .report(
            cx.anchor(instruction, instruction.span),
            format!(
                "every change of the source runs `{} .` again, and with it all that the project \
                 depends on: install that from a file of its own first, copy the source after it",
                install.name(),
            ),
        )
        .related(
            install.call.command.span(),
            "installs after the source arrived",
        )
        .withhold("pip builds the project to learn what it depends on, which takes its source");
    true
}

fn has_cache_mount(step: &Step) -> bool {
    match &step.action {
        Action::Run(run) => run.mounts.iter().any(|it| it.kind == MountKind::Cache),
        _ => false,
    }
}

/// Whether an installation takes packages from files: those that the project needs, then.
fn installs_files(install: &Install) -> bool {
    match &install.needs {
        Needs::Files(files) => !files.is_empty(),
        Needs::OneOf(_) | Needs::Unknown => true,
    }
}

/// Whether the project says that it depends on packages; where its files are not known, it may.
fn names_dependencies(cx: &Context, stage: &Stage, install: &Install) -> bool {
    let (Some(context), Some(directory)) = (cx.build_context, &install.directory) else {
        return true;
    };
    let steps = stage.steps.iter().enumerate().take(install.at).rev();
    let copies = steps.filter_map(|(at, step)| ContextCopy::new(at, step));
    let copies: Vec<ContextCopy> = copies.take(MOST_COPIES).collect();
    MANIFESTS.iter().any(|(name, word)| {
        let place = join(directory, name);
        let mut copies = copies.iter();
        let brought = copies.find_map(|copy| copy.brings_to(&place, cx.build_context));
        let file = brought.and_then(|path| sent_files(context, &path).next());
        let text = file.and_then(|file| context.read(&file.path));
        text.is_some_and(|text| text.contains(word))
    })
}
