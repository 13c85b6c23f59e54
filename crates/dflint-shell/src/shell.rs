//! Which shell runs a script, and with which options.

/// The grammar a script is read with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `sh`, `dash`, `ash`: the POSIX grammar. What only reads as Bash is read as Bash, since
    /// `sh` is Bash on many images.
    Posix,
    /// `bash`; `zsh` and `ksh` are read with the same grammar.
    Bash,
}

/// The shell of a step, as the `SHELL` instruction or a shebang names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shell {
    /// The grammar; `None` where the shell is none of ours (`cmd`, `powershell`, `python`).
    pub dialect: Option<Dialect>,
    /// Whether it starts with `-e`.
    pub errexit: bool,
    /// Whether it starts with `-o pipefail`.
    pub pipefail: bool,
}

impl Default for Shell {
    /// `["/bin/sh", "-c"]`, what BuildKit uses on Linux without a `SHELL` instruction.
    fn default() -> Self {
        Self::of(Some(Dialect::Posix))
    }
}

impl Shell {
    fn of(dialect: Option<Dialect>) -> Self {
        Self {
            dialect,
            errexit: false,
            pipefail: false,
        }
    }

    /// The shell that the words of a `SHELL` instruction start. The script is the word after
    /// them, so without a `-c` it is not a script and there is no dialect.
    #[must_use]
    pub fn from_words<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut words = words
            .into_iter()
            .skip_while(|word| base_name(word) == "env");
        let mut shell = Self::of(words.next().and_then(dialect_of));
        let mut takes_script = false;
        while let Some(word) = words.next() {
            let Some(letters) = word.strip_prefix('-') else {
                // A script file or a subcommand: what runs our text is not this shell.
                return Self::of(None);
            };
            if letters.starts_with('-') {
                continue;
            }
            takes_script |= letters.contains('c');
            shell.errexit |= letters.contains('e');
            if letters.contains('o') {
                match words.next() {
                    Some("pipefail") => shell.pipefail = true,
                    Some("errexit") => shell.errexit = true,
                    _ => {}
                }
            }
        }
        if !takes_script {
            shell.dialect = None;
        }
        shell
    }

    /// The shell that a script's first line asks for; `None` without a `#!`.
    #[must_use]
    pub fn from_shebang(script: &str) -> Option<Self> {
        let line = script
            .strip_prefix("#!")?
            .lines()
            .next()
            .unwrap_or_default();
        let mut words = line
            .split_ascii_whitespace()
            .skip_while(|word| base_name(word) == "env" || *word == "-S");
        let mut shell = Self::of(words.next().and_then(dialect_of));
        for flags in words.filter(|word| word.starts_with('-')) {
            shell.errexit |= !flags.starts_with("--") && flags.contains('e');
        }
        Some(shell)
    }
}

/// The grammar of the program `word` starts.
pub(crate) fn dialect_of(word: &str) -> Option<Dialect> {
    match base_name(word) {
        "sh" | "dash" | "ash" => Some(Dialect::Posix),
        "bash" | "zsh" | "ksh" | "mksh" => Some(Dialect::Bash),
        _ => None,
    }
}

/// The last component of a path.
pub(crate) fn base_name(path: &str) -> &str {
    // Names are short: going through the bytes beats a search that is made for long texts.
    let last = path.bytes().rposition(|byte| byte == b'/');
    last.and_then(|at| path.get(at + 1..)).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shell_words_name_dialect_and_options() {
        let cases: [(&[&str], Option<Dialect>, bool, bool); 9] = [
            (&["/bin/sh", "-c"], Some(Dialect::Posix), false, false),
            (
                &["/bin/bash", "-o", "pipefail", "-c"],
                Some(Dialect::Bash),
                false,
                true,
            ),
            (
                &["bash", "-euxo", "pipefail", "-c"],
                Some(Dialect::Bash),
                true,
                true,
            ),
            (
                &["/bin/bash", "--login", "-ec"],
                Some(Dialect::Bash),
                true,
                false,
            ),
            (
                &["/usr/bin/env", "bash", "-c"],
                Some(Dialect::Bash),
                false,
                false,
            ),
            (&["cmd", "/S", "/C"], None, false, false),
            (&["powershell", "-Command"], None, false, false),
            (
                &["conda", "run", "-n", "env", "/bin/bash", "-c"],
                None,
                false,
                false,
            ),
            (&["/bin/bash"], None, false, false),
        ];
        for (words, dialect, errexit, pipefail) in cases {
            let shell = Shell::from_words(words.iter().copied());
            assert_eq!(shell.dialect, dialect, "{words:?}");
            if dialect.is_some() {
                assert_eq!(
                    (shell.errexit, shell.pipefail),
                    (errexit, pipefail),
                    "{words:?}"
                );
            }
        }
    }

    #[test]
    fn shebangs_name_the_shell() {
        let cases = [
            ("echo hi", None),
            ("#!/bin/sh\necho", Some(Some(Dialect::Posix))),
            ("#!/usr/bin/env -S bash -e\n", Some(Some(Dialect::Bash))),
            ("#!/usr/bin/env python3\nprint()", Some(None)),
            ("#!", Some(None)),
        ];
        for (script, expected) in cases {
            let shell = Shell::from_shebang(script);
            assert_eq!(shell.map(|shell| shell.dialect), expected, "{script}");
        }
        assert!(Shell::from_shebang("#!/bin/bash -e").is_some_and(|shell| shell.errexit));
    }
}
