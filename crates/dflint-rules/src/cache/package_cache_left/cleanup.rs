//! What stays behind under the policy that images are cleaned up, and the cleanup.

use dflint_build::packages::{
    Coverage, Disabled, Invocation, Removal, RemovedPath, Site, caches, cleanup_of, invocation,
    removal,
};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_knowledge::package_manager::{Action, Cleanup};
use dflint_parser::MountKind;
use dflint_shell::{Script, SimpleCommand};

use super::{Leftover, message};
use crate::Context;
use crate::run_view::RunView;

pub(super) fn leftovers<'m>(cx: &Context<'m, '_>, run: &RunView<'m, '_>) -> Vec<Leftover<'m>> {
    let ends_in_image = run.place.is_some_and(|(stage, _)| {
        let mut others = cx.model.stages().iter();
        let is_last = cx
            .model
            .stages()
            .last()
            .is_some_and(|last| last.id == stage.id);
        is_last || others.any(|other| other.base == dflint_build::Base::Stage(stage.id))
    });
    if !ends_in_image {
        return Vec::new();
    }
    let Some(site) = run.site() else {
        return Vec::new();
    };
    let commands: Vec<SimpleCommand<'m>> = run.commands().collect();
    let cleaners = cleaners(&commands, &site);
    run.invocations(cx)
        .filter_map(|call| leftover(cx, run, call, &cleaners, &site))
        .collect()
}

/// The manager's code, its flag that keeps nothing, and its cleanup where the table of managers
/// has none.
fn cure(manager: &str) -> Option<(&'static [&'static str], &'static str, &'static str)> {
    Some(match manager {
        "apt" => (&["DL3009"], "", ""),
        "apk" => (&["DL3019"], "--no-cache", ""),
        "yum" => (&["DL3032"], "", ""),
        "zypper" => (&["DL3036"], "", ""),
        "dnf4" | "dnf5" | "microdnf" | "tdnf" => (&["DL3040"], "", ""),
        "pip" => (&["DL3042"], "--no-cache-dir", ""),
        "yarn" => (&["DL3060"], "", "yarn cache clean"),
        _ => return None,
    })
}

fn leftover<'m>(
    cx: &Context,
    run: &RunView<'m, '_>,
    call: &Invocation<'m>,
    cleaners: &[Cleaner],
    site: &Site<'_>,
) -> Option<Leftover<'m>> {
    let (codes, flag, cleanup) = cure(call.manager.name)?;
    let fills = match call.manager.name {
        "apt" => call.action() == Action::UpdateIndex,
        _ => matches!(call.action(), Action::Install | Action::Upgrade),
    };
    if !fills || call.is_offline || is_mounted(run, call, site) {
        return None;
    }
    let used = caches(call, site);
    let is_off = used
        .disabled
        .iter()
        .any(|off| !matches!(off, Disabled::PerhapsEnv(_)));
    if is_off || is_cleaned(call, cleaners, site) {
        return None;
    }
    let word = call
        .subcommand_words
        .last()
        .copied()
        .or_else(|| call.command.command_word())?;
    if !flag.is_empty() {
        return Some(Leftover {
            word,
            message: message(&what(call), &format!("add `{flag}`")),
            codes,
            fix: run.add_flag(call.command, word, flag, Safety::Unsafe),
        });
    }
    let cleanup = call
        .manager
        .system
        .and_then(|system| system.cleanup)
        .unwrap_or(cleanup);
    Some(Leftover {
        word,
        message: message(&what(call), &format!("run `{cleanup}` in the same step")),
        codes,
        fix: append(cx, run, cleanup),
    })
}

fn what(call: &Invocation<'_>) -> String {
    format!("what `{}` downloads", call.name)
}

/// The directories that a call leaves files in.
fn directories(call: &Invocation<'_>, site: &Site<'_>) -> Vec<String> {
    let places = caches(call, site).places;
    let known = places
        .into_iter()
        .filter_map(|(_, place)| Some(place.ok()?.target));
    let leftovers = call
        .manager
        .system
        .map_or([].as_slice(), |system| system.leftovers);
    known
        .chain(leftovers.iter().map(|path| (*path).to_owned()))
        .collect()
}

/// Whether a cache or a tmpfs is mounted where the call leaves files.
fn is_mounted(run: &RunView, call: &Invocation<'_>, site: &Site<'_>) -> bool {
    let directories = directories(call, site);
    let Some((_, step)) = run.place else {
        return false;
    };
    let dflint_build::Action::Run(action) = &step.action else {
        return false;
    };
    let mounts = action.mounts.iter();
    let kept = mounts.filter(|mount| matches!(mount.kind, MountKind::Cache | MountKind::Tmpfs));
    kept.filter_map(|mount| mount.target.as_ref())
        .any(|target| {
            let target = target.as_str().trim_end_matches('/');
            directories.iter().any(|directory| {
                let below = |one: &str, other: &str| {
                    one == other
                        || one
                            .strip_prefix(other)
                            .is_some_and(|rest| rest.starts_with('/'))
                };
                below(directory, target) || below(target, directory)
            })
        })
}

/// A command that takes away what calls before it left.
enum Cleaner<'m> {
    /// A manager's own cleanup.
    Own {
        command: SimpleCommand<'m>,
        manager: &'static str,
        cleanup: &'static Cleanup,
    },
    Removal(Removal<'m>),
}

fn cleaners<'m>(commands: &[SimpleCommand<'m>], site: &Site<'_>) -> Vec<Cleaner<'m>> {
    let cleaner = |command: &SimpleCommand<'m>| {
        if let Some(removal) = removal(*command, site) {
            return Some(Cleaner::Removal(removal));
        }
        let call = invocation(*command, site)?;
        let cleanup = cleanup_of(&call)?;
        Some(Cleaner::Own {
            command: *command,
            manager: call.manager.name,
            cleanup,
        })
    };
    commands.iter().filter_map(cleaner).collect()
}

/// Whether a later command of the step cleans up.
fn is_cleaned(call: &Invocation<'_>, cleaners: &[Cleaner], site: &Site<'_>) -> bool {
    let directories = directories(call, site);
    let is_behind = |command: SimpleCommand<'_>| command.id() > call.command.id();
    cleaners.iter().any(|cleaner| match cleaner {
        // `apt-get clean` leaves the lists, which is what this is about.
        Cleaner::Own {
            command,
            manager,
            cleanup,
        } => {
            let is_whole = *manager != "apt" || cleanup.caches.contains(&"lists");
            *manager == call.manager.name && is_whole && is_behind(*command)
        }
        Cleaner::Removal(removal) => {
            let paths = removal
                .operands
                .iter()
                .filter_map(|(_, path)| path.as_ref().ok());
            let covers = |path: &RemovedPath| {
                directories
                    .iter()
                    .any(|directory| path.coverage(directory) != Coverage::Apart)
            };
            is_behind(removal.command) && paths.into_iter().any(covers)
        }
    })
}

/// The fix that puts `cleanup` behind everything else the step does.
pub(super) fn append(cx: &Context, run: &RunView, cleanup: &str) -> Result<Fix, &'static str> {
    let unclear = "the step is no plain chain of commands";
    let chain = run.script().and_then(Script::and_chain).ok_or(unclear)?;
    let last = chain.get(chain.len().saturating_sub(1)).ok_or(unclear)?;
    let command = last.command().ok_or(unclear)?;
    run.may_edit(command)?;
    if last.after.is_some() || !run.instruction.heredocs.is_empty() {
        return Err(unclear);
    }
    let mounts = run.run.mounts.iter();
    if mounts
        .into_iter()
        .any(|mount| matches!(mount.kind, MountKind::Cache | MountKind::Tmpfs))
    {
        return Err("the cleanup could empty what is mounted");
    }
    let script = last.range();
    let end = run
        .script()
        .and_then(|text| text.source_ranges(script).last())
        .ok_or(unclear)?
        .end;
    let one_line = run.instruction.start_line == run.instruction.end_line;
    let joint = match one_line {
        true => " && ".to_owned(),
        false => format!(" {}\n    && ", cx.dockerfile.directives.escape),
    };
    Ok(Fix {
        title: format!("Run `{cleanup}` in the same step"),
        safety: Safety::Unsafe,
        keeps: Keeps::Commands {
            removed: Vec::new(),
            added: vec![cleanup.to_owned()],
        },
        edits: vec![Edit::insert(end, format!("{joint}{cleanup}"))],
    })
}
