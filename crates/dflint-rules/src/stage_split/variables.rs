//! Which variables the instructions of a final stage read.

use dflint_build::{Action, Step};
use dflint_parser::Command;

use crate::variable::NamedVariables;

/// The variables that the instruction, or the script that it runs, names; one may come twice.
pub(super) fn read<'m>(step: &'m Step) -> impl Iterator<Item = &'m str> {
    let heredocs = step.instruction.heredocs.iter();
    let bodies = heredocs.map(|heredoc| &heredoc.body);
    [&step.instruction.rest]
        .into_iter()
        .chain(bodies)
        .flat_map(|text| NamedVariables::of(text).into_names())
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
    let is_bases = |name: &&str| *name != "PATH" && base.env.iter().any(|(known, _)| known == name);
    read(step).filter(is_bases).min().map(str::to_owned)
}
