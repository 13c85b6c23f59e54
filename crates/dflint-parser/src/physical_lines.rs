//! The lines of the file as they stand, before continuations are joined.

use crate::lines::LineIndex;
use crate::span::Span;

/// The longest line that BuildKit reads, in bytes, its line end not counted.
pub(crate) const MAX_LINE: u32 = 65_535;

/// Reads the file line by line; a heredoc may put it back to an earlier line.
pub(crate) struct PhysicalLines<'s, 'a> {
    source: &'a str,
    index: &'s LineIndex,
    /// The next line, counted from 1.
    next: u32,
    count: u32,
}

/// One line.
#[derive(Clone, Copy)]
pub(crate) struct PhysicalLine<'a> {
    /// Counted from 1.
    pub(crate) number: u32,
    /// Without its end (`\n` and every `\r` in front of it) and, in the first line, without byte
    /// order mark.
    pub(crate) content: &'a str,
    /// Where `content` begins.
    pub(crate) start: u32,
    /// One past the line end.
    pub(crate) end: u32,
    /// Whether BuildKit refuses it for its length.
    pub(crate) too_long: bool,
}

impl PhysicalLine<'_> {
    /// The content and where it stands.
    pub(crate) fn content_span(&self) -> Span {
        Span::new(self.start, self.start + self.content.len() as u32)
    }
}

impl<'s, 'a> PhysicalLines<'s, 'a> {
    /// Starts at the first line.
    pub(crate) fn new(source: &'a str, index: &'s LineIndex) -> Self {
        let ends_in_empty_line = source.is_empty() || source.ends_with('\n');
        Self {
            source,
            index,
            next: 1,
            count: index.count() - u32::from(ends_in_empty_line),
        }
    }

    /// How many lines there are.
    pub(crate) fn total(&self) -> u32 {
        self.count
    }

    /// Goes on with line `number` (counted from 1).
    pub(crate) fn go_to(&mut self, number: u32) {
        self.next = number;
    }
}

impl<'a> Iterator for PhysicalLines<'_, 'a> {
    type Item = PhysicalLine<'a>;

    fn next(&mut self) -> Option<PhysicalLine<'a>> {
        if self.next > self.count {
            return None;
        }
        let number = self.next;
        self.next += 1;
        let mut start = self.index.start(number);
        let end = self.index.end(self.source, number);
        let raw = Span::new(start, end).text(self.source);
        // Go's scanner has a buffer of 65,536 bytes and needs to see the line end in it.
        let too_long = raw.len() as u32 > MAX_LINE + u32::from(raw.ends_with('\n'));
        let mut content = raw.trim_end_matches(['\r', '\n']);
        if number == 1
            && let Some(rest) = content.strip_prefix('\u{feff}')
        {
            start += (content.len() - rest.len()) as u32;
            content = rest;
        }
        Some(PhysicalLine {
            number,
            content,
            start,
            end,
            too_long,
        })
    }
}
