//! What follows a `$`: `$name`, `${name}` and `${name…}` with a modifier.

use super::ExpandError;
use super::lexer::Lexer;
use super::pattern::{Pattern, trim_suffix};
use crate::env::Lookup;
use crate::value::Value;

/// Substitutions inside substitutions beyond this depth are left unresolved.
pub(super) const MAX_DEPTH: usize = 100;
/// Pattern length times text length beyond which a pattern is not matched.
const MAX_PATTERN_COST: usize = 1 << 24;

impl Lexer<'_> {
    pub(super) fn dollar(&mut self) -> Result<Value, ExpandError> {
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
        self.operands += 1;
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
