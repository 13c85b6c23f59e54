//! Mounts that were meant for a cache which is elsewhere.

use dflint_build::ResolvedMount;
use dflint_build::packages::Place;
use dflint_knowledge::package_manager::{Cache, package_managers, runtime_paths};
use dflint_parser::MountKind;

use super::plan::Group;
use super::run::{Run, target};
use super::well_known::is_harmless;
use crate::place::is_within;

/// A mount that was meant for a cache.
pub(super) struct Mistaken<'r, 'a> {
    pub(super) mount: &'r ResolvedMount<'a>,
    /// Its position.
    pub(super) at: usize,
    /// Where the cache is.
    pub(super) meant: Place,
}

/// The mount that stands where a cache of `group` should be mounted.
///
/// It is a cache mount that no call of the RUN uses, at a place that some package manager uses.
pub(super) fn mistaken_mount<'r, 'a>(
    run: &Run<'r, 'a>,
    group: &Group<'r>,
) -> Option<Mistaken<'r, 'a>> {
    if !group.is_bare() || group.missing.is_empty() {
        return None;
    }
    let all_known = run
        .commands
        .iter()
        .all(|it| it.call.is_some() || is_harmless(it.command));
    if !all_known {
        return None;
    }
    let mut mounts = run.action.mounts.iter().enumerate();
    let (at, mount) = mounts.find(|(_, mount)| {
        mount.kind == MountKind::Cache
            && target(mount).is_some_and(|target| {
                !run.uses_within(target)
                    && (is_unexpanded_home(mount) || is_place_of_some_cache(target, group))
            })
    })?;
    // Of several caches it is the one that is called like it.
    let name = target(mount).and_then(|target| target.rsplit('/').next());
    let called_alike = |place: &&Place| place.target.rsplit('/').next() == name;
    let mut places = group.missing.iter().map(|(_, place)| place);
    let first = places.clone().next()?;
    let meant = places.find(called_alike).unwrap_or(first).clone();
    Some(Mistaken { mount, at, meant })
}

/// Whether the target was written with `~` or `$HOME`, which BuildKit does not expand.
pub(super) fn is_unexpanded_home(mount: &ResolvedMount<'_>) -> bool {
    let fields = mount.mount.fields.iter();
    let mut targets =
        fields.filter(|field| matches!(field.key.as_str(), "target" | "dst" | "destination"));
    targets.next_back().is_some_and(|field| {
        field.value.as_ref().is_some_and(|value| {
            let value = value.as_str();
            ["~", "$HOME", "${HOME}"]
                .iter()
                .any(|home| value.starts_with(home))
        })
    })
}

/// Whether some package manager keeps a cache in a directory that is called like `target`.
fn is_place_of_some_cache(target: &str, group: &Group<'_>) -> bool {
    let own = group.manager;
    let leftovers = own.system.map_or([].as_slice(), |system| system.leftovers);
    leftovers.contains(&target)
        || own.caches.iter().any(|cache| {
            default_tails(cache).any(|tail| {
                let tail = tail.trim_start_matches('/');
                let first = tail.split('/').next().unwrap_or(tail);
                ends_with(target, tail) || ends_with(target, first)
            })
        })
        || package_managers()
            .iter()
            .flat_map(|manager| manager.caches)
            .any(|cache| default_tails(cache).any(|tail| ends_with(target, tail)))
}

/// The ends that the default places of a cache have, whoever's home they are in.
fn default_tails(cache: &Cache) -> impl Iterator<Item = &'static str> {
    let paths = [Some(cache.path), cache.root_path].into_iter().flatten();
    paths
        .filter(|path| !path.contains("{project}"))
        .map(|path| path.trim_start_matches("{home}"))
}

fn ends_with(target: &str, tail: &str) -> bool {
    target
        .strip_suffix(tail.trim_start_matches('/'))
        .is_some_and(|rest| rest.ends_with('/'))
}

/// A mount above a cache that also takes away what the image needs, and what that is.
pub(super) fn takes_away(mount_target: &str, cache_target: &str) -> Option<&'static str> {
    if mount_target == cache_target || mount_target.ends_with("/.cache") {
        return None;
    }
    let mut paths = runtime_paths().iter();
    let taken = paths.find(|runtime| {
        let tail = runtime.path.trim_start_matches("{home}");
        let Some((parent, _)) = tail.rsplit_once('/') else {
            return false;
        };
        !parent.is_empty()
            && match runtime.path.starts_with('/') {
                true => is_within(parent, mount_target) && is_within(mount_target, parent),
                false => ends_with(mount_target, parent),
            }
    });
    taken.map(|runtime| runtime.holds)
}
