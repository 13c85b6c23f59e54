//! Splits a logical line into instruction word, flags and the rest.

use crate::ast::Flag;
use crate::text::Text;
use crate::text_builder::TextBuilder;
use crate::whitespace::{is_latin1_space, separates_words};

/// The parts of a logical line.
pub(crate) struct LineParts<'a> {
    /// The instruction word.
    pub(crate) keyword: Text<'a>,
    /// The `--name=value` words in front of the arguments.
    pub(crate) flags: Vec<Flag<'a>>,
    /// What follows, trimmed.
    pub(crate) rest: Text<'a>,
}

/// Splits `line`, a logical line of the file `source`.
pub(crate) fn split_line<'a>(source: &'a str, line: &Text<'a>, escape: u8) -> LineParts<'a> {
    let line = line.trim();
    let bytes = line.as_str().as_bytes();
    let word_end = bytes
        .iter()
        .position(|byte| separates_words(*byte))
        .unwrap_or(bytes.len());
    let gap = bytes
        .iter()
        .skip(word_end)
        .take_while(|byte| separates_words(**byte))
        .count();
    let keyword = line.slice(0..word_end);
    let arguments = line.slice(word_end + gap..bytes.len());
    let (flags, rest) = split_flags(source, &arguments, escape);
    LineParts {
        keyword,
        flags,
        rest: rest.trim(),
    }
}

fn split_flags<'a>(source: &'a str, text: &Text<'a>, escape: u8) -> (Vec<Flag<'a>>, Text<'a>) {
    let bytes = text.as_str().as_bytes();
    let mut flags = Vec::new();
    let mut at = 0;
    loop {
        at += bytes
            .iter()
            .skip(at)
            .take_while(|byte| is_latin1_space(**byte))
            .count();
        let dashes = bytes.get(at..at + 2) == Some(b"--");
        if !dashes {
            return (flags, slice_bytes(source, text, at..bytes.len()));
        }
        let (word, end) = read_word(source, text, at, escape);
        if word.as_str() == "--" {
            return (flags, slice_bytes(source, text, end..bytes.len()));
        }
        flags.push(Flag::from_word(word));
        at = end;
    }
}

impl<'a> Flag<'a> {
    fn from_word(word: Text<'a>) -> Self {
        let text = word.as_str();
        let equals = text.find('=');
        let end = text.len();
        Self {
            name: word.slice(2..equals.unwrap_or(end)),
            value: equals.map(|equals| word.slice(equals + 1..end)),
            word,
        }
    }
}

/// The flag word that begins at byte `start`, and where it ends.
fn read_word<'a>(source: &'a str, text: &Text<'a>, start: usize, escape: u8) -> (Text<'a>, usize) {
    let bytes = text.as_str().as_bytes();
    let plain = bytes
        .iter()
        .skip(start)
        .take_while(|byte| !is_special(**byte, escape))
        .count();
    let end = start + plain;
    if bytes
        .get(end)
        .is_none_or(|byte| byte.is_ascii_whitespace() || *byte == 0x0b)
    {
        return (text.slice(start..end), end);
    }
    read_quoted_word(source, text, start, escape)
}

fn is_special(byte: u8, escape: u8) -> bool {
    byte == b'\'' || byte == b'"' || byte == escape || !byte.is_ascii() || is_latin1_space(byte)
}

/// Reads a word with quotes, escapes or non-ASCII characters in it. BuildKit goes byte by byte
/// here and takes each for a Latin-1 character, so `é` becomes `Ã©`.
fn read_quoted_word<'a>(
    source: &'a str,
    text: &Text<'a>,
    start: usize,
    escape: u8,
) -> (Text<'a>, usize) {
    let bytes = text.as_str().as_bytes();
    let mut word = TextBuilder::new(source, text);
    let mut quote = None;
    let mut at = start;
    while let Some(&byte) = bytes.get(at) {
        match quote {
            None if is_latin1_space(byte) => break,
            None if byte == b'\'' || byte == b'"' => {
                quote = Some(byte);
                at += 1;
                continue;
            }
            Some(open) if byte == open => {
                quote = None;
                at += 1;
                continue;
            }
            _ => {}
        }
        if byte == escape {
            at += 1;
            if at == bytes.len() {
                break;
            }
        }
        at += push_latin1(&mut word, text.as_str(), at, quote.is_some());
    }
    (word.finish(start), at)
}

/// Appends what stands at byte `at` of `text` as Latin-1 characters: one byte or, so that no edit
/// can cut a character, all bytes of it. Returns how many bytes that were.
fn push_latin1(word: &mut TextBuilder<'_, '_>, text: &str, at: usize, quoted: bool) -> usize {
    let Some(&byte) = text.as_bytes().get(at) else {
        return 1;
    };
    if byte.is_ascii() {
        word.keep(at..at + 1);
        return 1;
    }
    let character = text.get(at..).and_then(|rest| rest.chars().next());
    let width = character.map_or(1, char::len_utf8);
    let bytes = text.as_bytes().get(at..at + width).unwrap_or_default();
    let ends_within = !quoted && bytes.iter().any(|byte| is_latin1_space(*byte));
    if character.is_none() || ends_within {
        // Half a character has no place in the file.
        let border = at
            - (0..at.min(3))
                .find(|back| text.is_char_boundary(at - back))
                .unwrap_or(0);
        word.replace(border..border, &char::from(byte).to_string());
        return 1;
    }
    let latin1: String = bytes.iter().copied().map(char::from).collect();
    word.replace(at..at + width, &latin1);
    width
}

/// `range` of `text`, which may begin or end within a character: as Go prints it, each stray byte
/// is then one replacement character.
pub(crate) fn slice_bytes<'a>(
    source: &'a str,
    text: &Text<'a>,
    range: std::ops::Range<usize>,
) -> Text<'a> {
    let value = text.as_str();
    if value.get(range.clone()).is_some() {
        return text.slice(range);
    }
    let is_border = |at: &usize| value.is_char_boundary(*at);
    let first = range.clone().find(is_border).unwrap_or(range.end);
    let last = range.clone().rev().find(is_border).unwrap_or(first);
    let kept_end = if is_border(&range.end) {
        range.end
    } else {
        last.max(first)
    };
    let mut builder = TextBuilder::new(source, text);
    for _ in range.start..first {
        builder.replace(first..first, "\u{fffd}");
    }
    builder.keep(first..kept_end);
    for _ in kept_end..range.end {
        builder.replace(kept_end..kept_end, "\u{fffd}");
    }
    builder.finish(range.start)
}
