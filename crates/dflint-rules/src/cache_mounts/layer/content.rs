//! What caches hold in the layers of a stage.

use std::collections::BTreeMap;

use dflint_build::packages::{Invocation, Site};
use dflint_build::{Network, ResolvedMount, RunStep};
use dflint_knowledge::package_manager::{Action, Cache, ManagerKind};
use dflint_knowledge::secret::secret_file;
use dflint_parser::MountKind;

use crate::cache_mounts::chains::is_chain;
use crate::cache_mounts::run::{cache_mount_over, is_download, is_offered};
use crate::package_calls::RunCommand;

/// What earlier steps left in directories of caches.
#[derive(Clone, Default)]
pub(in crate::cache_mounts) struct LayerContent {
    by_target: BTreeMap<String, Content>,
}

/// What earlier steps left in one directory.
#[derive(Clone, Default)]
struct Content {
    /// The line that put there what no registry has.
    published: Option<u32>,
    /// The credentials that something was downloaded with, and the first line.
    fetched_with: BTreeMap<String, u32>,
}

/// How many directories are remembered; more than any Dockerfile has.
const MAX_DIRECTORIES: usize = 100;

impl LayerContent {
    /// Takes in what the RUN at `line` does.
    pub(in crate::cache_mounts) fn follow(
        &mut self,
        line: u32,
        action: &RunStep<'_>,
        commands: &[RunCommand<'_>],
        site: &Site<'_>,
    ) {
        if commands.iter().all(|it| it.call.is_none()) {
            return;
        }
        let own = credentials(action, commands);
        for CacheCall { call, target, .. } in cache_calls(action, commands, site) {
            let is_new = !self.by_target.contains_key(&target);
            if is_new && self.by_target.len() >= MAX_DIRECTORIES {
                continue;
            }
            let content = self.by_target.entry(target).or_default();
            if call.publishes() {
                content.published.get_or_insert(line);
            }
            if !is_offline(call, action) && call.manager.kind == ManagerKind::Language {
                for name in own.iter().cloned().chain(sources(call)) {
                    content.fetched_with.entry(name).or_insert(line);
                }
            }
        }
    }

    /// Why the RUN looks for what earlier steps left in the directory of a cache: the directory,
    /// and a clause about it.
    pub(super) fn needs_of(
        &self,
        line: u32,
        action: &RunStep<'_>,
        commands: &[RunCommand<'_>],
        site: &Site<'_>,
    ) -> Vec<(String, String)> {
        let mut needs = Vec::new();
        if commands.iter().all(|it| it.call.is_none()) {
            return needs;
        }
        let own = credentials(action, commands);
        let mut filled_here: Vec<String> = Vec::new();
        for it in cache_calls(action, commands, site) {
            let before = self.by_target.get(&it.target);
            let is_offline = is_offline(it.call, action);
            let is_served = before.is_none() && filled_here.contains(&it.target);
            if is_offline && !is_served {
                let reason = format!("line {line} must find everything in the layer");
                needs.push((it.target, reason));
                continue;
            }
            if let Some(reason) = before.and_then(|before| before.need_of(&it, line, &own)) {
                needs.push((it.target.clone(), reason));
            }
            filled_here.push(it.target);
        }
        needs
    }
}

impl Content {
    /// Why a call that may download needs it.
    fn need_of(&self, it: &CacheCall<'_>, line: u32, own: &[String]) -> Option<String> {
        let may_need = is_download(it.call.action())
            || (is_chain(it.cache) && it.call.action() == Action::Run);
        if !may_need {
            return None;
        }
        if let Some(writer) = self.published {
            return Some(format!(
                "line {line} may need what line {writer} puts there, which no registry has"
            ));
        }
        let mut others = self.fetched_with.iter();
        let (_, fetch) = others.find(|(name, _)| {
            !own.contains(name) && !sources(it.call).any(|source| source == **name)
        })?;
        Some(format!(
            "line {line} lacks the credentials or settings that line {fetch} downloads with"
        ))
    }
}

/// The caches that the calls of a RUN read while they build, and whether they only download.
pub(super) fn for_builds(
    action: &RunStep<'_>,
    commands: &[RunCommand<'_>],
    site: &Site<'_>,
) -> Vec<(String, Purpose)> {
    let calls = cache_calls(action, commands, site).filter(|it| it.cache.read_by_builds);
    calls
        .map(|it| match it.call.action() {
            Action::Download => (it.target, Purpose::Later),
            _ => (it.target, Purpose::Now),
        })
        .collect()
}

/// What a call downloads for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It builds with it.
    Now,
    /// Something else will.
    Later,
}

/// A call with a cache of downloads that it uses in the layer.
struct CacheCall<'c> {
    call: &'c Invocation<'c>,
    cache: &'static Cache,
    target: String,
}

fn cache_calls<'c>(
    action: &'c RunStep<'_>,
    commands: &'c [RunCommand<'c>],
    site: &'c Site<'_>,
) -> impl Iterator<Item = CacheCall<'c>> {
    let calls = commands
        .iter()
        .filter_map(|it| Some((it, it.call.as_ref()?)));
    calls.flat_map(move |(it, call)| {
        let places = it.places(site).iter();
        places.filter_map(move |(cache, place)| {
            let target = &place.as_ref().ok()?.target;
            let is_ours = (is_offered(cache) || is_chain(cache)) && !cache.compiled;
            let is_in_layer = is_ours && cache_mount_over(action, target).is_none();
            is_in_layer.then(|| CacheCall {
                call,
                cache,
                target: target.clone(),
            })
        })
    })
}

/// Whether the call cannot download.
fn is_offline(call: &Invocation<'_>, action: &RunStep<'_>) -> bool {
    call.is_offline || action.network == Network::None
}

/// What the step has to download with and others may lack: secrets, agents, files with secrets
/// that it removes.
fn credentials(action: &RunStep<'_>, commands: &[RunCommand<'_>]) -> Vec<String> {
    let mounts = action.mounts.iter().filter_map(credential);
    let removals = commands.iter().filter(|it| it.command.name() == Some("rm"));
    let removed = removals.flat_map(|it| it.command.args());
    let removed = removed.filter_map(|word| {
        let path = word.literal()?;
        let file = secret_file(path).filter(|file| !file.often_harmless);
        file.map(|_| format!("file {path}"))
    });
    mounts.chain(removed).collect()
}

/// Where the call downloads from, as far as its flags say.
fn sources<'c>(call: &'c Invocation<'_>) -> impl Iterator<Item = String> + 'c {
    let flags = call.flags.iter();
    let flags = flags.filter(|flag| call.manager.source_flags.contains(&flag.name.as_str()));
    flags.map(|flag| format!("source {}", flag.value.as_deref().unwrap_or_default()))
}

fn credential(mount: &ResolvedMount<'_>) -> Option<String> {
    let kind = match mount.kind {
        MountKind::Secret => "secret",
        MountKind::Ssh => "ssh",
        _ => return None,
    };
    let id = mount.id.as_ref().and_then(|id| id.to_known());
    Some(format!("{kind} {}", id.unwrap_or_default()))
}
