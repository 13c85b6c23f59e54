//! Managers that share a command name.

use dflint_knowledge::package_manager::{PackageManager, Variant};

use super::site::Site;

/// What is known of the project that a command runs in.
pub trait Project {
    /// Whether the file is there; `None` where that is not known.
    fn has_file(&self, name: &str) -> Option<bool>;

    /// The major version that `packageManager` of package.json names for `command`; `None` where
    /// it names none or is not known.
    fn major_of(&self, command: &str) -> Option<u32>;
}

/// A project of which nothing is known.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnknownProject;

impl Project for UnknownProject {
    fn has_file(&self, _: &str) -> Option<bool> {
        None
    }

    fn major_of(&self, _: &str) -> Option<u32> {
        None
    }
}

/// The manager that `command` means among `candidates`, and whether that is certain. `begins` says
/// whether the call, as a manager reads it, begins with the words of a subcommand.
pub(super) fn choose(
    candidates: &[&'static PackageManager],
    command: &str,
    site: &Site<'_>,
    begins: impl Fn(&PackageManager, &str) -> bool,
) -> Option<(&'static PackageManager, bool)> {
    if let [only] = candidates {
        return Some((only, true));
    }
    // No other one would run it, whatever the project says.
    let has_own = |manager: &&&'static PackageManager| {
        let own = manager
            .variant
            .map_or(&[][..], |variant| variant.subcommands);
        own.iter().any(|subcommand| begins(manager, subcommand))
    };
    if let Some(manager) = candidates.iter().find(has_own) {
        return Some((manager, true));
    }
    let judged: Vec<(&'static PackageManager, Option<bool>)> = candidates
        .iter()
        .map(|manager| {
            let evidence = manager.variant.map_or(Some(true), |variant| {
                evidence(manager, &variant, command, site)
            });
            (*manager, evidence)
        })
        .filter(|(_, evidence)| *evidence != Some(false))
        .collect();
    let mut shown = judged
        .iter()
        .filter(|(_, evidence)| *evidence == Some(true));
    match (shown.next(), shown.next()) {
        (Some((manager, _)), None) => Some((manager, true)),
        (Some((manager, _)), Some(_)) => Some((manager, false)),
        (None, _) => match judged.first() {
            Some((manager, _)) => Some((manager, judged.len() == 1)),
            // None should be there, yet it is called.
            None => candidates.first().map(|manager| (*manager, false)),
        },
    }
}

/// Whether the command is `manager`; `None` where nothing tells.
fn evidence(
    manager: &PackageManager,
    variant: &Variant,
    command: &str,
    site: &Site<'_>,
) -> Option<bool> {
    let major = site
        .project
        .major_of(command)
        .filter(|_| variant.from_major.is_some() || variant.below_major.is_some());
    if let Some(major) = major {
        return Some(
            variant.from_major.is_none_or(|from| major >= from)
                && variant.below_major.is_none_or(|below| major < below),
        );
    }
    let has = |name: &&str| site.project.has_file(name);
    if variant.not_files.iter().any(|name| has(name) == Some(true)) {
        return Some(false);
    }
    if variant.files.iter().any(|name| has(name) == Some(true)) {
        return Some(true);
    }
    let excluded = variant
        .not_files
        .iter()
        .all(|name| has(name) == Some(false));
    if variant.by_base_image {
        let base = site.base?;
        return match base.package_managers.contains(&manager.name) {
            true => excluded.then_some(true),
            // A manager of a language can be installed on top; the distribution's cannot.
            false => variant.not_files.is_empty().then_some(false),
        };
    }
    let none_there =
        !variant.files.is_empty() && variant.files.iter().all(|name| has(name) == Some(false));
    none_there.then_some(false)
}
