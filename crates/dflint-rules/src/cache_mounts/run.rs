//! A RUN with the calls of package managers in it.

use dflint_build::packages::{Invocation, Site};
use dflint_build::{BuildContext, ResolvedMount, RunStep, Stage, Step};
use dflint_knowledge::package_manager::{Action, Cache};
use dflint_parser::{Dockerfile, MountKind, Span};
use dflint_shell::{Construct, OperatorKind, Script, SimpleCommand};

use super::chains::Chains;
use super::edits::Source;
use super::notes::{Notes, symbolic_link};
use super::uses::Uses;
use crate::package_calls::{RunCommand, address};
use crate::place::is_within;

/// A RUN, what holds before it, and what it runs.
pub(super) struct Run<'r, 'a> {
    pub(super) file: &'r Dockerfile<'a>,
    pub(super) build_context: Option<&'r dyn BuildContext>,
    pub(super) stage: &'r Stage<'a>,
    pub(super) step: &'r Step<'a>,
    pub(super) action: &'r RunStep<'a>,
    pub(super) script: &'r Script<'a>,
    pub(super) site: Site<'r>,
    pub(super) notes: &'r Notes,
    pub(super) uses: &'r Uses<'r, 'a>,
    pub(super) chains: &'r Chains,
    pub(super) source: Source<'r>,
    /// Every command in order, with the call that it is.
    pub(super) commands: &'r [RunCommand<'r>],
}

impl<'r> RunCommand<'r> {
    /// Whether a cache mount is of use to it.
    pub(super) fn wants_cache(&self) -> bool {
        self.call
            .as_ref()
            .is_some_and(|call| is_download(call.action()) && !call.is_offline)
    }
}

/// Whether such a call downloads or compiles what a cache would keep.
pub(super) fn is_download(action: Action) -> bool {
    matches!(
        action,
        Action::Install | Action::Upgrade | Action::Download | Action::Build
    )
}

impl<'r, 'a> Run<'r, 'a> {
    /// Whether `command` stands in the RUN's own script, not in one that it hands to a shell.
    pub(super) fn is_own(&self, command: SimpleCommand<'_>) -> bool {
        address(command.script()) == address(self.script)
    }

    /// The calls of one manager, in order.
    pub(super) fn calls_of(
        &self,
        manager: &'static str,
    ) -> impl Iterator<Item = &'r Invocation<'r>> {
        let calls = self.commands.iter().filter_map(|it| it.call.as_ref());
        calls.filter(move |call| call.manager.name == manager)
    }

    /// The cache mount that holds `path`, and its place among the mounts.
    pub(super) fn cache_mount_over(&self, path: &str) -> Option<(usize, &'r ResolvedMount<'a>)> {
        cache_mount_over(self.action, path)
    }

    /// Where `path` leads as a symbolic link that this step or one before made.
    pub(super) fn link_from(&self, path: &str) -> Option<String> {
        let own = self
            .commands
            .iter()
            .filter_map(|it| symbolic_link(it.command));
        let mut links = self.notes.links.iter().cloned().chain(own);
        let (_, directory) = links.find(|(link, _)| link == path)?;
        Some(directory)
    }

    /// The mount that lies over, at or below `path`.
    pub(super) fn mount_near(&self, path: &str) -> Option<&'r ResolvedMount<'a>> {
        self.action.mounts.iter().find(|mount| {
            target(mount).is_some_and(|target| is_within(path, target) || is_within(target, path))
        })
    }

    /// Whether the RUN fetches the package index of `manager`.
    pub(super) fn updates_index(&self, manager: &'static str) -> bool {
        self.calls_of(manager)
            .any(|call| call.action() == Action::UpdateIndex)
    }

    /// Whether the package index is fetched whenever the RUN gets to `call`.
    pub(super) fn updates_index_before(&self, call: &Invocation<'_>) -> bool {
        self.calls_of(call.manager.name).any(|other| {
            other.action() == Action::UpdateIndex
                && other.command.span().start < call.command.span().start
                && !is_optional(other.command)
                && self.leads_to(other.command, call.command)
        })
    }

    /// Whether no `&&` or `||` lets the script get to `second` without running `first`.
    fn leads_to(&self, first: SimpleCommand<'_>, second: SimpleCommand<'_>) -> bool {
        let chain = self.script.sequence();
        let Some(chain) = chain.filter(|_| self.is_own(first) && self.is_own(second)) else {
            return true;
        };
        let step_of = |command: SimpleCommand<'_>| {
            let mut links = chain.links();
            links.find(|link| link.range().contains(command.range()))
        };
        let (Some(first), Some(second)) = (step_of(first), step_of(second)) else {
            return false;
        };
        let Some((begin, end)) = chain.list_around(first.index) else {
            return false;
        };
        let mut joined = (begin.index..second.index).filter_map(|at| chain.get(at));
        let is_all_and = joined.all(|link| link.after.map(|it| it.kind) == Some(OperatorKind::And));
        first.begins_list() || (second.index <= end.index && is_all_and)
    }

    /// Whether any call of the RUN uses a cache within `target`.
    pub(super) fn uses_within(&self, target: &str) -> bool {
        self.commands.iter().any(|it| {
            it.places(&self.site).iter().any(|(_, place)| {
                place
                    .as_ref()
                    .is_ok_and(|place| is_within(&place.target, target))
            })
        })
    }
}

/// The cache mount of a step that holds `path`, and its place among the mounts.
pub(super) fn cache_mount_over<'r, 'a>(
    action: &'r RunStep<'a>,
    path: &str,
) -> Option<(usize, &'r ResolvedMount<'a>)> {
    let mut mounts = action.mounts.iter().enumerate();
    mounts.find(|(_, mount)| {
        mount.kind == MountKind::Cache
            && target(mount).is_some_and(|target| is_within(path, target))
    })
}

/// Whether `command` stands in a branch, a loop or a function, so that it may not run.
fn is_optional(command: SimpleCommand<'_>) -> bool {
    let inside = command.inside();
    let optional = [Construct::Branch, Construct::Loop, Construct::Function];
    let mut optional = optional.into_iter();
    optional.any(|construct| inside.contains(construct))
}

/// Where a mount appears, where that is known.
pub(super) fn target<'m>(mount: &'m ResolvedMount<'_>) -> Option<&'m str> {
    mount.target.as_ref()?.to_known()
}

/// The words that name a call: `python -m pip install`.
pub(super) fn call_span(call: &Invocation<'_>) -> Span {
    let command = call.command;
    let last = call.subcommand_words.last().copied();
    let first = command.command_word().map(|word| word.span());
    match (first, last) {
        (Some(first), Some(last)) => first.to(last.span()),
        (Some(first), None) => first,
        _ => command.span(),
    }
}

/// A call's name and subcommand, for messages.
pub(super) fn call_name(call: &Invocation<'_>) -> String {
    let mut name = call.name.clone();
    for word in &call.subcommand_words {
        name.push(' ');
        name.push_str(&word.render());
    }
    name
}

/// Whether a fix may give the mount.
pub(super) fn is_offered(cache: &Cache) -> bool {
    use dflint_knowledge::package_manager::CacheClass::Safe;
    cache.offered && cache.class == Safe
}
