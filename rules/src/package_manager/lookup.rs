//! Finding package managers and their subcommands.

use super::{Cache, PackageManager, RuntimePath, Subcommand};

mod table {
    use super::super::*;

    include!(concat!(env!("OUT_DIR"), "/package_managers.rs"));
}

/// Every package manager, sorted by name.
#[must_use]
pub fn package_managers() -> &'static [PackageManager] {
    table::MANAGERS
}

/// The directories that the running container needs.
#[must_use]
pub fn runtime_paths() -> &'static [RuntimePath] {
    table::RUNTIME_PATHS
}

/// The package manager of that name.
#[must_use]
pub fn package_manager(name: &str) -> Option<&'static PackageManager> {
    let at = table::MANAGERS
        .binary_search_by(|manager| manager.name.cmp(name))
        .ok()?;
    table::MANAGERS.get(at)
}

/// By the first two bytes of a name, five bits each: whether some command of a package manager
/// begins so.
const BEGINNINGS: [bool; 1024] = {
    let mut known = [false; 1024];
    let tables = [
        table::COMMANDS,
        table::NUMBERED_COMMANDS,
        table::SHORTCUTS,
        table::INTERPRETERS,
    ];
    let mut number = 0;
    while number < tables.len() {
        let mut at = 0;
        while at < tables[number].len() {
            known[beginning(tables[number][at].0.as_bytes())] = true;
            at += 1;
        }
        number += 1;
    }
    let mut at = 0;
    while at < table::LAUNCHERS.len() {
        known[beginning(table::LAUNCHERS[at].as_bytes())] = true;
        at += 1;
    }
    known
};

const fn beginning(name: &[u8]) -> usize {
    match name {
        [first, second, ..] => (*first as usize & 31) << 5 | *second as usize & 31,
        [first] => (*first as usize & 31) << 5,
        [] => 0,
    }
}

/// Whether `command` may be a package manager, a shortcut, an interpreter or a launcher: a cheap
/// question that passes over most commands of a script.
#[must_use]
pub fn may_call_manager(command: &str) -> bool {
    let bytes = command.as_bytes();
    // A name of one letter with a version behind it.
    let is_numbered = matches!(bytes.get(1), Some(b'0'..=b'9' | b'.'));
    is_numbered
        || BEGINNINGS
            .get(beginning(bytes))
            .copied()
            .unwrap_or_default()
}

/// The package managers that `command` (a name without directory) can mean. More than one only
/// where [`PackageManager::variant`] tells them apart.
pub fn managers_of_command(command: &str) -> impl Iterator<Item = &'static PackageManager> {
    let stem = command.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    named(table::COMMANDS, command).chain(named(table::NUMBERED_COMMANDS, stem))
}

/// The manager that has `command` as a shortcut, and the words that it stands for.
#[must_use]
pub fn shortcut(command: &str) -> Option<(&'static PackageManager, &'static str)> {
    let manager = named(table::SHORTCUTS, command).next()?;
    let mut shortcuts = manager.shortcuts.iter();
    let found = shortcuts.find(|shortcut| shortcut.command == command)?;
    Some((manager, found.words))
}

/// Whether `command` runs a package manager whose name follows (see
/// [`PackageManager::launchers`]).
#[must_use]
pub fn is_launcher(command: &str) -> bool {
    table::LAUNCHERS.binary_search(&command).is_ok()
}

/// The managers whose functions code for the interpreter `command` can call (see
/// [`PackageManager::interpreters`]).
pub fn managers_in_code(command: &str) -> impl Iterator<Item = &'static PackageManager> {
    named(table::INTERPRETERS, command)
}

/// The managers that a sorted table has under `name`.
fn named(
    names: &'static [(&'static str, u32)],
    name: &str,
) -> impl Iterator<Item = &'static PackageManager> + use<> {
    let start = names.partition_point(|(known, _)| *known < name);
    let behind = names.get(start..).unwrap_or_default();
    let count = behind
        .iter()
        .take_while(|(known, _)| *known == name)
        .count();
    let found = behind.iter().take(count);
    found.filter_map(|(_, at)| table::MANAGERS.get(*at as usize))
}

/// The manager that `python -m module` runs.
#[must_use]
pub fn manager_of_module(module: &str) -> Option<&'static PackageManager> {
    table::MANAGERS
        .iter()
        .find(|manager| manager.modules.contains(&module))
}

impl PackageManager {
    /// The subcommand that `words` begin with, in its longest form, and how many words it takes.
    /// `words` are those after the command and its global options; for a
    /// [shortcut](PackageManager::shortcuts), the implied words come first.
    #[must_use]
    pub fn subcommand(&self, words: &[&str]) -> Option<(&'static Subcommand, usize)> {
        self.subcommands
            .iter()
            .find_map(|subcommand| Some((subcommand, subcommand.matches(words)?)))
    }

    /// The cache called `name`.
    #[must_use]
    pub fn cache(&self, name: &str) -> Option<&'static Cache> {
        self.caches.iter().find(|cache| cache.name == name)
    }
}

impl Subcommand {
    /// How many of `words` it matches; `None` when they do not begin with it.
    fn matches(&self, words: &[&str]) -> Option<usize> {
        if self.words == "*" {
            return Some(0);
        }
        if self.words.is_empty() {
            return words.iter().all(|word| word.starts_with('-')).then_some(0);
        }
        let mut count = 0;
        for pattern in self.words.split(' ') {
            let word = words.get(count)?;
            let matches = match pattern.strip_suffix('*') {
                Some(prefix) => word.starts_with(prefix),
                None => *word == pattern,
            };
            if !matches {
                return None;
            }
            count += 1;
        }
        Some(count)
    }
}
