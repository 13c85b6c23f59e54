//! Word expansion as BuildKit's `frontend/dockerfile/shell/lex.go` does it, except that a variable
//! nobody can know stays in the result as an unresolved piece (see [`Value`]).

mod pattern;

use std::cell::Cell;
use std::iter::Peekable;
use std::str::Chars;

use crate::env::{Lookup, Variables};
use crate::value::{Value, ValueBuilder};
use pattern::{Pattern, trim_suffix};

/// Substitutions inside substitutions beyond this depth are left unresolved.
const MAX_DEPTH: usize = 100;
/// How many bytes one file's expansions may add in all; beyond it they are left unresolved, so
/// that values that double with each `ENV` cannot fill the memory.
const GROWTH_BUDGET: usize = 64 << 20;
/// The longest result of one expansion that grows, in bytes.
const MAX_RESULT: usize = 1 << 20;
/// Pattern length times text length beyond which a pattern is not matched.
const MAX_PATTERN_COST: usize = 1 << 24;

/// Why a word cannot be expanded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    /// A quote is never closed.
    #[error("a {0} quote is never closed")]
    UnclosedQuote(&'static str),
    /// `${` without its `}`.
    #[error("`${{` is never closed by `}}`")]
    MissingBrace,
    /// `${v/pattern}` without the second slash.
    #[error("`${{name/pattern/replacement}}` lacks its second `/`")]
    MissingSlash,
    /// `${}`, `${:x}` and the like.
    #[error("`${{` is not followed by a variable name")]
    BadSubstitution,
    /// A modifier that BuildKit does not have.
    #[error("BuildKit does not know the modifier `{0}` in a substitution")]
    UnsupportedModifier(String),
    /// `${x:?message}` of a variable that is unset or empty.
    #[error("{name}: {message}")]
    Required {
        /// The variable.
        name: String,
        /// What the word says, or that it may not be unset or empty.
        message: String,
    },
    /// A pattern with an escape that means nothing.
    #[error("the pattern `{pattern}` holds the escape `\\{escape}`, which means nothing")]
    InvalidPattern {
        /// The pattern.
        pattern: String,
        /// What follows the backslash.
        escape: char,
    },
}

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
                ..Expansion::default()
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
            matched: lexer.matched,
            unmatched: lexer.unmatched,
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

fn is_quote(ch: char) -> bool {
    matches!(ch, '\'' | '"')
}

struct Lexer<'w> {
    chars: Peekable<Chars<'w>>,
    escape: char,
    quotes: bool,
    env: &'w dyn Variables,
    depth: usize,
    /// Longest result, in bytes.
    limit: usize,
    matched: Vec<String>,
    unmatched: Vec<String>,
}

impl<'w> Lexer<'w> {
    /// Reads up to `stop` (or the end of the word); `raw_escapes` keeps escapes in the result.
    fn until(
        &mut self,
        stop: Option<char>,
        raw_escapes: bool,
    ) -> Result<(Value, Vec<Value>), ExpandError> {
        let mut value = ValueBuilder::default();
        let mut words = Words::default();
        while let Some(&ch) = self.chars.peek() {
            if Some(ch) == stop {
                self.chars.next();
                return Ok((value.finish(), words.finish()));
            }
            match ch {
                '$' => {
                    let piece = self.dollar()?;
                    self.push(&mut value, &piece);
                    words.split(&piece);
                }
                '\'' if self.quotes => {
                    let piece = self.single_quote()?;
                    value.push_value(&piece);
                    words.join(&piece);
                }
                '"' if self.quotes => {
                    let piece = self.double_quote(raw_escapes)?;
                    self.push(&mut value, &piece);
                    words.join(&piece);
                }
                _ => {
                    self.chars.next();
                    self.plain(ch, raw_escapes, &mut value, &mut words);
                }
            }
        }
        match stop {
            Some('/') => Err(ExpandError::MissingSlash),
            Some(_) => Err(ExpandError::MissingBrace),
            None => Ok((value.finish(), words.finish())),
        }
    }

    fn plain(&mut self, ch: char, raw: bool, value: &mut ValueBuilder, words: &mut Words) {
        if ch != self.escape {
            words.push_or_split(ch);
            value.push(ch);
            return;
        }
        if raw {
            words.push(ch);
            value.push(ch);
        }
        // An escape at the end of the word is dropped.
        if let Some(next) = self.chars.next() {
            words.push(next);
            value.push(next);
        }
    }

    fn push(&self, value: &mut ValueBuilder, piece: &Value) {
        // Past the limit the result is thrown away: one byte too many is enough to know.
        if value.len() <= self.limit {
            value.push_value(piece);
        }
    }

    fn single_quote(&mut self) -> Result<Value, ExpandError> {
        self.chars.next();
        let mut text = String::new();
        for ch in self.chars.by_ref() {
            if ch == '\'' {
                return Ok(text.into());
            }
            text.push(ch);
        }
        Err(ExpandError::UnclosedQuote("single"))
    }

    fn double_quote(&mut self, raw_escapes: bool) -> Result<Value, ExpandError> {
        self.chars.next();
        let mut value = ValueBuilder::default();
        loop {
            match self.chars.peek() {
                None => return Err(ExpandError::UnclosedQuote("double")),
                Some('"') => {
                    self.chars.next();
                    return Ok(value.finish());
                }
                Some('$') => {
                    let piece = self.dollar()?;
                    self.push(&mut value, &piece);
                }
                Some(&ch) => {
                    self.chars.next();
                    if let Some(ch) = self.after_escape_in_quotes(ch, raw_escapes, &mut value) {
                        value.push(ch);
                    }
                }
            }
        }
    }

    /// The character to keep for `ch` between double quotes, where only the quote, `$` and the
    /// escape itself can be escaped.
    fn after_escape_in_quotes(
        &mut self,
        ch: char,
        raw_escapes: bool,
        value: &mut ValueBuilder,
    ) -> Option<char> {
        if ch != self.escape {
            return Some(ch);
        }
        if raw_escapes {
            value.push(ch);
        }
        let next = *self.chars.peek()?;
        if next == '"' || next == '$' || next == self.escape {
            return self.chars.next();
        }
        Some(ch)
    }

    fn dollar(&mut self) -> Result<Value, ExpandError> {
        self.chars.next();
        if self.chars.peek() != Some(&'{') {
            let name = self.name();
            if name.is_empty() {
                return Ok("$".into());
            }
            return Ok(self.value_or_symbol(&name));
        }
        self.chars.next();
        match self.chars.peek() {
            None => return Err(ExpandError::MissingBrace),
            Some('{' | '}' | ':') => return Err(ExpandError::BadSubstitution),
            Some(_) => {}
        }
        let name = self.name();
        match self.chars.next() {
            Some('}') => Ok(self.value_or_symbol(&name)),
            Some(':') => {
                let modifier = self.chars.next();
                self.modified(&name, modifier, true)
            }
            modifier @ Some('+' | '-' | '?' | '#' | '%') => self.modified(&name, modifier, false),
            Some('/') => self.replaced(&name),
            other => Err(unsupported(other, false)),
        }
    }

    /// `${name-word}` and its relatives, read up to the modifier.
    fn modified(
        &mut self,
        name: &str,
        modifier: Option<char>,
        empty_is_unset: bool,
    ) -> Result<Value, ExpandError> {
        let raw_escapes = matches!(modifier, Some('#' | '%'));
        let word = self.operand('}', raw_escapes)?;
        let Some(modifier @ ('-' | '+' | '?' | '#' | '%')) = modifier else {
            self.get(name);
            return Err(unsupported(modifier, empty_is_unset));
        };
        let colon = if empty_is_unset { ":" } else { "" };
        let presence = match self.get(name) {
            Lookup::Unknown => {
                return Ok(symbol(
                    &Value::known(name),
                    &[colon.into(), modifier.to_string().into(), word],
                ));
            }
            Lookup::Unset => Presence::Unset,
            Lookup::Set(value) => Presence::of(value, empty_is_unset),
        };
        if matches!(modifier, '#' | '%') {
            return trimmed(presence.value(), modifier, &word, self.limit);
        }
        match (presence, modifier) {
            (Presence::Undecided(value), _) => Ok(symbol(
                value,
                &[colon.into(), modifier.to_string().into(), word],
            )),
            (Presence::Unset | Presence::Empty, '-') => Ok(word),
            (Presence::Unset | Presence::Empty, '+') => Ok(Value::default()),
            (Presence::Unset, _) => Err(required(name, &word, "may not be unset")),
            (Presence::Empty, _) => Err(required(name, &word, "may not be empty")),
            (Presence::Usable(_), '+') => Ok(word),
            (Presence::Usable(value), _) => Ok(value.clone()),
        }
    }

    /// `${name/pattern/replacement}`, read up to the first slash.
    fn replaced(&mut self, name: &str) -> Result<Value, ExpandError> {
        let all = self.chars.next_if_eq(&'/').is_some();
        let pattern = self.operand('/', true)?;
        let replacement = self.operand('}', true)?;
        let slash: Value = if all { "//" } else { "/" }.into();
        let pieces = |subject: &Value| {
            symbol(
                subject,
                &[
                    slash.clone(),
                    pattern.clone(),
                    "/".into(),
                    replacement.clone(),
                ],
            )
        };
        let value = match self.get(name) {
            Lookup::Unknown => return Ok(pieces(&Value::known(name))),
            Lookup::Unset => Value::default(),
            Lookup::Set(value) => value.clone(),
        };
        let Some(compiled) = pattern
            .to_known()
            .map(|pattern| Pattern::new(pattern, true))
        else {
            return Ok(pieces(&value));
        };
        let compiled = compiled?;
        let (Some(text), Some(with)) = (value.to_known(), replacement.to_known()) else {
            return Ok(pieces(&value));
        };
        if compiled.cost(text) > MAX_PATTERN_COST {
            return Ok(pieces(&value));
        }
        if !all {
            return Ok(compiled.replace_first(text, with).into());
        }
        let result = compiled.replace_all(text, with, self.limit);
        Ok(result.map_or_else(|| pieces(&value), Value::from))
    }

    /// The part of a substitution up to `stop`, itself expanded.
    fn operand(&mut self, stop: char, raw_escapes: bool) -> Result<Value, ExpandError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            // The depth stays, which tells the caller why.
            return Err(ExpandError::MissingBrace);
        }
        let result = self.until(Some(stop), raw_escapes);
        if self.depth > MAX_DEPTH {
            return Err(ExpandError::MissingBrace);
        }
        self.depth -= 1;
        // BuildKit forgets a deeper error where the word ends with it.
        match result {
            Ok((value, _)) => Ok(value),
            Err(_) if self.chars.peek().is_none() && stop == '/' => Err(ExpandError::MissingSlash),
            Err(_) if self.chars.peek().is_none() => Err(ExpandError::MissingBrace),
            Err(error) => Err(error),
        }
    }

    /// A variable name: letters, digits and `_`; only digits where it begins with one; or one of
    /// the special parameters.
    fn name(&mut self) -> String {
        let mut name = String::new();
        match self.chars.peek() {
            Some(first) if first.is_ascii_digit() => {
                while let Some(digit) = self.chars.next_if(char::is_ascii_digit) {
                    name.push(digit);
                }
                return name;
            }
            Some('@' | '*' | '#' | '?' | '-' | '$' | '!') => {
                name.extend(self.chars.next());
                return name;
            }
            _ => {}
        }
        while let Some(ch) = self.chars.next_if(|ch| ch.is_alphanumeric() || *ch == '_') {
            name.push(ch);
        }
        name
    }

    fn value_or_symbol(&mut self, name: &str) -> Value {
        match self.get(name) {
            Lookup::Set(value) => value.clone(),
            Lookup::Unset => Value::default(),
            Lookup::Unknown => Value::unresolved(format!("${{{name}}}")),
        }
    }

    fn get(&mut self, name: &str) -> Lookup<'w> {
        let found = self.env.lookup(name);
        let names = match found {
            Lookup::Set(_) => &mut self.matched,
            Lookup::Unset | Lookup::Unknown => &mut self.unmatched,
        };
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
        found
    }
}

/// Whether a variable has something to offer to a modifier.
#[derive(Clone, Copy)]
enum Presence<'v> {
    Unset,
    /// Set to nothing, which counts as unset for `:-` and its like.
    Empty,
    Usable(&'v Value),
    /// Set to something that may turn out empty where that matters.
    Undecided(&'v Value),
}

impl<'v> Presence<'v> {
    fn of(value: &'v Value, empty_is_unset: bool) -> Self {
        if !empty_is_unset || value.is_surely_not_empty() {
            Self::Usable(value)
        } else if value.is_known() {
            Self::Empty
        } else {
            Self::Undecided(value)
        }
    }

    fn value(self) -> Option<&'v Value> {
        match self {
            Self::Unset | Self::Empty => None,
            Self::Usable(value) | Self::Undecided(value) => Some(value),
        }
    }
}

/// `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`; `word` is all that follows the first sign.
fn trimmed(
    value: Option<&Value>,
    modifier: char,
    word: &Value,
    limit: usize,
) -> Result<Value, ExpandError> {
    let empty = Value::default();
    let value = value.unwrap_or(&empty);
    let unresolved = || symbol(value, &[modifier.to_string().into(), word.clone()]);
    let Some(word) = word.to_known() else {
        return Ok(unresolved());
    };
    let (pattern, greedy) = match word.strip_prefix(modifier) {
        Some(pattern) => (pattern, true),
        None => (word, false),
    };
    let Some(text) = value.to_known() else {
        return Ok(unresolved());
    };
    if modifier == '#' {
        let pattern = Pattern::new(pattern, greedy)?;
        if pattern.cost(text) > MAX_PATTERN_COST {
            return Ok(unresolved());
        }
        return Ok(pattern.trim_prefix(text).into());
    }
    if text.len() > limit {
        return Ok(unresolved());
    }
    let (pattern, reversed) = trim_suffix(pattern, text, greedy)?;
    if pattern.cost(text) > MAX_PATTERN_COST {
        return Ok(unresolved());
    }
    Ok(pattern
        .trim_prefix(&reversed)
        .chars()
        .rev()
        .collect::<String>()
        .into())
}

/// A substitution that cannot be carried out, written out with what is known of its parts.
fn symbol(subject: &Value, parts: &[Value]) -> Value {
    let mut text = format!("${{{subject}");
    for part in parts {
        text.push_str(part.as_str());
    }
    text.push('}');
    Value::unresolved(text)
}

fn required(name: &str, word: &Value, why: &str) -> ExpandError {
    let message = if word.as_str().is_empty() {
        why.to_owned()
    } else {
        word.to_string()
    };
    ExpandError::Required {
        name: name.to_owned(),
        message,
    }
}

fn unsupported(modifier: Option<char>, colon: bool) -> ExpandError {
    let mut shown = if colon { ":" } else { "" }.to_owned();
    shown.push(modifier.unwrap_or(char::REPLACEMENT_CHARACTER));
    ExpandError::UnsupportedModifier(shown)
}

/// Collects the words of a result.
#[derive(Default)]
struct Words {
    done: Vec<Value>,
    word: ValueBuilder,
}

impl Words {
    fn push_or_split(&mut self, ch: char) {
        if ch.is_whitespace() {
            self.end_word();
        } else {
            self.word.push(ch);
        }
    }

    fn push(&mut self, ch: char) {
        self.word.push(ch);
    }

    /// Adds what a variable expanded to, which splits at white space.
    fn split(&mut self, piece: &Value) {
        if piece.is_known() {
            piece.as_str().chars().for_each(|ch| self.push_or_split(ch));
        } else {
            self.join(piece);
        }
    }

    /// Adds what stood between quotes, which does not split.
    fn join(&mut self, piece: &Value) {
        self.word.push_value(piece);
    }

    fn end_word(&mut self) {
        if self.word.len() > 0 {
            self.done.push(std::mem::take(&mut self.word).finish());
        }
    }

    fn finish(mut self) -> Vec<Value> {
        self.end_word();
        self.done
    }
}

#[cfg(test)]
mod tests;
