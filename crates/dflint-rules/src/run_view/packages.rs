//! The package managers that a `RUN` calls.

use dflint_build::packages::{self, Flag, Invocation, Site, UnknownProject, invocation};
use dflint_build::{BaseFacts, User};

use super::RunView;

impl<'m> RunView<'m, '_> {
    /// The calls of package managers, in source order.
    pub(crate) fn invocations(&self) -> Vec<Invocation<'m>> {
        self.with_site(|site| {
            let commands = self.commands();
            commands
                .filter_map(|command| invocation(command, site))
                .collect()
        })
        .unwrap_or_default()
    }

    /// Looks at what holds for the commands; `None` where the `RUN` is no step of a stage.
    pub(crate) fn with_site<R>(&self, look: impl FnOnce(&packages::Site<'_>) -> R) -> Option<R> {
        let (_, step) = self.place?;
        let user: User = step.state.user();
        Some(look(&Site {
            env: step.state.env(),
            user: &user,
            workdir: step.state.workdir(),
            base: step.state.base().known(),
            project: &UnknownProject,
        }))
    }

    /// What is known of the base image.
    pub(crate) fn base(&self) -> BaseFacts {
        self.place
            .map_or(BaseFacts::Unknown, |(_, step)| step.state.base())
    }
}

/// Whether the call has one of these options, also in a group of short ones (`-yq`).
pub(crate) fn has_option(call: &Invocation<'_>, options: &[&str]) -> bool {
    call.flags
        .iter()
        .any(|flag| options.iter().any(|option| is_option(flag, option)))
}

fn is_option(flag: &Flag<'_>, option: &str) -> bool {
    if flag.name == option {
        return true;
    }
    let short = option
        .strip_prefix('-')
        .filter(|letter| letter.len() == 1 && *letter != "-");
    let group = flag
        .name
        .strip_prefix('-')
        .filter(|group| !group.starts_with('-'));
    match (short, group) {
        (Some(letter), Some(group)) => group.contains(letter),
        _ => false,
    }
}
