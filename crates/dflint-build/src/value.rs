//! Text that may hold pieces nobody can know before the build.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::rc::Rc;

/// A value after expansion.
///
/// Where a variable comes from a base image or a build argument that dflint does not know, the
/// substitution stays in the text as it would be written (`${NAME}`), and the bytes it takes are
/// marked as unresolved, so that a literal `${NAME}` is never mistaken for one.
#[derive(Clone, PartialEq, Eq)]
pub struct Value {
    text: Rc<str>,
    /// Byte ranges of `text`, in order, not empty, not overlapping.
    unresolved: Option<Rc<[Range<u32>]>>,
}

impl Value {
    /// A value that is known.
    #[must_use]
    pub fn known(text: impl Into<Rc<str>>) -> Self {
        Self {
            text: text.into(),
            unresolved: None,
        }
    }

    /// A value that is not known, written as `text`.
    #[must_use]
    pub fn unresolved(text: impl Into<Rc<str>>) -> Self {
        let text = text.into();
        let whole = Range {
            start: 0,
            end: text.len() as u32,
        };
        Self {
            text,
            unresolved: Some(Rc::from([whole])),
        }
    }

    /// The text, substitutions that are not known included as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text, or `None` when a piece of it is not known.
    #[must_use]
    pub fn to_known(&self) -> Option<&str> {
        self.is_known().then_some(&*self.text)
    }

    /// Whether every byte is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.unresolved.is_none()
    }

    /// The byte ranges of the text that stand for something unknown, in order.
    #[must_use]
    pub fn unresolved_ranges(&self) -> &[Range<u32>] {
        self.unresolved.as_deref().unwrap_or_default()
    }

    /// Whether the value is certainly not empty, whatever the unknown pieces turn out to be.
    #[must_use]
    pub fn is_surely_not_empty(&self) -> bool {
        let unknown: u32 = self
            .unresolved_ranges()
            .iter()
            .map(|r| r.end - r.start)
            .sum();
        self.text.len() as u32 > unknown
    }

    /// Whether it is known where the value begins: its first byte is known text.
    #[must_use]
    pub fn has_known_start(&self) -> bool {
        self.unresolved_ranges().first().is_none_or(|r| r.start > 0)
    }
}

impl Default for Value {
    fn default() -> Self {
        Self::known("")
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::known(text)
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::known(text)
    }
}

impl Hash for Value {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
        self.unresolved_ranges().hash(state);
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)?;
        if !self.is_known() {
            write!(f, "?{:?}", self.unresolved_ranges())?;
        }
        Ok(())
    }
}

/// A value while it is put together.
#[derive(Debug, Default)]
pub(crate) struct ValueBuilder {
    text: String,
    unresolved: Vec<Range<u32>>,
}

impl ValueBuilder {
    pub(crate) fn push(&mut self, ch: char) {
        self.text.push(ch);
    }

    pub(crate) fn push_str(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Appends a value, keeping what is unknown of it marked.
    pub(crate) fn push_value(&mut self, value: &Value) {
        let shift = self.text.len() as u32;
        for range in value.unresolved_ranges() {
            self.mark(range.start + shift..range.end + shift);
        }
        self.text.push_str(&value.text);
    }

    /// Marks `range`, empty ones excepted. Neighbours stay apart: `${A}${B}` are two unknowns.
    fn mark(&mut self, range: Range<u32>) {
        if !range.is_empty() {
            self.unresolved.push(range);
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn finish(self) -> Value {
        Value {
            text: self.text.into(),
            unresolved: (!self.unresolved.is_empty()).then(|| self.unresolved.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Value, ValueBuilder};

    #[test]
    fn a_literal_substitution_is_not_an_unknown_one() {
        assert_ne!(Value::known("${A}"), Value::unresolved("${A}"));
    }

    #[test]
    fn unknown_pieces_keep_their_place() {
        let mut builder = ValueBuilder::default();
        builder.push_str("/opt/");
        builder.push_value(&Value::unresolved("${A}"));
        builder.push('/');
        builder.push_value(&Value::unresolved("${B}"));
        let value = builder.finish();
        assert_eq!(value.as_str(), "/opt/${A}/${B}");
        assert_eq!(value.unresolved_ranges(), [5..9, 10..14]);
        assert!(value.is_surely_not_empty());
        assert!(value.has_known_start());
        assert_eq!(value.to_known(), None);
    }
}
