//! Byte offsets to lines and columns.

use crate::span::Span;

/// What some editors write in front of a file.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Where each line of a file begins.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LineIndex {
    starts: Vec<u32>,
}

/// A position for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, counted from 1.
    pub line: u32,
    /// Column in characters (Unicode scalar values), counted from 1.
    pub column: u32,
}

impl LineIndex {
    /// The lines of `source`, divided at `\n`.
    #[must_use]
    pub fn new(source: &str) -> Self {
        let starts = std::iter::once(0)
            .chain(memchr::memchr_iter(b'\n', source.as_bytes()).map(|at| at as u32 + 1))
            .collect();
        Self { starts }
    }

    /// How many lines there are; a file that ends in `\n` has an empty last line.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line, counted from 1, that holds byte `offset`.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|start| *start <= offset) as u32
    }

    /// The first byte of line `line` (counted from 1); the last line's where there are fewer.
    #[must_use]
    pub fn start(&self, line: u32) -> u32 {
        let last = self.starts.len().saturating_sub(1);
        let index = (line.saturating_sub(1) as usize).min(last);
        self.starts.get(index).copied().unwrap_or_default()
    }

    /// One past the last byte of line `line` (counted from 1), line end included.
    #[must_use]
    pub fn end(&self, source: &str, line: u32) -> u32 {
        let next = self.starts.get(line as usize);
        next.copied().unwrap_or(source.len() as u32)
    }

    /// Line `line` (counted from 1) without its `\n` or `\r\n`.
    #[must_use]
    pub fn span(&self, source: &str, line: u32) -> Span {
        let start = self.start(line);
        let end = self
            .starts
            .get(line as usize)
            .map_or(source.len() as u32, |next| next - 1);
        let text = Span::new(start, end).text(source);
        Span::new(
            start,
            start + text.strip_suffix('\r').unwrap_or(text).len() as u32,
        )
    }

    /// The byte at which the first column of line `line` (counted from 1) is. A byte order mark in
    /// front of the file has no column: editors do not show it.
    #[must_use]
    pub fn first_column(&self, source: &str, line: u32) -> u32 {
        let start = self.start(line);
        match start == 0 && source.starts_with(BYTE_ORDER_MARK) {
            true => BYTE_ORDER_MARK.len_utf8() as u32,
            false => start,
        }
    }

    /// The position of byte `offset`.
    #[must_use]
    pub fn position(&self, source: &str, offset: u32) -> Position {
        let line = self.line(offset);
        let before = Span::new(self.first_column(source, line), offset).text(source);
        Position {
            line,
            column: before.chars().count() as u32 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::LineIndex;

    #[test]
    fn a_byte_order_mark_has_no_column() {
        let source = "\u{feff}FROM é\n\u{feff}x";
        let lines = LineIndex::new(source);
        let at = |offset| {
            let position = lines.position(source, offset);
            (position.line, position.column)
        };
        for (offset, expected) in [
            (0, (1, 1)),
            (1, (1, 1)),
            (3, (1, 1)),
            (8, (1, 6)),
            (10, (1, 7)),
            (11, (2, 1)),
            (14, (2, 2)),
        ] {
            assert_eq!(at(offset), expected, "{offset}");
        }
    }
}
