//! Secret values among the words of commands.

use std::ops::Range;

use super::places::{is_secret_value, value_at};

/// How a secret stands among the words behind a program.
enum Form {
    /// So many words behind a setting, which is a word that holds this.
    Setting(&'static str, usize),
    /// `-p VALUE`
    Next(&'static str),
    /// `-pVALUE`
    Joined(&'static str),
    /// Either of them, right behind the program: what follows is another program.
    First(&'static str),
    /// `-uUSER:VALUE`
    Pair(&'static str),
    /// `-b FILE USER VALUE`, or with `-n` without the file.
    Htpasswd,
    /// `pass:VALUE` behind any of OpenSSL's options for it.
    Openssl,
    /// What `echo` in front of the pipe writes, where this word asks for it.
    Piped(&'static str),
}

/// A command that takes a secret as a word.
struct Sign {
    /// Words of the command in this order, others between them; none stands for any command.
    program: &'static [&'static str],
    form: Form,
}

const fn sign(program: &'static [&'static str], form: Form) -> Sign {
    Sign { program, form }
}

const SIGNS: &[Sign] = &[
    sign(&[], Form::Setting(":_authToken", 1)),
    sign(&[], Form::Setting(":_password", 1)),
    sign(&[], Form::Setting(":_auth", 1)),
    sign(&[], Form::Setting("http-basic.", 2)),
    sign(&[], Form::Setting("github-oauth.", 1)),
    sign(&[], Form::Setting("gitlab-token.", 1)),
    sign(&[], Form::Setting("gitlab-oauth.", 1)),
    sign(&[], Form::Setting("pypi-token.", 1)),
    sign(&[], Form::Setting("npmAuthToken", 1)),
    sign(&["configure", "set"], Form::Setting("aws_session_token", 1)),
    sign(
        &["configure", "set"],
        Form::Setting("aws_secret_access_key", 1),
    ),
    sign(&["login"], Form::Next("-p")),
    sign(&["docker", "login"], Form::Joined("-p")),
    sign(&["podman", "login"], Form::Joined("-p")),
    sign(&["redis-cli"], Form::Next("-a")),
    sign(&["curl"], Form::Pair("-u")),
    sign(&["mysql"], Form::Joined("-p")),
    sign(&["mysqldump"], Form::Joined("-p")),
    sign(&["mysqladmin"], Form::Joined("-p")),
    sign(&["mysqlimport"], Form::Joined("-p")),
    sign(&["mariadb"], Form::Joined("-p")),
    sign(&["mariadb-dump"], Form::Joined("-p")),
    sign(&["sshpass"], Form::First("-p")),
    sign(&["twine", "upload"], Form::Next("-p")),
    sign(&["twine", "upload"], Form::Joined("-p")),
    sign(&["htpasswd"], Form::Htpasswd),
    sign(&["openssl"], Form::Openssl),
    sign(&[], Form::Piped("--password-stdin")),
    sign(&[], Form::Piped("--passphrase-fd")),
    sign(&["sudo"], Form::Piped("-S")),
];

/// Where secrets stand among the words of the commands of `text`, unsorted.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    // Few texts have any of these, and looking into each command takes time.
    let signs: Vec<&Sign> = SIGNS.iter().filter(|sign| sign.may_be_in(text)).collect();
    if signs.is_empty() {
        return Vec::new();
    }
    let asks_for_output = signs.iter().any(|sign| matches!(sign.form, Form::Piped(_)));
    let mut found = Vec::new();
    let mut piped = Vec::new();
    for command in commands(text) {
        if !command.is_piped {
            piped.clear();
        }
        let own: Vec<&&Sign> = signs
            .iter()
            .filter(|sign| sign.may_be_in(command.text))
            .collect();
        let prints = asks_for_output
            && ["echo", "printf"]
                .iter()
                .any(|it| command.text.contains(it));
        if own.is_empty() && !prints {
            continue;
        }
        let words = command.words(text);
        for sign in own {
            let Some(behind) = sign.behind_program(&words) else {
                continue;
            };
            match sign.form {
                Form::Piped(word) if behind.iter().any(|it| it.is(word)) => {
                    found.append(&mut piped);
                }
                Form::Piped(_) => {}
                _ => found.extend(sign.form.secret(text, behind)),
            }
        }
        if prints {
            piped.extend(printed(text, &words));
        }
    }
    found
}

impl Sign {
    /// Whether `text` holds the words that the sign needs.
    fn may_be_in(&self, text: &str) -> bool {
        self.program.iter().all(|word| text.contains(word)) && text.contains(self.form.word())
    }

    /// The words behind the program; `None` where the command is another one.
    fn behind_program<'w, 't>(&self, words: &'w [Word<'t>]) -> Option<&'w [Word<'t>]> {
        let mut rest = words;
        for name in self.program {
            let at = rest.iter().position(|word| word.names(name))?;
            rest = rest.get(at + 1..)?;
        }
        Some(rest)
    }
}

impl Form {
    fn word(&self) -> &'static str {
        match self {
            Self::Setting(word, _)
            | Self::Next(word)
            | Self::Joined(word)
            | Self::First(word)
            | Self::Pair(word)
            | Self::Piped(word) => word,
            Self::Htpasswd => "-",
            Self::Openssl => "pass:",
        }
    }

    /// Where the secret stands in `text` among the `words` behind the program.
    fn secret(&self, text: &str, words: &[Word<'_>]) -> Option<Range<usize>> {
        let at = match *self {
            Self::Setting(name, behind) => {
                let is_named = |it: &Word| it.text.contains(name) && !it.text.contains('=');
                let at = words.iter().position(is_named)?;
                words.get(at + behind)?.start
            }
            Self::Next(option) => next(words, option)?,
            Self::Joined(option) => words.iter().find_map(|word| word.behind(option))?,
            Self::First(option) => match words {
                [first, value, ..] if first.is(option) => value.start,
                [first, ..] => first.behind(option)?,
                [] => return None,
            },
            Self::Pair(option) => {
                let mut pairs = words.iter().filter(|word| word.behind(option).is_some());
                let pair = pairs.find(|word| word.text.contains(':'))?;
                pair.inner + pair.text.find(':')? + 1
            }
            Self::Htpasswd => htpasswd(words)?,
            Self::Openssl => {
                let is_asked = |pair: &&[Word]| {
                    matches!(pair, [option, value]
                        if option.text.starts_with("-pass") && value.text.starts_with("pass:"))
                };
                let pair = words.windows(2).find(is_asked)?;
                pair.last()?.behind("pass:")?
            }
            Self::Piped(_) => return None,
        };
        secret_at(text, at)
    }
}

/// Where the word behind `option` begins.
fn next(words: &[Word<'_>], option: &str) -> Option<usize> {
    let at = words.iter().position(|word| word.is(option))?;
    words.get(at + 1).map(|word| word.start)
}

/// Where the password begins among the words behind `htpasswd`.
fn htpasswd(words: &[Word<'_>]) -> Option<usize> {
    let mut is_given = false;
    let mut has_file = true;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(letters) = word.text.strip_prefix('-') else {
            let password = words.nth(usize::from(has_file))?;
            return is_given.then_some(password.start);
        };
        is_given |= letters.contains('b');
        has_file &= !letters.contains('n');
        // The cost is a word of its own.
        if letters.ends_with('C') {
            words.next();
        }
    }
    None
}

/// The value that begins at byte `at`, where it may be a secret.
fn secret_at(text: &str, at: usize) -> Option<Range<usize>> {
    let value = value_at(text, at);
    let written = text.get(value.clone())?;
    is_secret_value("password", written).then_some(value)
}

/// What `echo` or `printf` writes, as far as it may be secret.
fn printed(text: &str, words: &[Word<'_>]) -> Vec<Range<usize>> {
    let prints = |word: &Word| word.names("echo") || word.names("printf");
    let behind = words.iter().skip_while(|word| !prints(word)).skip(1);
    let values = behind.filter(|word| !word.text.starts_with('-'));
    values
        .filter_map(|word| secret_at(text, word.start))
        .collect()
}

/// A simple command, as far as that can be told without reading the file.
struct Command<'t> {
    text: &'t str,
    /// Whether it reads what the command in front of it writes.
    is_piped: bool,
}

impl<'t> Command<'t> {
    fn words(&self, text: &'t str) -> Vec<Word<'t>> {
        let words = self.text.split_ascii_whitespace();
        words
            .filter(|word| !matches!(*word, "\\" | "`"))
            .map(|word| {
                let start = word.as_ptr() as usize - text.as_ptr() as usize;
                let inner = word.trim_start_matches(['"', '\'', '[', '(', '$', '`', '@', ',']);
                Word {
                    start,
                    inner: start + word.len() - inner.len(),
                    text: inner.trim_end_matches(['"', '\'', ']', ')', '`', ',']),
                }
            })
            .collect()
    }
}

struct Word<'t> {
    /// Its first byte.
    start: usize,
    /// Its first byte behind quotes and brackets.
    inner: usize,
    /// The text between quotes and brackets.
    text: &'t str,
}

impl Word<'_> {
    fn is(&self, word: &str) -> bool {
        self.text == word
    }

    /// Whether it calls the program `name`.
    fn names(&self, name: &str) -> bool {
        self.text.rsplit('/').next() == Some(name)
    }

    /// Where the rest of the word begins, if it begins with `option` and goes on.
    fn behind(&self, option: &str) -> Option<usize> {
        let rest = self.text.strip_prefix(option)?;
        (!rest.is_empty()).then_some(self.inner + option.len())
    }
}

/// The commands of `text`: parts between line ends that are not escaped, `;`, `&&`, `||` and `|`.
/// Quotes are not looked at, as commands may stand in them.
fn commands(text: &str) -> impl Iterator<Item = Command<'_>> {
    let bytes = text.as_bytes();
    let mut start = 0;
    let mut at = 0;
    let mut is_piped = false;
    std::iter::from_fn(move || {
        if start > text.len() {
            return None;
        }
        let mut end = text.len();
        while at < end {
            if ends_command(text, start, at) {
                end = at;
            }
            at += 1;
        }
        let command = Command {
            text: text.get(start..end).unwrap_or_default(),
            is_piped,
        };
        let is = |at: usize, byte: u8| bytes.get(at) == Some(&byte);
        is_piped = is(end, b'|') && !is(end + 1, b'|') && !is(end.wrapping_sub(1), b'|');
        start = end + 1;
        Some(command)
    })
}

/// Whether byte `at` of `text` ends the command that begins at `start`.
fn ends_command(text: &str, start: usize, at: usize) -> bool {
    let bytes = text.as_bytes();
    let next = bytes.get(at + 1).copied().unwrap_or(b'\n');
    match bytes.get(at) {
        Some(b'\n') => {
            let command = text.get(start..at).unwrap_or_default();
            let line = command.rsplit('\n').next().unwrap_or_default();
            // A comment does not end the command it stands in.
            let is_within = line.len() < command.len() && line.trim_ascii_start().starts_with('#');
            let is_escaped = line.trim_ascii_end().ends_with(['\\', '`']);
            !is_within && !is_escaped
        }
        Some(b'|') => true,
        Some(b'&') => {
            let before = bytes.get(at.wrapping_sub(1));
            next == b'&' || before == Some(&b'&') || next.is_ascii_whitespace()
        }
        // A password may hold one.
        Some(b';') => next.is_ascii_whitespace() || matches!(next, b'\\' | b'"' | b'\'' | b';'),
        _ => false,
    }
}
