//! A text put together from parts of another one.

use std::ops::Range;

use dflint_parser::{Segment, Text};

/// Collects parts of texts into one text that still knows where each byte stands in the file.
#[derive(Default)]
pub(crate) struct Joined {
    value: String,
    segments: Vec<Segment>,
}

impl Joined {
    /// Appends `range` of `text`.
    pub(crate) fn push(&mut self, text: &Text<'_>, range: Range<usize>) {
        let Some(part) = text.as_str().get(range.clone()) else {
            return;
        };
        let verbatim: u32 = text
            .source_ranges(range.clone())
            .map(|span| span.len())
            .sum();
        if verbatim as usize == part.len() {
            for span in text.source_ranges(range) {
                self.segment(span.len(), span.start, span.len());
            }
        } else {
            // A JSON escape somewhere inside: one segment a character, so that none is cut.
            for (at, letter) in part.char_indices() {
                let from = range.start + at;
                let span = text.span_of(from..from + letter.len_utf8());
                self.segment(letter.len_utf8() as u32, span.start, span.len());
            }
        }
        self.value.push_str(part);
    }

    /// Appends text that does not stand in the file, placed at file offset `source`.
    pub(crate) fn push_synthetic(&mut self, part: &str, source: u32) {
        self.segment(part.len() as u32, source, 0);
        self.value.push_str(part);
    }

    fn segment(&mut self, text_len: u32, source: u32, source_len: u32) {
        let text = self
            .segments
            .last()
            .map_or(0, |last| last.text + last.text_len);
        self.segments.push(Segment {
            text,
            text_len,
            source,
            source_len,
        });
    }

    /// How many bytes there are so far.
    pub(crate) fn len(&self) -> usize {
        self.value.len()
    }

    /// The text. It is not one slice of a file even where it could be: the file is not at hand,
    /// and nothing here asks for it.
    pub(crate) fn finish(self) -> Text<'static> {
        Text::joined("", self.value, self.segments)
    }
}
