//! A Dockerfile's bytes as text.

use std::borrow::Cow;

/// A Dockerfile's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source<'a> {
    text: Cow<'a, str>,
    is_utf8: bool,
}

/// A file of 4 GiB or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the file is larger than 4 GiB")]
pub struct TooLarge;

impl<'a> Source<'a> {
    /// The text of a file. Bytes that are not UTF-8 are read as U+FFFD; such a file is judged, but
    /// never edited.
    ///
    /// # Errors
    ///
    /// [`TooLarge`] where offsets would not fit in 32 bits.
    pub fn read(bytes: &'a [u8]) -> Result<Self, TooLarge> {
        let (text, is_utf8) = match std::str::from_utf8(bytes) {
            Ok(text) => (Cow::Borrowed(text), true),
            Err(_) => (String::from_utf8_lossy(bytes), false),
        };
        if u32::try_from(text.len()).is_err() {
            return Err(TooLarge);
        }
        Ok(Self { text, is_utf8 })
    }

    /// The text. Its offsets are those of the file's bytes where the file is UTF-8.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the file's bytes are UTF-8.
    #[must_use]
    pub fn is_utf8(&self) -> bool {
        self.is_utf8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_bytes_are_read_but_remembered() {
        let source = Source::read(b"FROM a\n").unwrap();
        assert!(source.is_utf8() && source.text() == "FROM a\n");
        let source = Source::read(b"FROM \xff\n").unwrap();
        assert!(!source.is_utf8() && source.text() == "FROM \u{fffd}\n");
    }
}
