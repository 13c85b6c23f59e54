//! Commands that empty caches.

use dflint_knowledge::glob;
use dflint_knowledge::package_manager::Cleanup;
use dflint_shell::{SimpleCommand, Word};

use super::caches::Unknown;
use super::invocation::Invocation;
use super::site::Site;
use crate::path::clean;

/// The entry of the manager's own cleanups that `call` is: `pip cache purge`, `apt-get clean`.
#[must_use]
pub fn cleanup_of(call: &Invocation<'_>) -> Option<&'static Cleanup> {
    let words: Vec<Option<&str>> = call
        .subcommand_words
        .iter()
        .chain(&call.operands)
        .map(|word| word.literal())
        .collect();
    call.manager.cleanups.iter().find(|cleanup| {
        let mut given = words.iter();
        let has_words = cleanup
            .words
            .split_ascii_whitespace()
            .all(|word| given.next().copied().flatten() == Some(word));
        let has_flag = cleanup.flags.is_empty()
            || call
                .flags
                .iter()
                .any(|flag| cleanup.flags.contains(&flag.name.as_str()));
        has_words && has_flag
    })
}

/// An `rm`.
#[derive(Debug, Clone)]
pub struct Removal<'s> {
    /// The command.
    pub command: SimpleCommand<'s>,
    /// Whether it removes directories.
    pub is_recursive: bool,
    /// Whether it succeeds where there is nothing to remove.
    pub is_forced: bool,
    /// What it removes, in order.
    pub operands: Vec<(Word<'s>, Result<RemovedPath, Unknown>)>,
}

/// What one operand of an `rm` removes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemovedPath {
    /// The directory or file: absolute, clean. With a pattern, the directory in which names are
    /// matched first, which itself stays.
    pub path: String,
    /// The first component that is a pattern.
    pub pattern: Option<String>,
}

/// How what is removed lies to the target of a mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coverage {
    /// Wholly below the target: it empties the mount, and without the mount it cleans up.
    Inside,
    /// The target itself or a directory above it: with the mount, the command fails, for the
    /// mount point is busy.
    MountPoint,
    /// Something else.
    Apart,
}

/// The `rm` that `command` is.
#[must_use]
pub fn removal<'s>(command: SimpleCommand<'s>, site: &Site<'_>) -> Option<Removal<'s>> {
    if command.name()? != "rm" {
        return None;
    }
    let mut is_recursive = false;
    let mut is_forced = false;
    let mut operands = Vec::new();
    let mut are_operands = false;
    for word in command.args() {
        let literal = word.literal().unwrap_or_default();
        match literal.strip_prefix('-') {
            _ if are_operands => {}
            Some("-") => {
                are_operands = true;
                continue;
            }
            Some(letters) if !letters.is_empty() => {
                let has = |long: &str, short: &[char]| {
                    literal == long || (!letters.starts_with('-') && letters.contains(short))
                };
                is_recursive |= has("--recursive", &['r', 'R']);
                is_forced |= has("--force", &['f']);
                continue;
            }
            _ => {}
        }
        operands.push((word, removed(word, command, site)));
    }
    Some(Removal {
        command,
        is_recursive,
        is_forced,
        operands,
    })
}

fn removed(
    word: Word<'_>,
    command: SimpleCommand<'_>,
    site: &Site<'_>,
) -> Result<RemovedPath, Unknown> {
    if word.has_braces() || word.has_substitution() {
        return Err(Unknown::Expansion);
    }
    let text = word.render();
    let has_tilde = word.raw().starts_with('~');
    let text = match word.literal() {
        // Quoted dollars are what they are.
        Some(literal) if !has_tilde => literal.to_owned(),
        None if !has_tilde && text.starts_with('~') => return Err(Unknown::Expansion),
        _ => site.expand(command, &text)?,
    };
    let Some(at) = text.find(['*', '?', '[']).filter(|_| word.is_glob()) else {
        return Ok(RemovedPath {
            path: site.absolute(command, &text)?,
            pattern: None,
        });
    };
    let start = text.get(..at).and_then(|before| before.rfind('/'));
    let (directory, names) = text.split_at(start.map_or(0, |slash| slash + 1));
    let pattern = names.split('/').next().unwrap_or(names);
    Ok(RemovedPath {
        path: site.absolute(command, directory)?,
        pattern: Some(pattern.to_owned()),
    })
}

impl RemovedPath {
    /// How it lies to `target` (absolute).
    #[must_use]
    pub fn coverage(&self, target: &str) -> Coverage {
        let target = clean(target);
        let is_above = is_below(&target, &self.path);
        match &self.pattern {
            _ if is_below(&self.path, &target) => Coverage::Inside,
            None if is_above || self.path == target => Coverage::MountPoint,
            Some(_) if self.path == target => Coverage::Inside,
            Some(pattern) if is_above => {
                let below = target.strip_prefix(&self.path).unwrap_or_default();
                let name = below.trim_start_matches('/').split('/').next();
                // The table's patterns know no `?` and `[`: they may match.
                let may_match = pattern.contains(['?', '['])
                    || name.is_some_and(|name| glob::matches(pattern, name));
                if may_match {
                    Coverage::MountPoint
                } else {
                    Coverage::Apart
                }
            }
            _ => Coverage::Apart,
        }
    }
}

/// Whether `path` lies below `directory`; both clean.
fn is_below(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory)
        .is_some_and(|rest| rest.starts_with('/') || (directory == "/" && !rest.is_empty()))
}
