//! Commands that have nothing to do with caches.

use dflint_shell::SimpleCommand;

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

#[cfg(test)]
mod tests {
    use super::HARMLESS;

    #[test]
    fn the_list_is_sorted() {
        assert!(HARMLESS.is_sorted());
    }
}
