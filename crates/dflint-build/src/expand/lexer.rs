//! Reading a word: plain characters, quotes and escapes. What follows a `$` is read in
//! [`super::substitution`].

use std::iter::Peekable;
use std::str::Chars;

use super::ExpandError;
use super::words::Words;
use crate::env::{Lookup, Variables};
use crate::value::{Value, ValueBuilder};

pub(super) struct Lexer<'w> {
    pub(super) chars: Peekable<Chars<'w>>,
    pub(super) escape: char,
    pub(super) quotes: bool,
    pub(super) env: &'w dyn Variables,
    pub(super) depth: usize,
    /// How many operands of `${name:-operand}` and the like were read.
    pub(super) operands: usize,
    /// Longest result, in bytes.
    pub(super) limit: usize,
    /// In order; a name that stands twice is here twice.
    pub(super) matched: Vec<String>,
    pub(super) unmatched: Vec<String>,
}

impl<'w> Lexer<'w> {
    /// Reads up to `stop` (or the end of the word); `raw_escapes` keeps escapes in the result.
    pub(super) fn until(
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
            let operands = self.operands;
            match ch {
                '$' => {
                    let piece = self.dollar()?;
                    self.push(&mut value, &piece);
                    words.forget_if(self.operands > operands);
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
                    words.forget_if(self.operands > operands);
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

    pub(super) fn get(&mut self, name: &str) -> Lookup<'w> {
        let found = self.env.lookup(name);
        let names = match found {
            Lookup::Set(_) => &mut self.matched,
            Lookup::Unset | Lookup::Unknown => &mut self.unmatched,
        };
        names.push(name.to_owned());
        found
    }
}
