//! What is wrong with the cache mounts of one RUN, and how it is repaired.

use dflint_build::Network;
use dflint_build::packages::{Coverage, Place, cleanup_of, places, removal};
use dflint_fix::{Fix, Keeps, Safety};
use dflint_knowledge::package_manager::{Cache, Unwritable};
use dflint_parser::{MountKind, Span};
use dflint_shell::SimpleCommand;

use super::cleanup::{Mounted, Touch, TouchKind, short, take_out, touches};
use super::docker_clean;
use super::edits::{Changes, MountChange, change_mount};
use super::plan::{DefeatBy, Group, Planned, groups, needs_lock, suits};
use super::run::{Run, call_name, call_span, target};
use super::wrong_target::{Mistaken, is_unexpanded_home, mistaken_mount, takes_away};

/// Something wrong with the cache mounts of a RUN.
#[derive(Debug, Clone)]
pub(crate) struct Defect {
    pub(crate) kind: DefectKind,
    pub(crate) span: Span,
    pub(crate) message: String,
    pub(crate) related: Vec<(Span, String)>,
    /// The repair, or why there is none.
    pub(crate) repair: Result<Fix, String>,
    /// Position of the RUN in the file.
    pub(super) step: usize,
    /// The directories that the repair mounts and that other steps must mount too.
    pub(super) chains: Vec<String>,
}

/// The kinds of defects, one a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DefectKind {
    /// A package manager downloads without a cache mount.
    Missing,
    /// A mount is where no cache is.
    WrongTarget,
    /// Something keeps a mount from being used.
    Defeated,
    /// Builds that run at once may spoil the cache.
    NotLocked,
    /// The user cannot write the cache.
    NotWritable,
}

/// Finds the defects of a RUN.
pub(super) fn judge(run: &Run<'_, '_>, defects: &mut Vec<Defect>) {
    if run.action.network == Network::None {
        return;
    }
    let groups = groups(run);
    if groups.is_empty() {
        return;
    }
    let plans: Vec<Result<Planned, String>> = groups.iter().map(|group| plan(run, group)).collect();
    let repair = repair(run, &groups, &plans);
    let mut chains = Vec::new();
    for (group, plan) in groups.iter().zip(&plans) {
        let failure = plan.as_ref().err().or(repair.as_ref().err());
        for target in group.chain_targets() {
            match failure {
                Some(reason) => run.chains.refuse(target, reason),
                None => chains.push(target.to_owned()),
            }
        }
    }
    for (group, plan) in groups.iter().zip(&plans) {
        let own = match plan {
            Ok(_) => repair.clone(),
            Err(reason) => Err(reason.clone()),
        };
        let first = defects.len();
        missing_or_misplaced(run, group, defects);
        mounted_too_high(run, group, defects);
        defeated(run, group, defects);
        for defect in defects.iter_mut().skip(first) {
            defect.repair.clone_from(&own);
            defect.step = run.step.index;
            defect.chains.clone_from(&chains);
        }
        not_locked(run, group, defects);
        not_writable(run, group, defects);
    }
}

/// The repair of one group, checked against everything that the RUN does.
fn plan(run: &Run<'_, '_>, group: &Group<'_>) -> Result<Planned, String> {
    if !run.script.is_certain() {
        return Err("the script is not understood in every detail".to_owned());
    }
    if knows_no_mounts(run) {
        return Err("the frontend that `# syntax=` names knows no mounts".to_owned());
    }
    let planned = group.changes(run)?;
    let mounted = group.after_repair(run);
    let touches = touches(run, &mounted);
    take_out(run, &touches, None)?;
    Ok(planned)
}

/// A frontend from before `RUN --mount`.
fn knows_no_mounts(run: &Run<'_, '_>) -> bool {
    let syntax = run.file.directives.syntax.as_ref();
    syntax.is_some_and(|syntax| {
        let Some((_, tag)) = syntax.value.rsplit_once("docker/dockerfile:") else {
            return false;
        };
        let is_old =
            tag == "1.0" || tag == "1.1" || tag.starts_with("1.0.") || tag.starts_with("1.1.");
        is_old && !tag.contains("experimental")
    })
}

/// One fix for everything that can be repaired.
fn repair(
    run: &Run<'_, '_>,
    groups: &[Group<'_>],
    plans: &[Result<Planned, String>],
) -> Result<Fix, String> {
    let mut mounted = Mounted::default();
    let mut changes = Changes::default();
    let mut hook_of = None;
    let mut names = Vec::new();
    let mut changed = Vec::new();
    for (group, plan) in groups.iter().zip(plans) {
        let Ok(planned) = plan else { continue };
        let after = group.after_repair(run);
        mounted.targets.extend(after.targets);
        mounted.names.extend(after.names);
        names.push(group.manager.name);
        for (at, change) in &planned.mount_changes {
            if changed.contains(at) {
                return Err("one mount is meant for the caches of several tools".to_owned());
            }
            let mount = run.action.mounts.get(*at).ok_or("the mount is not there")?;
            let edits = change_mount(run.file, mount.mount, change)
                .ok_or("the mount is written in a way that is left alone")?;
            changes.mount_edits.extend(edits);
        }
        changed.extend(planned.mount_changes.iter().map(|(at, _)| *at));
        if planned.needs_hook_away {
            hook_of = Some(group.manager.name);
        }
        changes.extend(planned.changes.clone());
    }
    let touches = touches(run, &mounted);
    let mut kept = None;
    if let Some(manager) = hook_of {
        let (away, replaced) = docker_clean::keep_away(run, manager, &touches)?;
        changes.extend(away);
        kept = replaced;
    }
    changes.extend(take_out(run, &touches, kept)?);
    if changes.is_empty() {
        return Err("there is nothing to change".to_owned());
    }
    let risk = changes.risk;
    let title = title(&names, !changes.mounts.is_empty(), risk);
    Ok(Fix {
        title,
        safety: if risk.is_some() {
            Safety::Unsafe
        } else {
            Safety::Safe
        },
        keeps: Keeps::Commands {
            removed: changes.removed.clone(),
            added: changes.added.clone(),
        },
        edits: changes.into_edits(run.file, run.step.instruction),
    })
}

fn title(managers: &[&str], adds: bool, risk: Option<&str>) -> String {
    let managers = managers.join(" and ");
    let what = match adds {
        true => format!("Mount the cache of {managers}"),
        false => format!("Make the cache mount of {managers} work"),
    };
    match risk {
        Some(risk) => format!("{what} ({risk})"),
        None => what,
    }
}

fn defect(kind: DefectKind, span: Span, message: String) -> Defect {
    Defect {
        kind,
        span,
        message,
        related: Vec::new(),
        repair: Err(String::new()),
        step: 0,
        chains: Vec::new(),
    }
}

fn missing_or_misplaced(run: &Run<'_, '_>, group: &Group<'_>, defects: &mut Vec<Defect>) {
    let Some(call) = group.call() else {
        return;
    };
    if group.missing.is_empty() && !group.is_bare() {
        return;
    }
    let name = call_name(call);
    let is_elsewhere = group.elsewhere(run).is_some();
    if group.missing.is_empty() || is_elsewhere {
        // Where the author mounts a cache at a place that cannot be known here, they know it.
        let has_mount = run
            .action
            .mounts
            .iter()
            .any(|mount| mount.kind == MountKind::Cache);
        let is_left = group.unknown.is_some() || group.kept.is_some() || is_elsewhere;
        if is_left && !has_mount {
            let message = format!(
                "`{name}` {} everything again whenever this step runs: mount its cache",
                work(places(call, &run.site).into_iter().map(|(cache, _)| cache))
            );
            defects.push(defect(DefectKind::Missing, call_span(call), message));
        }
        return;
    }
    if let Some(Mistaken { mount, meant, .. }) = mistaken_mount(run, group) {
        let written = mount.mount.flag.span();
        let message = match is_unexpanded_home(mount) {
            true => format!(
                "BuildKit does not know the home directory here: mount `{}`, where `{name}` keeps its cache",
                meant.target
            ),
            false => format!(
                "`{name}` keeps its cache in `{}`: mount that instead of `{}`",
                meant.target,
                target(mount).unwrap_or_default()
            ),
        };
        let mut found = defect(DefectKind::WrongTarget, written, message);
        found
            .related
            .push((call_span(call), format!("uses `{}`", meant.target)));
        defects.push(found);
        return;
    }
    let targets: Vec<String> = group
        .missing
        .iter()
        .map(|(_, place)| format!("`{}`", place.target))
        .collect();
    let message = format!(
        "`{name}` {} everything again whenever this step runs: mount its cache, {}",
        work(group.missing.iter().map(|(cache, _)| *cache)),
        targets.join(" and ")
    );
    defects.push(defect(DefectKind::Missing, call_span(call), message));
}

/// What the caches would spare.
fn work<'c>(caches: impl Iterator<Item = &'c Cache> + Clone) -> &'static str {
    let compiles = caches.clone().any(|cache| cache.compiled);
    let downloads = caches.clone().any(|cache| !cache.compiled);
    match (downloads, compiles) {
        (true, true) => "downloads and compiles",
        (false, true) => "compiles",
        _ => "downloads",
    }
}

/// Mounts above a cache that take away what the image needs.
fn mounted_too_high(run: &Run<'_, '_>, group: &Group<'_>, defects: &mut Vec<Defect>) {
    let mut judged = Vec::new();
    for (_, place, at) in &group.mounted {
        let Some(mount) = run.action.mounts.get(*at) else {
            continue;
        };
        let Some(own) = target(mount) else { continue };
        if let Some(holds) = takes_away(own, &place.target)
            && !judged.contains(at)
        {
            judged.push(*at);
            let below = group.mounted.iter().filter(|(_, _, other)| other == at);
            let below: Vec<String> = below
                .map(|(_, place, _)| format!("`{}`", place.target))
                .collect();
            let message = format!(
                "`{own}` also holds {holds}, which the mount keeps out of the image: mount {}",
                below.join(" and ")
            );
            defects.push(defect(
                DefectKind::WrongTarget,
                mount.mount.flag.span(),
                message,
            ));
        }
    }
}

fn defeated(run: &Run<'_, '_>, group: &Group<'_>, defects: &mut Vec<Defect>) {
    let Some((_, first, _)) = group.mounted.first() else {
        return;
    };
    let mut mounted = group.mounted.iter();
    let with_packages = mounted.find(|(cache, ..)| !cache.only_with_update);
    for defeat in &group.defeats {
        let name = call_name(defeat.call);
        let cache = with_packages.map_or(&first.target, |(_, place, _)| &place.target);
        let message = match &defeat.by {
            DefeatBy::Flag(word, _) => format!(
                "`{}` keeps `{name}` from using the cache mounted at `{cache}`: drop it",
                word.raw()
            ),
            DefeatBy::Env(variable) => {
                format!("`{variable}` keeps `{name}` from using the cache mounted at `{cache}`")
            }
            DefeatBy::MissingFlag(flag) => format!(
                "`{name}` leaves no package in the cache mounted at `{cache}` without `{flag}`"
            ),
            DefeatBy::StaleIndex(_) => continue,
            DefeatBy::DockerClean => format!(
                "`docker-clean` of the base image deletes each package from the cache mounted at `{cache}`: set it aside while `{name}` runs"
            ),
        };
        defects.push(defect(
            DefectKind::Defeated,
            defeat.by.span(defeat.call),
            message,
        ));
    }
    for touch in touches(run, &group.after_repair(run)) {
        let Touch { command, kind } = touch;
        let span = match &kind {
            TouchKind::Empties { .. } => command.span(),
            TouchKind::EmptiesBy(words) => match words.first() {
                Some(word) => word.span(),
                None => command.span(),
            },
            TouchKind::Breaks(_) => continue,
        };
        let message = format!(
            "`{}` empties the cache mounted at `{}` after each build: drop it",
            short(command),
            emptied(run, group, command).unwrap_or(first).target
        );
        defects.push(defect(DefectKind::Defeated, span, message));
    }
}

/// The mounted cache that a clean-up empties.
fn emptied<'g>(
    run: &Run<'_, '_>,
    group: &'g Group<'_>,
    command: SimpleCommand<'_>,
) -> Option<&'g Place> {
    let own = run
        .commands
        .iter()
        .find(|it| it.command.id() == command.id());
    let cleanup = own.and_then(|it| cleanup_of(it.call.as_ref()?));
    let removal = removal(command, &run.site);
    let mut mounted = group.mounted.iter();
    let (_, place, _) = mounted.find(|(cache, place, _)| {
        let by_name = cleanup.is_some_and(|cleanup| cleanup.caches.contains(&cache.name));
        let by_path = removal.as_ref().is_some_and(|removal| {
            let mut operands = removal.operands.iter();
            operands.any(|(_, removed)| {
                let removed = removed.as_ref();
                removed.is_ok_and(|it| it.coverage(&place.target) != Coverage::Apart)
            })
        });
        by_name || by_path
    })?;
    Some(place)
}

fn not_locked(run: &Run<'_, '_>, group: &Group<'_>, defects: &mut Vec<Defect>) {
    for (cache, place, at) in &group.mounted {
        let Some(mount) = run.action.mounts.get(*at) else {
            continue;
        };
        if !needs_lock(run, *at, cache) || !mount.unknown.is_empty() {
            continue;
        }
        let manager = group.manager.name;
        let message = format!(
            "{manager} does not expect another build to use `{}` at the same time: add `sharing=locked`",
            place.target
        );
        let change = MountChange {
            locked: true,
            ..MountChange::default()
        };
        let mut found = defect(DefectKind::NotLocked, mount.mount.flag.span(), message);
        found.repair = change_only(run, *at, &change, "Lock the cache while a build uses it");
        push_once(defects, found);
    }
}

fn not_writable(run: &Run<'_, '_>, group: &Group<'_>, defects: &mut Vec<Defect>) {
    const OTHERS_WRITE: u64 = 0o002;
    for (_, place, at) in &group.mounted {
        let Some(mount) = run.action.mounts.get(*at) else {
            continue;
        };
        let Some(owner) = place.owner.filter(|owner| !owner.is_root()) else {
            continue;
        };
        let is_open = mount.mode.is_some_and(|mode| mode & OTHERS_WRITE != 0);
        if is_open || suits(owner, mount.uid) || !mount.unknown.is_empty() {
            continue;
        }
        let effect = match group.manager.unwritable {
            Unwritable::Fails => "fails",
            Unwritable::GoesOn => "goes on without a cache",
        };
        let message = format!(
            "user {} cannot write this cache, and {} {effect}: add `uid={},gid={}`",
            owner.uid, group.manager.name, owner.uid, owner.gid
        );
        let change = MountChange {
            owner: Some(owner),
            ..MountChange::default()
        };
        let mut found = defect(DefectKind::NotWritable, mount.mount.flag.span(), message);
        found.repair = change_only(run, *at, &change, "Let the user own the cache");
        push_once(defects, found);
    }
}

/// A mount can serve several caches; it is reported once.
fn push_once(defects: &mut Vec<Defect>, found: Defect) {
    let is_known = defects
        .iter()
        .any(|known| known.kind == found.kind && known.span == found.span);
    if !is_known {
        defects.push(found);
    }
}

fn change_only(
    run: &Run<'_, '_>,
    at: usize,
    change: &MountChange,
    title: &str,
) -> Result<Fix, String> {
    let mount = run.action.mounts.get(at).ok_or("the mount is not there")?;
    let edits = change_mount(run.file, mount.mount, change)
        .ok_or("the mount is written in a way that is left alone")?;
    Ok(Fix {
        title: title.to_owned(),
        safety: Safety::Safe,
        keeps: Keeps::Commands {
            removed: Vec::new(),
            added: Vec::new(),
        },
        edits,
    })
}
