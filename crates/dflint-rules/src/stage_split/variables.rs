//! Which variables the instructions of a final stage read.

use dflint_build::{Action, Step};
use dflint_parser::{Command, Text};

use crate::variable::NamedVariables;

/// Whether the instruction, or the script that it runs, names the variable.
pub(super) fn reads(step: &Step, name: &str) -> bool {
    let names = |text: &Text| NamedVariables::of(text).place(name).is_some();
    let mut heredocs = step.instruction.heredocs.iter();
    names(&step.instruction.rest) || heredocs.any(|heredoc| names(&heredoc.body))
}

/// The names that the step declares, of `ARG` and `ENV`.
pub(super) fn declared<'m>(step: &'m Step) -> Vec<&'m str> {
    match &step.action {
        Action::Arg(arguments) => arguments.iter().map(|it| &*it.name).collect(),
        Action::Env(pairs) => pairs.iter().filter_map(|it| it.key.to_known()).collect(),
        _ => Vec::new(),
    }
}

/// A variable of the base image that the instruction reads: on another base it may be another one.
pub(super) fn of_base(step: &Step) -> Option<String> {
    let is_expanded = !matches!(
        step.instruction.command,
        Command::Run(_) | Command::Cmd(_) | Command::Entrypoint(_) | Command::Healthcheck(_)
    );
    let base = step.state.base().known().filter(|_| is_expanded)?;
    let mut names = base.env.iter().map(|(name, _)| *name);
    let found = names.find(|name| *name != "PATH" && reads(step, name));
    found.map(str::to_owned)
}
