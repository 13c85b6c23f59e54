//! The calls of package managers in a step.

use dflint_build::packages::{Invocation, Project, UnknownProject, invocation};
use dflint_build::{Action, BuildContext, State, Step};
use dflint_shell::SimpleCommand;

/// The call of a package manager that `command` is in a step where `state` holds.
pub(crate) fn call<'m>(
    state: &State,
    command: SimpleCommand<'m>,
    context: Option<&dyn BuildContext>,
) -> Option<Invocation<'m>> {
    invocation(command, &state.site(&ContextProject(context)))
}

/// The calls of a `RUN`, in order; none for other steps.
pub(crate) fn calls<'m>(
    step: &'m Step<'_>,
    context: Option<&dyn BuildContext>,
) -> Vec<Invocation<'m>> {
    let is_run = matches!(step.action, Action::Run(_));
    let Some(script) = step.script().filter(|_| is_run) else {
        return Vec::new();
    };
    let commands = script.commands();
    commands
        .filter_map(|command| call(&step.state, command, context))
        .collect()
}

/// The directory that `command` runs in, where it is known.
pub(crate) fn directory(state: &State, command: SimpleCommand<'_>) -> Option<String> {
    state.site(&UnknownProject).directory(command).ok()
}

/// The project at the root of the build context.
struct ContextProject<'c>(Option<&'c dyn BuildContext>);

impl Project for ContextProject<'_> {
    fn has_file(&self, name: &str) -> Option<bool> {
        self.0.map(|context| context.exists(name))
    }

    fn major_of(&self, command: &str) -> Option<u32> {
        let text = self.0?.read("package.json")?;
        let manifest: serde_json::Value = serde_json::from_str(&text).ok()?;
        let (name, version) = manifest.get("packageManager")?.as_str()?.split_once('@')?;
        let major = version.split('.').next().filter(|_| name == command)?;
        major.parse().ok()
    }
}
