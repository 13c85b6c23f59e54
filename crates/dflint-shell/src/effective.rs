//! What a command runs in the end: `env`, `sudo`, `xargs` and the like taken off.

use std::ops::Range;

use crate::shell::{base_name, dialect_of};

/// What stands in front of the effective command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Wrappers {
    /// `sudo`, `doas`, `gosu`, `su-exec`, `runuser`, `setpriv` or `chroot`: user, home directory
    /// or root are others than the step's.
    pub changes_user: bool,
    /// `xargs`: more arguments come from its input.
    pub adds_arguments: bool,
    /// Any wrapper at all, `env` and `exec` included.
    pub any: bool,
}

/// Where the effective command begins.
#[derive(Debug, Clone, Default)]
pub(crate) struct Effective {
    /// Index of its name among the words; the number of words where there is no command.
    pub(crate) start: usize,
    /// How many bytes of its name's value are a directory: rules ask for the name again and again.
    pub(crate) directory: usize,
    pub(crate) wrappers: Wrappers,
    /// The words among which `env` sets variables.
    pub(crate) env: Range<usize>,
    pub(crate) clears_environment: bool,
}

/// A program that runs another one.
struct Wrapper {
    names: &'static [&'static str],
    /// Options (short without dash, long with both) that take the next word as value.
    valued: &'static [&'static str],
    /// Words between the options and the command (`timeout 10 cmd`, `gosu user cmd`).
    operands: usize,
    /// Whether `NAME=value` words may stand in front of the command.
    assignments: bool,
    changes_user: bool,
    adds_arguments: bool,
}

impl Wrapper {
    const PLAIN: Wrapper = Wrapper {
        names: &[],
        valued: &[],
        operands: 0,
        assignments: false,
        changes_user: false,
        adds_arguments: false,
    };
}

/// The wrappers. Options that make one of them do something else than run a command
/// (`command -v`) are in [`STOPS`].
const WRAPPERS: &[Wrapper] = &[
    Wrapper {
        names: &["env"],
        valued: &["u", "C", "--unset", "--chdir"],
        assignments: true,
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &[
            "command",
            "builtin",
            "nohup",
            "setsid",
            "eatmydata",
            "chronic",
            "catchsegv",
        ],
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["exec"],
        valued: &["a"],
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["time"],
        valued: &["f", "o", "--format", "--output"],
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["nice"],
        valued: &["n", "--adjustment"],
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["ionice"],
        valued: &["c", "n", "--class", "--classdata"],
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["stdbuf"],
        valued: &["i", "o", "e", "--input", "--output", "--error"],
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["timeout"],
        valued: &["k", "s", "--kill-after", "--signal"],
        operands: 1,
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["sudo"],
        valued: &[
            "u", "g", "h", "p", "C", "D", "R", "T", "U", "--user", "--group", "--host", "--prompt",
            "--chdir", "--chroot",
        ],
        assignments: true,
        changes_user: true,
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["doas"],
        valued: &["u", "C"],
        changes_user: true,
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["gosu", "su-exec"],
        operands: 1,
        changes_user: true,
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["chroot"],
        operands: 1,
        changes_user: true,
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["runuser"],
        valued: &["u", "g", "G", "--user", "--group"],
        changes_user: true,
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["setpriv"],
        valued: &["--reuid", "--regid", "--groups"],
        changes_user: true,
        ..Wrapper::PLAIN
    },
    Wrapper {
        names: &["xargs"],
        valued: &[
            "a",
            "d",
            "E",
            "I",
            "L",
            "n",
            "P",
            "s",
            "--arg-file",
            "--delimiter",
            "--max-args",
            "--max-lines",
            "--max-procs",
            "--max-chars",
        ],
        adds_arguments: true,
        ..Wrapper::PLAIN
    },
];

/// Options with which a wrapper does not run the command behind it.
const STOPS: &[(&str, &[&str])] = &[
    ("command", &["v", "V"]),
    ("sudo", &["l", "v", "e", "--list", "--validate", "--edit"]),
];

/// How many wrappers are taken off at most.
const DEPTH: usize = 8;

/// Takes the wrappers off; `words` gives the static value of each word.
pub(crate) fn effective(words: &[Option<&str>]) -> Effective {
    let mut found = unwrapped(words);
    if let Some(Some(name)) = words.get(found.start) {
        found.directory = name.len() - base_name(name).len();
    }
    found
}

fn unwrapped(words: &[Option<&str>]) -> Effective {
    let mut found = Effective::default();
    for _ in 0..DEPTH {
        let Some(Some(name)) = words.get(found.start) else {
            return found;
        };
        let name = base_name(name);
        let Some(wrapper) = WRAPPERS
            .iter()
            .find(|wrapper| wrapper.names.contains(&name))
        else {
            return found;
        };
        let Some(next) = behind(wrapper, name, words, &mut found) else {
            return found;
        };
        found.start = next;
        found.wrappers.any = true;
        found.wrappers.changes_user |= wrapper.changes_user;
        found.wrappers.adds_arguments |= wrapper.adds_arguments;
    }
    found
}

/// The index of the word behind `wrapper`, its options and operands; `None` where it runs nothing.
fn behind(
    wrapper: &Wrapper,
    name: &str,
    words: &[Option<&str>],
    found: &mut Effective,
) -> Option<usize> {
    let stops = STOPS
        .iter()
        .find(|(stopping, _)| *stopping == name)
        .map_or([].as_slice(), |(_, options)| options);
    if name == "runuser" && !words.contains(&Some("-u")) {
        // `runuser USER -c SCRIPT`, as `su` has it.
        return None;
    }
    let mut at = found.start + 1;
    while let Some(Some(option)) = words.get(at) {
        if *option == "--" {
            at += 1;
            break;
        }
        let Some(letters) = option.strip_prefix('-') else {
            break;
        };
        if name == "env" && matches!(*option, "-" | "-i" | "--ignore-environment") {
            found.clears_environment = true;
        }
        let long = option.split('=').next().unwrap_or_default();
        let stop =
            |stop: &&str| long == *stop || (!letters.starts_with('-') && letters.contains(stop));
        if stops.iter().any(stop) {
            return None;
        }
        // `-n 5`, not `-n5`; `--user x`, not `--user=x`.
        let takes_next = wrapper.valued.contains(&letters) || wrapper.valued.contains(option);
        at += if takes_next { 2 } else { 1 };
    }
    if wrapper.assignments {
        let from = at;
        while matches!(words.get(at), Some(Some(word)) if is_assignment(word)) {
            at += 1;
        }
        if at > from {
            let first = if found.env.is_empty() {
                from
            } else {
                found.env.start
            };
            found.env = first..at;
        }
    }
    at += wrapper.operands;
    (at < words.len()).then_some(at)
}

/// Whether `word` is `NAME=…`.
pub(crate) fn is_assignment(word: &str) -> bool {
    assignment_head(word).is_some()
}

/// The `NAME=` that `word` begins with.
pub(crate) fn assignment_head(word: &str) -> Option<&str> {
    let len = word.find('=')?;
    let name = word.get(..len)?;
    let is_name = !name.is_empty()
        && !name.starts_with(|letter: char| letter.is_ascii_digit())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    word.get(..=len).filter(|_| is_name)
}

/// How a shell command gets its script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScriptArgument {
    /// The word at this index (among the words given).
    Word(usize),
    /// Its standard input.
    Input,
}

/// Where `words` (name first) takes a script from, if it starts a shell, and the shell's options.
pub(crate) fn script_argument(words: &[Option<&str>]) -> Option<(ScriptArgument, Vec<String>)> {
    let name = base_name((*words.first()?)?);
    if matches!(name, "su" | "runuser") {
        return user_switch(words);
    }
    dialect_of(name)?;
    let mut shell = vec![name.to_owned()];
    let mut at = 1;
    let mut takes_script = false;
    while let Some(Some(option)) = words.get(at) {
        let Some(letters) = option.strip_prefix(['-', '+']) else {
            break;
        };
        at += 1;
        if letters == "-" || letters.is_empty() {
            break;
        }
        shell.push((*option).to_owned());
        if letters.starts_with('-') {
            continue;
        }
        takes_script |= letters.contains('c');
        if letters.contains(['o', 'O']) {
            shell.extend((*words.get(at)?).map(str::to_owned));
            at += 1;
        }
    }
    if takes_script {
        return (at < words.len()).then_some((ScriptArgument::Word(at), shell));
    }
    if at < words.len() {
        return None;
    }
    shell.push("-c".to_owned());
    Some((ScriptArgument::Input, shell))
}

/// `su - user -c 'script'`: the user's login shell is taken for `sh`.
fn user_switch(words: &[Option<&str>]) -> Option<(ScriptArgument, Vec<String>)> {
    let option = words
        .iter()
        .position(|word| matches!(word, Some("-c" | "--command" | "-lc")))?;
    let script = option + 1;
    (script < words.len()).then(|| {
        (
            ScriptArgument::Word(script),
            vec!["sh".to_owned(), "-c".to_owned()],
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(command: &str) -> Vec<Option<&str>> {
        command
            .split(' ')
            .map(|word| (!word.starts_with('$')).then_some(word))
            .collect()
    }

    #[test]
    fn wrappers_are_taken_off() {
        let cases = [
            ("pip install x", Some("pip")),
            ("env X=1 Y=2 pip install", Some("pip")),
            ("env -i PATH=/bin sh", Some("sh")),
            ("env -u X cmd", Some("cmd")),
            ("sudo -E -u app npm ci", Some("npm")),
            ("sudo --user=app npm ci", Some("npm")),
            ("sudo DEBIAN_FRONTEND=x apt-get update", Some("apt-get")),
            ("exec nice -n 5 make", Some("make")),
            ("nice -n5 make", Some("make")),
            ("time -p make", Some("make")),
            ("timeout -s KILL 10 curl", Some("curl")),
            ("xargs -r -n 1 pip install", Some("pip")),
            ("xargs -0 rm", Some("rm")),
            ("gosu app:app npm", Some("npm")),
            ("command -v apt-get", Some("command")),
            ("command apt-get", Some("apt-get")),
            ("sudo", Some("sudo")),
            ("env X=1", Some("env")),
            ("env X=1 $CMD", None),
            ("runuser -u app -- npm ci", Some("npm")),
        ];
        for (command, expected) in cases {
            let words = words(command);
            let found = effective(&words);
            assert_eq!(
                words.get(found.start).copied().flatten(),
                expected,
                "{command}"
            );
        }
    }

    #[test]
    fn wrappers_are_told_apart() {
        let found = effective(&words("sudo env A=1 xargs pip"));
        assert!(found.wrappers.changes_user && found.wrappers.adds_arguments);
        assert_eq!(found.env, 2..3);
        assert!(!effective(&words("env A=1 pip")).wrappers.changes_user);
        assert!(effective(&words("env -i pip")).clears_environment);
    }

    #[test]
    fn shells_name_their_script() {
        let cases = [
            ("sh -c x", Some(ScriptArgument::Word(2))),
            ("bash -lc x", Some(ScriptArgument::Word(2))),
            ("bash -o pipefail -c x", Some(ScriptArgument::Word(4))),
            ("/bin/bash -e -c x", Some(ScriptArgument::Word(3))),
            ("bash -s", Some(ScriptArgument::Input)),
            ("bash", Some(ScriptArgument::Input)),
            ("bash script.sh", None),
            ("su - app -c x", Some(ScriptArgument::Word(4))),
            ("python3 -c x", None),
        ];
        for (command, expected) in cases {
            let found = script_argument(&words(command)).map(|(argument, _)| argument);
            assert_eq!(found, expected, "{command}");
        }
    }
}
