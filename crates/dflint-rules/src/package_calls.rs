//! The calls of package managers in a step.

use dflint_build::packages::{Invocation, UnknownProject, invocation};
use dflint_build::{Action, State, Step};
use dflint_shell::SimpleCommand;

/// The call of a package manager that `command` is in a step where `state` holds.
pub(crate) fn call<'m>(state: &State, command: SimpleCommand<'m>) -> Option<Invocation<'m>> {
    invocation(command, &state.site(&UnknownProject))
}

/// The calls of a `RUN`, in order; none for other steps.
pub(crate) fn calls<'m>(step: &'m Step<'_>) -> Vec<Invocation<'m>> {
    let is_run = matches!(step.action, Action::Run(_));
    let Some(script) = step.script().filter(|_| is_run) else {
        return Vec::new();
    };
    let calls = script
        .commands()
        .filter_map(|command| call(&step.state, command));
    calls.collect()
}

/// The directory that `command` runs in, where it is known.
pub(crate) fn directory(state: &State, command: SimpleCommand<'_>) -> Option<String> {
    state.site(&UnknownProject).directory(command).ok()
}
