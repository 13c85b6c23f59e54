//! The three kinds of white space that BuildKit's parser knows.
//!
//! Where it trims lines and splits `ENV` words it means Unicode white space (`char::is_whitespace`
//! is the same set as Go's `unicode.IsSpace`); the other two are here.

/// Splits the instruction word from the rest, and arguments from each other: `[\t\v\f\r ]`.
pub(crate) fn separates_words(byte: u8) -> bool {
    matches!(byte, b'\t' | 0x0b | 0x0c | b'\r' | b' ')
}

/// Ends a flag or the type of a health check: BuildKit looks at single bytes there and takes each
/// for a Latin-1 character, so that the second byte of `à` is a no-break space.
pub(crate) fn is_latin1_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ' | 0x85 | 0xa0)
}

/// Is trimmed around directives (`\s` of Go's regular expressions).
pub(crate) fn is_regexp_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0c | b'\r' | b' ')
}
