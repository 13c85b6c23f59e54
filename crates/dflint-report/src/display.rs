//! Text made safe and short for a terminal.

use std::borrow::Cow;

use dflint_parser::Span;

/// The longest source line that is shown whole, in characters.
const MAX_LINE: usize = 200;
/// How much of a longer line is shown in front of the place that matters, in characters.
const BEFORE: usize = 40;

/// `text` with characters that would steer a terminal (escape sequences, bidirectional overrides)
/// replaced by others of the same length in bytes, so that spans still fit. Line feeds and tabs
/// stay; carriage returns become spaces.
#[must_use]
pub fn harmless(text: &str) -> Cow<'_, str> {
    if is_plain(text) || !text.chars().any(is_harmful) {
        return Cow::Borrowed(text);
    }
    let replaced = |letter: char| match letter {
        '\r' => ' ',
        letter if !is_harmful(letter) => letter,
        letter => match letter.len_utf8() {
            1 => '?',
            2 => '\u{b7}',
            _ => '\u{fffd}',
        },
    };
    Cow::Owned(text.chars().map(replaced).collect())
}

/// Whether `text` is nothing but printable ASCII. A block is looked at as a whole, which processors
/// do many bytes at a time.
fn is_plain(text: &str) -> bool {
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\t');
    let mut blocks = text.as_bytes().chunks(64);
    blocks.all(|block| block.iter().fold(true, |all, byte| all & is_plain(byte)))
}

fn is_harmful(letter: char) -> bool {
    let is_kept = matches!(letter, '\n' | '\t');
    letter.is_control() && !is_kept
        || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// A line of source with a part of it marked, cut where it is too long to be shown.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    /// The shown text, `…` where something is cut.
    pub(crate) text: String,
    /// The marked bytes of `text`.
    pub(crate) marked: Span,
}

/// Whether `line` is too long to be shown whole.
pub(crate) fn is_long(line: &str) -> bool {
    line.len() > MAX_LINE && line.chars().nth(MAX_LINE).is_some()
}

/// The window of `line` around its bytes `marked`; `None` where the line can be shown whole.
pub(crate) fn excerpt(line: &str, marked: Span) -> Option<Excerpt> {
    if !is_long(line) {
        return None;
    }
    let head = line.get(..marked.start as usize).unwrap_or(line);
    let rest = line.get(marked.start as usize..).unwrap_or_default();
    let before = head.char_indices().rev().nth(BEFORE - 1);
    let from = before.map_or(0, |(at, _)| at);
    let to = rest.char_indices().nth(MAX_LINE - BEFORE);
    let to = marked.start as usize + to.map_or(rest.len(), |(at, _)| at);
    let mut text = String::new();
    if from > 0 {
        text.push('…');
    }
    let shift = text.len() as i64 - from as i64;
    text.push_str(line.get(from..to).unwrap_or_default());
    let shown_end = text.len() as u32;
    if to < line.len() {
        text.push('…');
    }
    let start = (i64::from(marked.start) + shift) as u32;
    let end = (i64::from(marked.end) + shift) as u32;
    Some(Excerpt {
        text,
        marked: Span::new(start, end.min(shown_end)),
    })
}

#[cfg(test)]
mod tests {
    use dflint_parser::Span;

    use super::{excerpt, harmless};

    #[test]
    fn escapes_lose_their_power_and_keep_their_length() {
        let text = "RUN \u{1b}[31mred\u{9b}\u{202e}x\r\n\ttab é";
        let shown = harmless(text);
        assert_eq!(shown, "RUN ?[31mred·\u{fffd}x \n\ttab é");
        assert_eq!(shown.len(), text.len());
    }

    #[test]
    fn long_lines_are_cut_around_the_mark() {
        assert_eq!(excerpt("RUN short", Span::new(4, 9)), None);
        let line = format!("{}MARK{}", "é".repeat(1000), "x".repeat(1000));
        let cut = excerpt(&line, Span::new(2000, 2004)).unwrap();
        assert_eq!(cut.marked.text(&cut.text), "MARK");
        assert_eq!(cut.text.chars().count(), 202);
        let whole = excerpt(&line, Span::new(0, line.len() as u32)).unwrap();
        assert_eq!(whole.text.chars().count(), 161);
        assert!(whole.marked.end as usize <= whole.text.len());
    }
}
