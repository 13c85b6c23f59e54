//! Word expansion as BuildKit's `frontend/dockerfile/shell/lex.go` does it, except that a variable
//! nobody can know stays in the result as an unresolved piece (see [`Value`]).

mod error;
mod lexer;
mod pattern;
mod substitution;
mod words;

use std::cell::Cell;
use std::collections::HashSet;

use self::lexer::Lexer;
use self::substitution::MAX_DEPTH;
use crate::env::Variables;
use crate::value::Value;

pub use error::ExpandError;

/// How many bytes one file's expansions may add in all; beyond it they are left unresolved, so
/// that values that double with each `ENV` cannot fill the memory.
const GROWTH_BUDGET: usize = 16 << 20;
/// The longest result of one expansion that grows, in bytes.
const MAX_RESULT: usize = 1 << 20;

/// What an expansion gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// The value.
    pub value: Value,
    /// Variables that the word names and the environment sets, in order, each once.
    pub matched: Vec<String>,
    /// Variables that the word names and the environment does not set, in order, each once.
    pub unmatched: Vec<String>,
}

/// Expands words with one escape character.
#[derive(Debug)]
pub struct Expander {
    escape: char,
    quotes: bool,
    growth: Cell<usize>,
}

impl Expander {
    /// For words in which `escape` (the file's escape character) takes the meaning of the next
    /// character away.
    #[must_use]
    pub fn new(escape: char) -> Self {
        Self {
            escape,
            quotes: true,
            growth: Cell::new(GROWTH_BUDGET),
        }
    }

    /// For heredoc bodies of `COPY` and `ADD`: quotes are ordinary characters and the escape is
    /// always a backslash.
    #[must_use]
    pub fn for_heredoc() -> Self {
        Self {
            quotes: false,
            ..Self::new('\\')
        }
    }

    /// Expands `word` to one value (`ProcessWordWithMatches`).
    ///
    /// # Errors
    /// What BuildKit refuses; the sets in the error case are not available, as BuildKit reports
    /// nothing of a word it refuses.
    pub fn word(&self, word: &str, env: &dyn Variables) -> Result<Expansion, ExpandError> {
        if self.is_plain(word) {
            return Ok(Expansion {
                value: Value::known(word),
                matched: Vec::new(),
                unmatched: Vec::new(),
            });
        }
        self.run(word, env).map(|(expansion, _)| expansion)
    }

    /// Expands `word` and splits the result at white space that stands outside quotes
    /// (`ProcessWords`).
    ///
    /// # Errors
    /// What BuildKit refuses.
    pub fn words(&self, word: &str, env: &dyn Variables) -> Result<Vec<Value>, ExpandError> {
        self.run(word, env).map(|(_, words)| words)
    }

    fn is_plain(&self, word: &str) -> bool {
        !word.chars().any(|ch| {
            ch == '$' || ch == self.escape || ch == '\u{feff}' || (self.quotes && is_quote(ch))
        })
    }

    /// The variables that `word` names and the environment does not set, in order, each once, as
    /// far as BuildKit reads it: it warns of those in front of an error too.
    #[must_use]
    pub fn unset_names(&self, word: &str, env: &dyn Variables) -> Vec<String> {
        if self.is_plain(word) {
            return Vec::new();
        }
        self.read(word, env).unmatched
    }

    fn run(&self, word: &str, env: &dyn Variables) -> Result<(Expansion, Vec<Value>), ExpandError> {
        let read = self.read(word, env);
        let (value, words) = read.result?;
        let expansion = Expansion {
            value,
            matched: read.matched,
            unmatched: read.unmatched,
        };
        Ok((expansion, words))
    }

    fn read(&self, word: &str, env: &dyn Variables) -> Read {
        // Go's scanner drops a byte order mark in front.
        let mut lexer = Lexer {
            chars: word
                .strip_prefix('\u{feff}')
                .unwrap_or(word)
                .chars()
                .peekable(),
            escape: self.escape,
            quotes: self.quotes,
            env,
            depth: 0,
            operands: 0,
            limit: MAX_RESULT.min(self.growth.get()).max(word.len()),
            matched: Vec::new(),
            unmatched: Vec::new(),
        };
        let result = match lexer.until(None, false) {
            Err(_) if lexer.depth > MAX_DEPTH => Ok((Value::unresolved(word), Vec::new())),
            Ok((value, _)) if value.as_str().len() > lexer.limit => {
                let value = Value::unresolved(word);
                Ok((value.clone(), vec![value]))
            }
            result => result,
        };
        if let Ok((value, _)) = &result {
            let grown = value.as_str().len().saturating_sub(word.len());
            self.growth.set(self.growth.get().saturating_sub(grown));
        }
        Read {
            matched: each_once(lexer.matched),
            unmatched: each_once(lexer.unmatched),
            result,
        }
    }
}

/// What the lexer makes of a word: the value and the words it falls into.
struct Read {
    matched: Vec<String>,
    unmatched: Vec<String>,
    result: Result<(Value, Vec<Value>), ExpandError>,
}

/// `names` in their order, without those that stood there before.
fn each_once(mut names: Vec<String>) -> Vec<String> {
    if names.len() > 1 {
        let mut known = HashSet::new();
        names.retain(|name| known.insert(name.clone()));
    }
    names
}

fn is_quote(ch: char) -> bool {
    matches!(ch, '\'' | '"')
}

#[cfg(test)]
mod tests;
