//! Commands that neither read the source nor write where it goes.

use dflint_build::Step;
use dflint_knowledge::package_manager::{Action, ManagerKind};
use dflint_shell::{RedirectKind, SimpleCommand};

use crate::package_calls::{RunCommand, directory};
use crate::place::is_within;

use super::install::{Install, Needs, is_local};
use super::plan::Source;

/// Commands that only look at or change what belongs to the system, unless they are told a file.
const SYSTEM_COMMANDS: &[&str] = &[
    "addgroup",
    "adduser",
    "corepack",
    "export",
    "groupadd",
    "ldconfig",
    "locale-gen",
    "set",
    "update-ca-certificates",
    "useradd",
    "usermod",
];

/// Commands that are harmless as long as their paths lie elsewhere.
const PATH_COMMANDS: &[&str] = &["mkdir", "rm", "rmdir", "touch"];

/// Commands that never read what their words name.
const DEAF_COMMANDS: &[&str] = &[":", "date", "echo", "false", "id", "true", "uname", "which"];

/// Whether `command` of `step` does the same with and without the `source`, which goes to `places`
/// (absolute in the image).
pub(super) fn is_bystander(
    at: usize,
    step: &Step,
    of: &RunCommand,
    places: &[&str],
    source: &Source,
) -> bool {
    let command = of.command;
    if names_source(step, command, source) {
        return false;
    }
    if writes_or_reads_files(command) || command.nested().is_some() {
        return false;
    }
    let Some(name) = command.name() else {
        // Only assignments.
        return command.words().len() == 0;
    };
    if DEAF_COMMANDS.contains(&name) || SYSTEM_COMMANDS.contains(&name) {
        return true;
    }
    let elsewhere = |path: &str| {
        path.starts_with('/')
            && !path.contains('$')
            && places
                .iter()
                .all(|place| !is_within(path, place) && !is_within(place, path))
    };
    if PATH_COMMANDS.contains(&name) {
        let mut paths = command
            .args()
            .map(|word| word.render())
            .filter(|it| !it.starts_with('-'));
        return paths.all(|path| elsewhere(path.trim_end_matches("/*")));
    }
    is_call_without_project(at, step, of)
}

/// `apt-get install curl`, `pip install --upgrade pip`, `npm install -g pnpm`,
/// `poetry config virtualenvs.create false`
fn is_call_without_project(at: usize, step: &Step, of: &RunCommand) -> bool {
    let Some(call) = &of.call else {
        return false;
    };
    if call
        .operands
        .iter()
        .any(|word| word.literal().is_none_or(is_local))
    {
        return false;
    }
    if call.manager.kind == ManagerKind::System {
        return true;
    }
    if matches!(call.action(), Action::Clean | Action::Configure) {
        return true;
    }
    if call.is_global() {
        return true;
    }
    let install = Install::of(at, step, of);
    install.is_some_and(|it| {
        !it.order.needs_from.is_empty()
            && matches!(it.needs, Needs::Files(files) if files.is_empty())
    })
}

/// Whether a word names a part of the source: `xargs -a packages.txt`, `apt-get -o …=/app/s.list`.
fn names_source(step: &Step, command: SimpleCommand, source: &Source) -> bool {
    let name = command.name();
    if name.is_some_and(|name| DEAF_COMMANDS.contains(&name)) && !command.wrappers().any {
        return false;
    }
    let Some(directory) = directory(&step.state, command) else {
        return true;
    };
    command
        .words()
        .any(|word| source.is_named_by(&directory, word))
}

fn writes_or_reads_files(command: SimpleCommand) -> bool {
    command.redirects().any(|redirect| {
        let copies = matches!(
            redirect.kind(),
            RedirectKind::DuplicateOutput | RedirectKind::DuplicateInput
        );
        let nowhere = redirect.target().and_then(|word| word.literal()) == Some("/dev/null");
        !copies && !nowhere
    })
}
