//! What one package manager needs in one RUN so that its cache mounts work.

use dflint_build::packages::{CacheUse, Disabled, Invocation, Owner, Place, Unknown, caches};
use dflint_knowledge::package_manager::{Cache, MountNeed, PackageManager, Refusal, Sharing};
use dflint_parser::Span;
use dflint_shell::Word;

use super::chains::is_chain;
use super::cleanup::{Mounted, touches};
use super::config_files::moved_by_file;
use super::edits::{Changes, MountChange, mount_flag};
use super::notes::{DockerClean, configured_by, names_hook};
use super::run::{Run, call_name, is_download, is_offered, target};
use super::wrong_target::{mistaken_mount, takes_away};
use crate::package_calls::RunCommand;

/// A package manager in a RUN, with its caches.
pub(super) struct Group<'r> {
    pub(super) manager: &'static PackageManager,
    /// The calls that download or compile, in order; never empty.
    pub(super) calls: Vec<&'r RunCommand<'r>>,
    /// The caches that such calls use and where they are, each once.
    pub(super) places: Vec<(&'static Cache, Place)>,
    /// Why it is not known where a cache is.
    pub(super) unknown: Option<Unknown>,
    /// The caches without a mount.
    pub(super) missing: Vec<(&'static Cache, Place)>,
    /// The caches that are mounted, with the mount's position.
    pub(super) mounted: Vec<(&'static Cache, Place, usize)>,
    /// What keeps a mount from working.
    pub(super) defeats: Vec<Defeat<'r>>,
    /// Under what circumstances a mount would be wrong, wherever it is.
    pub(super) refusal: Option<&'static Refusal>,
    /// Why it is not known that a mount works.
    pub(super) doubt: Option<String>,
    /// Why a cache that others look for too is left alone.
    pub(super) kept: Option<String>,
}

/// What keeps a mount from working, apart from clean-ups.
pub(super) struct Defeat<'r> {
    pub(super) call: &'r Invocation<'r>,
    pub(super) by: DefeatBy<'r>,
}

pub(super) enum DefeatBy<'r> {
    /// A flag, and what takes its place.
    Flag(Word<'r>, Option<&'static str>),
    /// A variable of the environment.
    Env(&'static str),
    /// Words that are missing behind the subcommand.
    MissingFlag(&'static str),
    /// Nothing asks for a fresh index, which these words would.
    StaleIndex(&'static str),
    /// Debian's clean-up hook.
    DockerClean,
}

impl DefeatBy<'_> {
    /// The place to look at.
    pub(super) fn span(&self, call: &Invocation<'_>) -> Span {
        match self {
            Self::Flag(word, _) => word.span(),
            _ => super::run::call_span(call),
        }
    }
}

/// The managers of a RUN that want caches.
pub(super) fn groups<'r>(run: &Run<'r, '_>) -> Vec<Group<'r>> {
    let mut groups: Vec<Group<'r>> = Vec::new();
    for it in run.commands.iter().filter(|it| it.wants_cache()) {
        let Some(call) = &it.call else { continue };
        match groups
            .iter_mut()
            .find(|group| group.manager.name == call.manager.name)
        {
            Some(group) => group.add(run, it, call),
            None => {
                let mut group = Group {
                    manager: call.manager,
                    calls: Vec::new(),
                    places: Vec::new(),
                    unknown: None,
                    missing: Vec::new(),
                    mounted: Vec::new(),
                    defeats: Vec::new(),
                    refusal: None,
                    doubt: None,
                    kept: None,
                };
                group.add(run, it, call);
                groups.push(group);
            }
        }
    }
    groups.retain(|group| {
        !group.places.is_empty() || group.unknown.is_some() || group.kept.is_some()
    });
    for group in &mut groups {
        group.sort_places(run);
        // What holds for a call that needs no mount holds for the directory.
        let mut calls = run.calls_of(group.manager.name);
        group.refusal = calls.find_map(|call| caches(call, &run.site).refusals.first().copied());
    }
    groups
}

/// The cache mount that a place is in, also by a link that leads there, and where it is then.
fn mounted_place(run: &Run<'_, '_>, place: &Place) -> Option<(usize, Place)> {
    if let Some((at, _)) = run.cache_mount_over(&place.target) {
        return Some((at, place.clone()));
    }
    let target = run.link_from(&place.target)?;
    let (at, _) = run.cache_mount_over(&target)?;
    let place = place.clone();
    Some((at, Place { target, ..place }))
}

/// Why a cache without a mount must stay without.
fn must_stay(run: &Run<'_, '_>, target: &str) -> Option<String> {
    if run.cache_mount_over(target).is_some() {
        return None;
    }
    run.chains.layers.refusal_in(run, target)
}

impl<'r> Group<'r> {
    /// The call to name in messages.
    pub(super) fn call(&self) -> Option<&'r Invocation<'r>> {
        self.calls.first()?.call.as_ref()
    }

    fn add(&mut self, run: &Run<'r, '_>, it: &'r RunCommand<'r>, call: &'r Invocation<'r>) {
        let CacheUse {
            places, disabled, ..
        } = caches(call, &run.site);
        let offered = places
            .into_iter()
            .filter(|(cache, _)| is_offered(cache) || is_chain(cache));
        for (cache, place) in offered {
            match place {
                Err(unknown) => self.unknown = self.unknown.take().or(Some(unknown)),
                Ok(place) if is_chain(cache) && run.chains.refusal(&place.target).is_some() => {
                    let reason = run.chains.refusal(&place.target);
                    self.kept = self.kept.take().or(reason);
                }
                Ok(place) if must_stay(run, &place.target).is_some() => {
                    self.kept = self.kept.take().or(must_stay(run, &place.target));
                }
                Ok(place) => {
                    let is_known = self
                        .places
                        .iter()
                        .any(|(_, known)| known.target == place.target);
                    if !is_known {
                        self.places.push((cache, place));
                    }
                }
            }
        }
        if it.is_another_users {
            self.unknown = Some(Unknown::OtherUser);
        }
        self.calls.push(it);
        for disabled in disabled {
            let by = match disabled {
                Disabled::Flag { flag, with_mount } => DefeatBy::Flag(flag.word, with_mount),
                Disabled::Env(name) | Disabled::PerhapsEnv(name) => DefeatBy::Env(name),
            };
            self.defeats.push(Defeat { call, by });
        }
        self.add_missing_flags(run, call);
    }

    fn add_missing_flags(&mut self, run: &Run<'r, '_>, call: &'r Invocation<'r>) {
        let needed =
            call.manager.mount_flags.iter().filter(|flag| {
                flag.commands.is_empty() || flag.commands.contains(&call.name.as_str())
            });
        for needed in needed {
            if !run.notes.keeps_packages && !has_setting(call, needed.flag) {
                let by = DefeatBy::MissingFlag(needed.flag);
                self.defeats.push(Defeat { call, by });
            }
        }
        let needs = |need| call.manager.mount_needs.contains(&need);
        if needs(MountNeed::FreshIndex)
            && let Some(fresh) = fresh_index_flag(call.manager)
            && !asks_for_fresh_index(run, call, fresh)
        {
            let by = DefeatBy::StaleIndex(fresh);
            self.defeats.push(Defeat { call, by });
        }
    }

    /// Tells the caches that are mounted from those that are not.
    fn sort_places(&mut self, run: &Run<'r, '_>) {
        let updates = run.updates_index(self.manager.name) && !is_index_needed_later(run, self);
        for (cache, place) in &self.places {
            if let Some((at, place)) = mounted_place(run, place) {
                self.mounted.push((cache, place, at));
            } else if updates || !cache.only_with_update {
                self.missing.push((cache, place.clone()));
            }
        }
        // Where the author mounts some caches, the others are left out on purpose, unless a step
        // before relies on them.
        if !self.mounted.is_empty() {
            self.missing.retain(|(cache, _)| is_chain(cache));
        }
        self.missing
            .sort_by(|(_, one), (_, two)| one.target.cmp(&two.target));
        let mounted = self.mounted.iter().map(|(cache, ..)| *cache);
        let missing = self.missing.iter().map(|(cache, _)| *cache);
        let keeps_packages = mounted.chain(missing).any(|cache| !cache.only_with_update);
        if self
            .manager
            .mount_needs
            .contains(&MountNeed::DockerCleanAside)
            && keeps_packages
            && let Some(call) = self.call()
        {
            match hook_before(run, self.manager.name) {
                DockerClean::Absent => {}
                // Whoever mounts the cache may have had a script remove the hook.
                DockerClean::Perhaps if !self.is_bare() => {}
                DockerClean::Present | DockerClean::Perhaps => {
                    let by = DefeatBy::DockerClean;
                    self.defeats.push(Defeat { call, by });
                }
                DockerClean::Unknown => {
                    let reason = "it is not known whether `docker-clean` empties the cache";
                    self.doubt = Some(reason.to_owned());
                }
            }
        }
    }

    /// Whether no cache of the manager is mounted.
    pub(super) fn is_bare(&self) -> bool {
        self.mounted.is_empty()
    }

    /// The caches that are mounted once the repair is made.
    pub(super) fn after_repair(&self, run: &Run<'_, '_>) -> Mounted {
        let mut mounted = Mounted::default();
        for (cache, _, at) in &self.mounted {
            mounted.names.push((self.manager.name, cache.name));
            let mount = run.action.mounts.get(*at);
            mounted
                .targets
                .extend(mount.and_then(target).map(str::to_owned));
        }
        for (cache, place) in &self.missing {
            mounted.names.push((self.manager.name, cache.name));
            mounted.targets.push(place.target.clone());
            mounted.empty.extend(cache.instead_of);
        }
        mounted
    }

    /// The directories of missing caches that other steps need too.
    pub(super) fn chain_targets(&self) -> impl Iterator<Item = &str> {
        let chained = self.missing.iter().filter(|(cache, _)| is_chain(cache));
        chained.map(|(_, place)| place.target.as_str())
    }

    /// Why the cache is elsewhere, or no mount would be right wherever it is.
    pub(super) fn elsewhere(&self, run: &Run<'_, '_>) -> Option<String> {
        if let Some(refusal) = self.refusal {
            return Some(refusal.reason.to_owned());
        }
        let name = self.manager.name;
        if run.notes.configured.contains(&name) {
            return Some(format!(
                "an earlier step changes the configuration of {name}"
            ));
        }
        let mut configured = run.commands.iter().filter_map(configured_by);
        if configured.any(|other| other == name) {
            return Some(format!(
                "the step itself changes the configuration of {name}"
            ));
        }
        let file = moved_by_file(run, self.manager)?;
        Some(format!("`{file}` decides on the cache"))
    }

    /// The mounts to add or move, and the flags to drop and to add.
    pub(super) fn changes(&self, run: &Run<'r, '_>) -> Result<Planned, String> {
        if let Some(reason) = self.elsewhere(run) {
            return Err(reason);
        }
        if let Some(reason) = &self.doubt {
            return Err(reason.clone());
        }
        if let Some(unknown) = &self.unknown {
            return Err(unknown.to_string());
        }
        let mut planned = Planned::default();
        if self.places.is_empty()
            && let Some(reason) = &self.kept
        {
            return Err(reason.clone());
        }
        self.add_mounts(run, &mut planned)?;
        self.lower_mounts(run, &mut planned)?;
        for defeat in &self.defeats {
            repair(run, defeat, &mut planned)?;
        }
        Ok(planned)
    }

    /// Moves a mount that takes away too much to the first cache in it, and adds mounts for others.
    fn lower_mounts(&self, run: &Run<'_, '_>, planned: &mut Planned) -> Result<(), String> {
        let mut moved = Vec::new();
        for (cache, place, at) in &self.mounted {
            let mount = run.action.mounts.get(*at).and_then(target);
            if mount.is_none_or(|mount| takes_away(mount, &place.target).is_none()) {
                continue;
            }
            if moved.contains(at) {
                let owner = place.owner.ok_or("the user's number is not known")?;
                super::obstacle::in_use(run, &place.target)?;
                let flag = mount_flag(&place.target, cache.sharing, owner);
                planned.changes.mounts.push(flag);
                continue;
            }
            moved.push(*at);
            keeps_company(run, *at)?;
            let change = MountChange {
                target: Some(place.target.clone()),
                locked: needs_lock(run, *at, cache),
                owner: None,
            };
            planned.mount_changes.push((*at, change));
        }
        Ok(())
    }

    fn add_mounts(&self, run: &Run<'r, '_>, planned: &mut Planned) -> Result<(), String> {
        let mistaken = mistaken_mount(run, self);
        for (cache, place) in &self.missing {
            let owner = place.owner.ok_or("the user's number is not known")?;
            if let Some(at) = mistaken
                .as_ref()
                .filter(|it| it.meant.target == place.target)
                .map(|it| it.at)
            {
                keeps_company(run, at)?;
                let change = MountChange {
                    target: Some(place.target.clone()),
                    locked: needs_lock(run, at, cache),
                    owner: Some(owner).filter(|owner| !owner.is_root()),
                };
                planned.mount_changes.push((at, change));
                continue;
            }
            super::obstacle::to_mount(run, &place.target)?;
            if !owner.is_root() && !super::obstacle::is_in_own_directory(run, &place.target) {
                planned.changes.risk = Some(super::obstacle::FOREIGN_PARENTS);
            }
            let flag = mount_flag(&place.target, cache.sharing, owner);
            planned.changes.mounts.push(flag);
        }
        Ok(())
    }
}

/// What a group's repair consists of.
#[derive(Default)]
pub(super) struct Planned {
    pub(super) changes: Changes,
    /// Changes of mounts that are there, by position.
    pub(super) mount_changes: Vec<(usize, MountChange)>,
    /// Whether Debian's clean-up hook must be kept away.
    pub(super) needs_hook_away: bool,
}

/// Checks that no other step has the cache that is mounted at `at`: moved in one of them, it would
/// not hold any more what the other left in it.
fn keeps_company(run: &Run<'_, '_>, at: usize) -> Result<(), String> {
    let mount = run.action.mounts.get(at);
    let id = mount.and_then(|mount| mount.id.as_ref());
    match id.and_then(|id| run.uses.also_mounted_in(run, id.as_str())) {
        Some(line) => Err(format!("line {line} mounts the same cache: move both")),
        None => Ok(()),
    }
}

/// Whether the mount at `at` must be locked for `cache`.
pub(super) fn needs_lock(run: &Run<'_, '_>, at: usize, cache: &Cache) -> bool {
    let sharing = run.action.mounts.get(at).map(|mount| mount.sharing);
    cache.sharing == Sharing::Locked && sharing == Some(dflint_build::Sharing::Shared)
}

fn repair(run: &Run<'_, '_>, defeat: &Defeat<'_>, planned: &mut Planned) -> Result<(), String> {
    let command = defeat.call.command;
    let refusal = || {
        format!(
            "the words of `{}` cannot be changed",
            call_name(defeat.call)
        )
    };
    let own = || run.is_own(command).then_some(()).ok_or_else(refusal);
    let changes = &mut planned.changes;
    match defeat.by {
        DefeatBy::Env(name) => {
            return Err(format!("`{name}` switches the cache off, or may do so"));
        }
        DefeatBy::DockerClean => planned.needs_hook_away = true,
        DefeatBy::Flag(word, with_mount) => {
            own()?;
            let words: Vec<Word<'_>> = command.words().collect();
            // With a fresh index from a call before, nothing needs to take the flag's place.
            let replacement = with_mount.filter(|flag| {
                !has_setting(defeat.call, flag) && !run.updates_index_before(defeat.call)
            });
            let edit = match replacement {
                None => run.source.delete_word(word, &words),
                Some(flag) => run.source.replace_word(word, flag),
            };
            changes.edits.push(edit.ok_or_else(refusal)?);
            changes.removed.push(word.raw().to_owned());
            changes.added.extend(replacement.map(str::to_owned));
        }
        DefeatBy::MissingFlag(flag) | DefeatBy::StaleIndex(flag) => {
            own()?;
            let last = defeat.call.subcommand_words.last().copied();
            let last = last
                .or_else(|| command.command_word())
                .ok_or_else(refusal)?;
            let edit = run.source.add_behind(last, flag).ok_or_else(refusal)?;
            changes.edits.push(edit);
            changes.added.push(flag.to_owned());
        }
    }
    Ok(())
}

/// Whether the call has a flag that decides the same setting as `flag` (`--setopt=keepcache=1`,
/// `-o Name=value`, `--update-cache`).
fn has_setting(call: &Invocation<'_>, flag: &str) -> bool {
    let setting = flag.rsplit_once('=').map_or(flag, |(setting, _)| setting);
    call.flags.iter().any(|given| {
        let word = given.word.render();
        match &given.value_word {
            Some(value) => format!("{word} {}", value.render()).starts_with(setting),
            None => word.starts_with(setting),
        }
    })
}

/// The flag that asks for a fresh package index: what takes the place of the one that switches
/// the cache off.
fn fresh_index_flag(manager: &PackageManager) -> Option<&'static str> {
    let mut flags = manager.disabling_flags.iter();
    flags.find_map(|flag| flag.with_mount)
}

fn asks_for_fresh_index(run: &Run<'_, '_>, call: &Invocation<'_>, fresh: &str) -> bool {
    const SHORT: [&str; 2] = ["-U", "--update"];
    let replaced = call.manager.disabling_flags.iter().any(|disabling| {
        disabling.with_mount == Some(fresh) && call.flag(disabling.flag).is_some()
    });
    replaced
        || run.updates_index_before(call)
        || call
            .flags
            .iter()
            .any(|flag| flag.name == fresh || SHORT.contains(&flag.name.as_str()))
}

/// Whether Debian's clean-up hook is there when apt is first called.
pub(super) fn hook_before(run: &Run<'_, '_>, manager: &str) -> DockerClean {
    let mut hook = run.notes.docker_clean;
    let names_hook = names_hook(run.script.as_str());
    for it in run.commands {
        if it
            .call
            .as_ref()
            .is_some_and(|call| call.manager.name == manager && is_download(call.action()))
        {
            break;
        }
        hook = hook.after(it, &run.site, names_hook);
    }
    hook
}

/// Whether the RUN leaves a package index in its layer that a later step may need.
fn is_index_needed_later(run: &Run<'_, '_>, group: &Group<'_>) -> bool {
    let indexes = group
        .places
        .iter()
        .filter(|(cache, _)| cache.only_with_update);
    let mounted = Mounted {
        targets: indexes.map(|(_, place)| place.target.clone()).collect(),
        ..Mounted::default()
    };
    let is_kept = touches(run, &mounted).is_empty();
    is_kept && run.uses.index_is_read_after(run)
}

/// Whether two owners are the same for a mount.
pub(super) fn suits(owner: Owner, uid: Option<u64>) -> bool {
    uid.unwrap_or(0) == u64::from(owner.uid)
}
