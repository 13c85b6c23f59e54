//! Puts a [`Text`] together from kept and replaced pieces of another.

use std::ops::Range;

use crate::text::{Segment, Text};

/// Writes a text that is not one slice of the text it is read from: quotes dropped, escapes
/// decoded.
pub(crate) struct TextBuilder<'t, 'a> {
    source: &'a str,
    from: &'t Text<'a>,
    value: String,
    segments: Vec<Segment>,
}

impl<'t, 'a> TextBuilder<'t, 'a> {
    /// Starts a text that is made of pieces of `from`, a text of the file `source`.
    pub(crate) fn new(source: &'a str, from: &'t Text<'a>) -> Self {
        Self {
            source,
            from,
            value: String::new(),
            segments: Vec::new(),
        }
    }

    /// Appends `range` of the text as it is.
    pub(crate) fn keep(&mut self, range: Range<usize>) {
        let from = self.from;
        for (piece, span) in from.pieces(range) {
            self.push(piece, span.start, span.len());
        }
    }

    /// Appends `with` in place of `range` of the text.
    pub(crate) fn replace(&mut self, range: Range<usize>, with: &str) {
        let from = self.from;
        let mut spans = from.source_ranges(range.clone());
        match spans.next() {
            Some(span) => self.push(with, span.start, span.len()),
            None => self.push(with, from.source_offset(range.start), 0),
        }
        for span in spans {
            self.push("", span.start, span.len());
        }
    }

    /// The text; an empty one stands at byte `at` of the text it was read from.
    pub(crate) fn finish(self, at: usize) -> Text<'a> {
        if self.value.is_empty() {
            return Text::contiguous("", self.from.source_offset(at));
        }
        Text::joined(self.source, self.value, self.segments)
    }

    fn push(&mut self, text: &str, source: u32, source_len: u32) {
        let text_len = text.len() as u32;
        let offset = self.value.len() as u32;
        self.value.push_str(text);
        if text_len == source_len
            && let Some(last) = self.segments.last_mut()
            && last.text_len == last.source_len
            && last.source + last.source_len == source
        {
            last.text_len += text_len;
            last.source_len += source_len;
            return;
        }
        self.segments.push(Segment {
            text: offset,
            text_len,
            source,
            source_len,
        });
    }
}
