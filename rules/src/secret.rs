//! Secrets: what they are called, how they look, which files hold them.
//!
//! The table is `data/secrets.toml`; `data/README.md` documents its keys.

use std::borrow::Cow;

use crate::glob;

/// Words that make a name the name of a secret when they stand alone between underscores or at an
/// end of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretNames {
    /// The words, lower case.
    pub words: &'static [&'static str],
    /// Words that say that the name is harmless after all.
    pub exceptions: &'static [&'static str],
}

/// Parts that make a name the name of a secret wherever they stand in it, and whole names; lower
/// case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LooseNames {
    /// The parts.
    pub parts: &'static [&'static str],
    /// The whole names.
    pub names: &'static [&'static str],
}

/// How a token looks: a prefix and a run of characters of one alphabet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenShape {
    /// What it is, for messages.
    pub name: &'static str,
    /// What it begins with.
    pub prefix: &'static str,
    /// What follows.
    pub alphabet: Alphabet,
    /// The fewest characters that follow.
    pub min: u32,
    /// The most characters that follow.
    pub max: u32,
    /// The number of parts, joined by dots, that follow; the dots count as characters.
    pub parts: u32,
    /// The fewest digits that stand right in front of it and are part of it.
    pub digits: u32,
}

/// The characters of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alphabet {
    /// Letters and digits.
    Alphanumeric,
    /// Letters, digits, `+`, `/` and `=`.
    Base64,
    /// Letters, digits, `-`, `_`.
    Base64Url,
    /// Hexadecimal digits.
    Hex,
    /// Capital letters and digits.
    UpperAlphanumeric,
    /// Letters, digits, `-`, `_`, `+`, `/`, `=` and `%`.
    UrlEncoded,
    /// Visible ASCII characters but quotes.
    Printable,
}

/// A file or folder that holds secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretFile {
    /// Its name, or with a `/` the end of its path; `*` as wildcard.
    pub pattern: &'static str,
    /// What it holds, for messages.
    pub holds: &'static str,
    /// What in its text shows that it does.
    pub told_by: ToldBy,
    /// Whether files of this name are as often harmless, so that only their text tells.
    pub often_harmless: bool,
    /// Whether an SSH agent stands in for it.
    pub agent: bool,
    /// The tools that read it.
    pub reader: Option<SecretReader>,
}

/// What in a file's text shows that it holds a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ToldBy {
    /// Its name says it all: any text.
    Name,
    /// `NAME=value` with the name or the value of a secret.
    Assignments,
    /// A password in XML.
    PasswordElement,
    /// An address with a password.
    PasswordInUrl,
    /// The block of a private key.
    PrivateKey,
    /// A token for a registry that is no variable.
    RegistryToken,
}

/// The tools that read a file with secrets, and where they look for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecretReader {
    /// A name for the build's secret.
    pub id: &'static str,
    /// The file's place when nothing moves it: begins with `/`, `{home}/` or `{project}/`.
    pub place: &'static str,
    /// The package managers that read it.
    pub managers: &'static [&'static str],
    /// Other commands that do.
    pub commands: &'static [&'static str],
}

mod table {
    use super::*;

    include!(concat!(env!("OUT_DIR"), "/secrets.rs"));
}

/// BuildKit's idea of a secret's name.
#[must_use]
pub fn buildkit_secret_names() -> &'static SecretNames {
    &table::BUILDKIT_NAMES
}

/// hadolint's idea of a secret's name.
#[must_use]
pub fn hadolint_secret_names() -> &'static LooseNames {
    &table::HADOLINT_NAMES
}

/// Every known shape of a token, sorted by prefix.
#[must_use]
pub fn token_shapes() -> &'static [TokenShape] {
    table::TOKENS
}

/// By the first two bytes, a bit each: whether a token begins with them.
const BEGINNINGS: [u64; 1024] = {
    let mut known = [0; 1024];
    let mut at = 0;
    while at < table::TOKENS.len() {
        if let [first, second, ..] = table::TOKENS[at].prefix.as_bytes() {
            known[*first as usize * 4 + *second as usize / 64] |= 1 << (*second % 64);
        }
        at += 1;
    }
    known
};

/// Whether some token begins with these two bytes: what nearly all words of a text can be passed
/// over by.
#[must_use]
pub fn may_begin_token([first, second]: [u8; 2]) -> bool {
    let word = usize::from(first) * 4 + usize::from(second) / 64;
    let bits = BEGINNINGS.get(word).copied().unwrap_or_default();
    bits >> (second % 64) & 1 == 1
}

/// The shape of the token that `text` begins with, and the token's length in bytes.
#[must_use]
pub fn token_at(text: &str) -> Option<(&'static TokenShape, usize)> {
    // Two bytes tell nearly all words apart from tokens, and the table is sorted.
    let begin = text.as_bytes().get(..2)?;
    let first_two = |shape: &TokenShape| shape.prefix.as_bytes().get(..2);
    let from = table::TOKENS.partition_point(|shape| first_two(shape) < Some(begin));
    table::TOKENS
        .iter()
        .skip(from)
        .take_while(|shape| first_two(shape) == Some(begin))
        .filter_map(|shape| Some((shape, shape.length_at(text)?)))
        .max_by_key(|(shape, _)| shape.prefix.len())
}

/// The entry about the file or folder at `path` (relative, with `/`), unless its name says that
/// it is an example.
#[must_use]
pub fn secret_file(path: &str) -> Option<&'static SecretFile> {
    let name = path.rsplit('/').next().unwrap_or(path);
    if table::HARMLESS_FILES
        .iter()
        .any(|pattern| glob::matches(pattern, name))
    {
        return None;
    }
    table::FILES.iter().find(|file| file.matches(path, name))
}

impl SecretNames {
    /// Whether `name` is the name of a secret (case does not matter).
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let has = |words: &[&str]| {
            name.split('_')
                .any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))
        };
        has(self.words) && !has(self.exceptions)
    }
}

impl LooseNames {
    /// Whether `name` is the name of a secret (case does not matter).
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let is_lower = !name.bytes().any(|byte| byte.is_ascii_uppercase());
        let name = match is_lower {
            true => Cow::Borrowed(name),
            false => Cow::Owned(name.to_ascii_lowercase()),
        };
        self.names.contains(&&*name) || self.parts.iter().any(|part| name.contains(part))
    }
}

impl TokenShape {
    /// The length in bytes of such a token at the start of `text`.
    fn length_at(&self, text: &str) -> Option<usize> {
        let rest = text.strip_prefix(self.prefix)?;
        let dotted = self.parts > 1;
        let end = rest
            .bytes()
            .position(|byte| !(self.alphabet.contains(byte) || dotted && byte == b'.'))
            .unwrap_or(rest.len());
        let run = rest.get(..end)?;
        let fits = (self.min as usize..=self.max as usize).contains(&end);
        let whole = !dotted || run.split('.').count() == self.parts as usize;
        (fits && whole).then_some(self.prefix.len() + end)
    }
}

impl Alphabet {
    fn contains(self, byte: u8) -> bool {
        match self {
            Self::Alphanumeric => byte.is_ascii_alphanumeric(),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='),
            Self::Base64Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::UpperAlphanumeric => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Self::UrlEncoded => byte.is_ascii_alphanumeric() || b"-_+/=%".contains(&byte),
            Self::Printable => byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\'' | b'`'),
        }
    }
}

impl SecretFile {
    fn matches(&self, path: &str, name: &str) -> bool {
        if !self.pattern.contains('/') {
            return glob::matches(self.pattern, name);
        }
        path.strip_suffix(self.pattern)
            .is_some_and(|before| before.is_empty() || before.ends_with('/'))
    }
}
