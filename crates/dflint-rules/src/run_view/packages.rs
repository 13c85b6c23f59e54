//! The package managers that a `RUN` calls.

use dflint_build::BaseFacts;
use dflint_build::packages::{Flag, Invocation, Site, UnknownProject};

use super::RunView;
use crate::Context;

impl<'m> RunView<'m, '_> {
    /// The calls of package managers, in source order.
    pub(crate) fn invocations<'c>(
        &self,
        cx: &Context<'c, '_>,
    ) -> impl Iterator<Item = &'c Invocation<'c>> + use<'c> {
        let commands = self.place.map(|(_, step)| cx.run_commands(step));
        let commands = commands.unwrap_or_default().iter();
        commands.filter_map(|it| it.call.as_ref())
    }

    /// What holds for the commands; `None` where the `RUN` is no step of a stage.
    pub(crate) fn site(&self) -> Option<Site<'m>> {
        let (_, step) = self.place?;
        Some(step.state.site(&UnknownProject))
    }

    /// What is known of the base image.
    pub(crate) fn base(&self) -> BaseFacts {
        self.place
            .map_or(BaseFacts::Unknown, |(_, step)| step.state.base())
    }
}

/// Whether the call has one of these options, also in a group of short ones (`-yq`).
pub(crate) fn has_option(call: &Invocation<'_>, options: &[&str]) -> bool {
    let given = |flag: &Flag| options.iter().any(|option| is_option(flag, option));
    call.flags.iter().any(given)
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
