//! What a RUN does to the directories of its caches besides installing: it cleans them up, or
//! works on them.

use dflint_build::packages::{Coverage, Removal, RemovedPath, cleanup_of, removal};
use dflint_fix::Edit;
use dflint_parser::Span;
use dflint_shell::{Chain, SimpleCommand, Word};

use super::edits::Changes;
use super::run::Run;
use crate::package_calls::RunCommand;
use crate::place::is_within;

/// The caches that are, or will be, mounted in a RUN.
#[derive(Debug, Default)]
pub(super) struct Mounted {
    /// Their directories.
    pub(super) targets: Vec<String>,
    /// Their managers' names and their own.
    pub(super) names: Vec<(&'static str, &'static str)>,
    /// Directories that stay empty because of the mounts.
    pub(super) empty: Vec<&'static str>,
}

/// A command that touches a mounted cache.
pub(super) struct Touch<'r> {
    pub(super) command: SimpleCommand<'r>,
    pub(super) kind: TouchKind<'r>,
}

pub(super) enum TouchKind<'r> {
    /// It does nothing but empty caches.
    Empties {
        /// Whether it also removes a little more than the caches.
        does_more: bool,
    },
    /// Some operands of an `rm` empty caches.
    EmptiesBy(Vec<Word<'r>>),
    /// It would fail, or do something else, with the mount in place.
    Breaks(String),
}

/// The commands that touch the caches.
pub(super) fn touches<'r>(run: &Run<'r, '_>, mounted: &Mounted) -> Vec<Touch<'r>> {
    let found = run.commands.iter().filter_map(|it| {
        let kind = touch(run, it, mounted)?;
        let command = it.command;
        Some(Touch { command, kind })
    });
    found.collect()
}

fn touch<'r>(
    run: &Run<'r, '_>,
    it: &'r RunCommand<'r>,
    mounted: &Mounted,
) -> Option<TouchKind<'r>> {
    if let Some(call) = &it.call {
        let cleanup = cleanup_of(call)?;
        let is_mounted = |cache: &&str| mounted.names.contains(&(call.manager.name, *cache));
        if !cleanup.caches.iter().any(is_mounted) {
            return None;
        }
        let is_covered = cleanup.caches.iter().all(is_mounted);
        if is_covered && !call.fills_caches() {
            let does_more = !cleanup.only_caches;
            return Some(TouchKind::Empties { does_more });
        }
        return Some(TouchKind::Breaks(format!(
            "`{}` would empty the cache, and does more than that",
            short(it.command)
        )));
    }
    if let Some(removal) = removal(it.command, &run.site) {
        return touch_of_removal(&removal, mounted);
    }
    works_on(run, it.command, &mounted.targets).map(TouchKind::Breaks)
}

fn touch_of_removal<'r>(removal: &Removal<'r>, mounted: &Mounted) -> Option<TouchKind<'r>> {
    let (command, operands) = (removal.command, &removal.operands);
    let mut emptying = Vec::new();
    for (word, removed) in operands {
        let Ok(removed) = removed else {
            if word.raw().contains("cache") {
                return Some(TouchKind::Breaks(format!(
                    "what `{}` removes is worked out when it runs",
                    short(command)
                )));
            }
            continue;
        };
        for directory in &mounted.empty {
            if !removal.is_forced && removed.coverage(directory) == Coverage::Inside {
                return Some(TouchKind::Breaks(format!(
                    "`{}` would fail, since a mount leaves `{directory}` empty",
                    short(command)
                )));
            }
        }
        for target in &mounted.targets {
            match removed.coverage(target) {
                Coverage::Inside => emptying.push(*word),
                Coverage::MountPoint if is_no_more_than(removed, target) => {
                    emptying.push(*word);
                }
                Coverage::MountPoint => {
                    return Some(TouchKind::Breaks(format!(
                        "`{}` would fail, since it cannot remove the mount point `{target}`",
                        short(command)
                    )));
                }
                Coverage::Apart => {}
            }
        }
    }
    emptying.dedup_by_key(|word| word.range());
    if emptying.is_empty() {
        return None;
    }
    if emptying.len() == operands.len() {
        return Some(TouchKind::Empties { does_more: false });
    }
    Some(TouchKind::EmptiesBy(emptying))
}

/// Whether the target itself is all that goes: `/var/lib/apt/lists`, and `/var/lib/apt/lists*`,
/// beside which apt keeps nothing of that name.
fn is_no_more_than(removed: &RemovedPath, target: &str) -> bool {
    const ALONE_BY_NAME: [&str; 1] = ["/var/lib/apt/lists"];
    match &removed.pattern {
        None => removed.path == target,
        Some(pattern) => {
            ALONE_BY_NAME.contains(&target)
                && format!("{}/{pattern}", removed.path) == format!("{target}*")
        }
    }
}

/// Commands that go through a whole directory.
const RECURSIVE: [&str; 9] = [
    "chown", "chmod", "chgrp", "cp", "mv", "find", "du", "rsync", "setfacl",
];

/// Commands whose last operand is a directory that they only add to.
const ADDS_TO_LAST: [&str; 3] = ["cp", "mv", "rsync"];

/// Commands that leave the files in a directory they name alone.
const HARMLESS: [&str; 8] = [
    "cd", "echo", "export", "install", "mkdir", "printf", "set", "test",
];

/// How `command`, which is no clean-up, works on the directory of a cache.
pub(super) fn works_on(
    run: &Run<'_, '_>,
    command: SimpleCommand<'_>,
    targets: &[impl AsRef<str>],
) -> Option<String> {
    let name = command.name()?;
    if HARMLESS.contains(&name) {
        return None;
    }
    let is_recursive = RECURSIVE.contains(&name);
    let last = command.args().len().saturating_sub(1);
    for (at, word) in command.args().enumerate() {
        let is_recursive = is_recursive && !(at == last && ADDS_TO_LAST.contains(&name));
        let text = word.render();
        let text = match text.strip_prefix('~') {
            Some(rest) => format!("{}{rest}", run.site.user.home.as_deref().unwrap_or("~")),
            None => text,
        };
        // `--cache=/root/.npm` too.
        let path = text
            .rsplit_once('=')
            .map_or(text.as_str(), |(_, path)| path);
        if !path.starts_with('/') {
            continue;
        }
        let path = path.trim_end_matches(['*', '/']);
        let is_touched = targets
            .iter()
            .map(AsRef::as_ref)
            .any(|target| is_within(path, target) || (is_recursive && is_within(target, path)));
        if is_touched {
            return Some(format!("`{}` works on the cache itself", short(command)));
        }
    }
    None
}

/// The beginning of a command, for messages.
pub(super) fn short(command: SimpleCommand<'_>) -> String {
    const MAX_WORDS: usize = 4;
    let mut words: Vec<&str> = command.words().map(Word::raw).collect();
    if words.len() > MAX_WORDS {
        words.truncate(MAX_WORDS);
        words.push("…");
    }
    words.join(" ")
}

/// How many clean-ups of one script are looked at.
const MAX_CLEANUPS: usize = 64;

/// Takes out what empties the caches; `kept` is a step of the chain that stays, since something
/// else comes in its place.
pub(super) fn take_out(
    run: &Run<'_, '_>,
    touches: &[Touch<'_>],
    kept: Option<usize>,
) -> Result<Changes, String> {
    if touches.len() > MAX_CLEANUPS {
        return Err("there are too many clean-ups".to_owned());
    }
    let mut changes = Changes::default();
    let mut last_taken = None;
    for touch in touches {
        match &touch.kind {
            TouchKind::Breaks(reason) => return Err(reason.clone()),
            TouchKind::EmptiesBy(words) => take_words(run, touch.command, words, &mut changes)?,
            TouchKind::Empties { does_more } => {
                if *does_more {
                    changes.risk = Some("a clean-up goes that does more than empty the cache");
                }
                let place = place(run, touch.command);
                let at = place.map(|(_, at)| at);
                if at.is_some() && at == kept {
                    continue;
                }
                let beside_gap = at == Some(1) && last_taken == Some(0);
                let spans = place
                    .filter(|(chain, at)| !beside_gap && !chain.decides(*at))
                    .and_then(|(chain, at)| Some((chain, at, chain.removal(at, run.source.file)?)));
                match spans {
                    Some((chain, at, spans)) => {
                        take_step(run, chain, at, spans, &mut changes);
                        last_taken = Some(at);
                    }
                    None => make_idle(run, touch.command, &mut changes)?,
                }
            }
        }
    }
    Ok(changes)
}

fn refusal(command: SimpleCommand<'_>) -> String {
    format!(
        "`{}` would empty the cache, and cannot be taken out",
        short(command)
    )
}

/// Where `command` stands in the RUN's sequence of steps; `None` where it is part of one.
pub(super) fn place<'r>(
    run: &Run<'r, '_>,
    command: SimpleCommand<'_>,
) -> Option<(Chain<'r>, usize)> {
    let chain = run.script.sequence().filter(|_| run.is_own(command))?;
    let at = chain.position(command.id())?;
    Some((chain, at))
}

fn take_words(
    run: &Run<'_, '_>,
    command: SimpleCommand<'_>,
    gone: &[Word<'_>],
    changes: &mut Changes,
) -> Result<(), String> {
    let refusal = || {
        format!(
            "`{}` would empty the cache, and cannot be changed",
            short(command)
        )
    };
    if !run.is_own(command) {
        return Err(refusal());
    }
    let words: Vec<Word<'_>> = command.words().collect();
    for word in gone {
        let edit = run.source.delete_word(*word, &words);
        changes.edits.push(edit.ok_or_else(refusal)?);
        changes.removed.push(word.raw().to_owned());
    }
    Ok(())
}

/// Takes step `at` out, which stands on `spans` with an operator beside it.
fn take_step(
    run: &Run<'_, '_>,
    chain: Chain<'_>,
    at: usize,
    spans: Vec<Span>,
    changes: &mut Changes,
) {
    changes.edits.extend(spans.into_iter().map(Edit::delete));
    let Some(link) = chain.get(at) else { return };
    let text = run.script.as_str();
    let before = at.checked_sub(1).and_then(|before| chain.get(before));
    let after = chain.get(at + 1);
    let range = link.range().range();
    let slices = [
        Some(range.clone()),
        before.map(|before| before.range().range().end..range.end),
        after.map(|after| range.start..after.range().range().start),
    ];
    let slices = slices.into_iter().flatten();
    changes
        .removed
        .extend(slices.filter_map(|slice| text.get(slice).map(str::to_owned)));
}

/// Puts `true` in the place of a clean-up whose success others rely on, or that stands alone where
/// something must stand.
fn make_idle(
    run: &Run<'_, '_>,
    command: SimpleCommand<'_>,
    changes: &mut Changes,
) -> Result<(), String> {
    const IDLE: &str = "true";
    if !run.is_own(command) || run.script.is_exec() {
        return Err(refusal(command));
    }
    let span = command.span();
    if span.text(run.source.file).contains('#') {
        return Err(refusal(command));
    }
    changes.edits.push(Edit::replace(span, IDLE));
    changes
        .removed
        .push(command.range().of(run.script.as_str()).to_owned());
    changes.added.push(IDLE.to_owned());
    Ok(())
}
