//! Splits arguments into words.

use std::ops::Range;

use crate::text::Text;
use crate::whitespace::separates_words;

/// The words of `rest` (trimmed), divided by runs of `[\t\v\f\r ]`; quotes mean nothing.
pub(crate) fn split_at_spaces<'a>(rest: &Text<'a>) -> Vec<Text<'a>> {
    let bytes = rest.as_str().as_bytes();
    let mut words = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let end = bytes
            .iter()
            .skip(start)
            .position(|byte| separates_words(*byte))
            .map_or(bytes.len(), |len| start + len);
        words.push(rest.slice(start..end));
        start = end + space_len(bytes, end);
    }
    words
}

/// The first word of `rest` and all that follows the space after it; `None` without space.
pub(crate) fn split_once_at_space<'a>(rest: &Text<'a>) -> Option<(Text<'a>, Text<'a>)> {
    let bytes = rest.as_str().as_bytes();
    let end = bytes.iter().position(|byte| separates_words(*byte))?;
    let next = end + space_len(bytes, end);
    Some((rest.slice(0..end), rest.slice(next..bytes.len())))
}

fn space_len(bytes: &[u8], at: usize) -> usize {
    bytes
        .iter()
        .skip(at)
        .take_while(|byte| separates_words(**byte))
        .count()
}

/// The words of `ARG`, `ENV` or `LABEL`: divided by Unicode white space that is neither quoted nor
/// escaped. Quotes and escapes stay in the words.
pub(crate) fn split_quoted<'a>(rest: &Text<'a>, escape: char) -> Vec<Text<'a>> {
    let text = rest.as_str();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(word) = next_word(text, at, escape) {
        at = word.next;
        if !word.range.is_empty() {
            words.push(rest.slice(word.range));
        }
    }
    words
}

struct Word {
    range: Range<usize>,
    next: usize,
}

fn next_word(text: &str, from: usize, escape: char) -> Option<Word> {
    let tail = text.get(from..)?;
    let start = text.len() - tail.trim_start().len();
    let mut quote = None;
    let mut characters = text.get(start..)?.char_indices();
    if characters.as_str().is_empty() {
        return None;
    }
    while let Some((offset, c)) = characters.next() {
        let at = start + offset;
        if quote.is_none() && c.is_whitespace() {
            return Some(Word {
                range: start..at,
                next: at,
            });
        }
        match quote {
            None if c == '\'' || c == '"' => quote = Some(c),
            Some(open) if c == open => quote = None,
            _ => {}
        }
        // In double quotes and outside of quotes an escape takes the next character along; one
        // at the very end is dropped.
        if c == escape && quote != Some('\'') && characters.next().is_none() {
            return Some(Word {
                range: start..at,
                next: text.len(),
            });
        }
    }
    Some(Word {
        range: start..text.len(),
        next: text.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> Vec<String> {
        let words = split_quoted(&Text::contiguous(text, 0), '\\');
        words.iter().map(|word| word.as_str().to_owned()).collect()
    }

    #[test]
    fn quotes_and_escapes_hold_words_together() {
        for (text, words) in [
            ("a=b c=d", vec!["a=b", "c=d"]),
            (r#"a="b c" d='e f'"#, vec![r#"a="b c""#, "d='e f'"]),
            (r"a=b\ c d", vec![r"a=b\ c", "d"]),
            (r#"a="b\" c" d"#, vec![r#"a="b\" c""#, "d"]),
            (r"a='b\' c", vec![r"a='b\'", "c"]),
            ("a=\"open b", vec!["a=\"open b"]),
            ("a\u{a0}b", vec!["a", "b"]),
            ("a=b\\", vec!["a=b"]),
            ("a \\", vec!["a"]),
            ("a \"\"", vec!["a", "\"\""]),
            ("", vec![]),
        ] {
            assert_eq!(quoted(text), words, "{text}");
        }
    }

    #[test]
    fn only_ascii_space_divides_plain_words() {
        let text = Text::contiguous("a \t b\u{a0}c\u{b}d", 0);
        let words = split_at_spaces(&text);
        let words: Vec<&str> = words.iter().map(Text::as_str).collect();
        assert_eq!(words, ["a", "b\u{a0}c", "d"]);
    }
}
