//! Commands that have nothing to do with caches, and commands that may do anything.

use dflint_knowledge::package_manager::Action;
use dflint_shell::SimpleCommand;

use crate::package_calls::RunCommand;

/// Commands of shell and system that neither fill a cache of a package manager nor read one.
/// Sorted.
const HARMLESS: [&str; 78] = [
    ".",
    ":",
    "[",
    "addgroup",
    "adduser",
    "awk",
    "basename",
    "cat",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "cp",
    "curl",
    "cut",
    "date",
    "dirname",
    "dpkg",
    "dpkg-query",
    "echo",
    "env",
    "exit",
    "export",
    "false",
    "file",
    "find",
    "getent",
    "git",
    "gpg",
    "grep",
    "groupadd",
    "gunzip",
    "gzip",
    "head",
    "id",
    "install",
    "jar",
    "java",
    "jlink",
    "ldconfig",
    "ldd",
    "ln",
    "locale-gen",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "printf",
    "pwd",
    "readlink",
    "realpath",
    "rm",
    "rmdir",
    "sed",
    "set",
    "sha256sum",
    "shopt",
    "sleep",
    "sort",
    "strip",
    "tail",
    "tar",
    "tee",
    "test",
    "touch",
    "tr",
    "true",
    "umask",
    "uname",
    "unset",
    "unzip",
    "upx",
    "useradd",
    "usermod",
    "wc",
    "wget",
    "which",
    "xz",
];

/// Whether a command is known to leave package managers alone. A command without a name only sets
/// variables.
pub(super) fn is_harmless(command: SimpleCommand<'_>) -> bool {
    match command.name() {
        Some(name) => HARMLESS.binary_search(&name).is_ok(),
        None => command.words().len() == 0,
    }
}

/// Programs that do what a script says.
const INTERPRETERS: [&str; 16] = [
    ".",
    "ansible-playbook",
    "ash",
    "bash",
    "dash",
    "eval",
    "ksh",
    "make",
    "node",
    "perl",
    "python",
    "python3",
    "ruby",
    "sh",
    "source",
    "zsh",
];

/// Where programs are that belong to packages.
const SYSTEM_DIRECTORIES: [&str; 4] = ["/bin", "/sbin", "/usr/bin", "/usr/sbin"];

/// Whether a command runs a script, or a program of the project's own, that cannot be looked into.
pub(super) fn runs_a_script(command: SimpleCommand<'_>) -> bool {
    if command.nested().is_some() {
        return false;
    }
    let Some(word) = command.command_word() else {
        return false;
    };
    let Some(path) = word.literal() else {
        return true;
    };
    let (directory, name) = path.rsplit_once('/').unwrap_or(("/bin", path));
    !SYSTEM_DIRECTORIES.contains(&directory)
        || INTERPRETERS.contains(&name)
        || name.ends_with(".sh")
}

/// Whether a command that calls no package manager may do anything at all.
pub(super) fn is_unknown(command: SimpleCommand<'_>) -> bool {
    let is_looked_into = command.nested().is_some() || is_harmless(command);
    runs_a_script(command) || !is_looked_into
}

/// Whether a command may do anything at all, such as calling a package manager.
pub(crate) fn may_run_anything(it: &RunCommand<'_>) -> bool {
    match &it.call {
        Some(call) => call.action() == Action::Run,
        None => is_unknown(it.command),
    }
}

#[cfg(test)]
mod tests {
    use super::HARMLESS;

    #[test]
    fn the_list_is_sorted() {
        assert!(HARMLESS.is_sorted());
    }
}
