//! Logical text and where it stands in the file.
//!
//! BuildKit joins continuation lines, drops the comments between them, decodes JSON strings and
//! parses `ONBUILD` once more, so what an instruction says is rarely one slice of the file. A
//! [`Text`] keeps both: the text as BuildKit sees it, and for any range of it the list of file
//! ranges it stands on, so that an edit never crosses a comment.

use std::borrow::Cow;
use std::ops::Range;

use crate::span::Span;

/// A run of logical text that stands on one run of source bytes.
///
/// Where `text_len` equals `source_len` the run is the same bytes in both; otherwise it is one
/// escape (`\u00e9` in JSON, for example) and is not divisible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Offset in the logical text, in bytes from 0.
    pub text: u32,
    /// Length in the logical text, in bytes.
    pub text_len: u32,
    /// Offset in the file, in bytes from 0.
    pub source: u32,
    /// Length in the file, in bytes.
    pub source_len: u32,
}

impl Segment {
    fn is_verbatim(self) -> bool {
        self.text_len == self.source_len
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Map {
    /// The text is `source[start..start + len]`.
    Contiguous(u32),
    /// In text order; `source` grows too, but may skip bytes.
    Segments(Box<[Segment]>),
}

/// A piece of logical text with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a> {
    value: Cow<'a, str>,
    map: Map,
}

impl<'a> Text<'a> {
    /// Text that is one slice of the file, starting at byte `start`.
    #[must_use]
    pub fn contiguous(value: &'a str, start: u32) -> Self {
        Self {
            value: Cow::Borrowed(value),
            map: Map::Contiguous(start),
        }
    }

    /// Text put together from several runs; `segments` in text order and covering `value`.
    #[must_use]
    pub fn joined(value: impl Into<Cow<'a, str>>, segments: Vec<Segment>) -> Self {
        let value = value.into();
        if let [one] = segments.as_slice()
            && one.is_verbatim()
            && one.text == 0
            && one.text_len as usize == value.len()
        {
            return Self {
                value,
                map: Map::Contiguous(one.source),
            };
        }
        Self {
            value,
            map: Map::Segments(segments.into_boxed_slice()),
        }
    }

    /// The text as BuildKit sees it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The text, borrowed from the file where it is one slice of it.
    #[must_use]
    pub fn value(&self) -> &Cow<'a, str> {
        &self.value
    }

    /// Length of the logical text in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.value.len()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// Whether the text is one verbatim slice of the file.
    #[must_use]
    pub fn is_contiguous(&self) -> bool {
        matches!(self.map, Map::Contiguous(_))
    }

    /// The smallest span of the file that holds all of it.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span_of(0..self.value.len())
    }

    /// The smallest span of the file that holds `range` of the text (it may hold comments and
    /// continuation marks too; see [`Text::source_ranges`]).
    #[must_use]
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let mut ranges = self.source_ranges(range.clone());
        let Some(first) = ranges.next() else {
            return Span::empty(self.source_offset(range.start));
        };
        ranges.fold(first, Span::to)
    }

    /// The file offset of byte `at` of the text; for the end of the text, one past its last byte.
    #[must_use]
    pub fn source_offset(&self, at: usize) -> u32 {
        let at = at as u32;
        match &self.map {
            Map::Contiguous(start) => start + at,
            Map::Segments(segments) => {
                let after = segments.partition_point(|segment| segment.text <= at);
                let Some(segment) = after.checked_sub(1).and_then(|i| segments.get(i)) else {
                    return segments.first().map_or(0, |segment| segment.source);
                };
                let within = at - segment.text;
                if within >= segment.text_len {
                    segment.source + segment.source_len
                } else if segment.is_verbatim() {
                    segment.source + within
                } else {
                    segment.source
                }
            }
        }
    }

    /// The file ranges that `range` of the text stands on, in order: one where the text is
    /// contiguous there, more where continuations or comments interrupt it. An escape is never
    /// cut: it comes whole.
    pub fn source_ranges(&self, range: Range<usize>) -> impl Iterator<Item = Span> + '_ {
        let (from, to) = (range.start as u32, range.end as u32);
        let (one, segments) = match &self.map {
            Map::Contiguous(start) if from < to => {
                (Some(Span::new(start + from, start + to)), [].as_slice())
            }
            Map::Contiguous(_) => (None, [].as_slice()),
            Map::Segments(segments) => {
                let first = segments.partition_point(|s| s.text + s.text_len <= from);
                (None, segments.get(first..).unwrap_or_default())
            }
        };
        let mut runs = segments
            .iter()
            .take_while(move |segment| segment.text < to)
            .map(move |segment| {
                if segment.is_verbatim() {
                    let begin = from.max(segment.text) - segment.text;
                    let end = to.min(segment.text + segment.text_len) - segment.text;
                    Span::new(segment.source + begin, segment.source + end)
                } else {
                    Span::new(segment.source, segment.source + segment.source_len)
                }
            })
            .filter(|span| !span.is_empty())
            .peekable();
        let mut one = one;
        std::iter::from_fn(move || {
            if let Some(span) = one.take() {
                return Some(span);
            }
            let mut span = runs.next()?;
            while let Some(next) = runs.next_if(|next| next.start == span.end) {
                span.end = next.end;
            }
            Some(span)
        })
    }

    /// The part `range` (bytes of the text, on character borders) as a text of its own.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Text<'a> {
        let value = match &self.value {
            Cow::Borrowed(text) => Cow::Borrowed(text.get(range.clone()).unwrap_or_default()),
            Cow::Owned(text) => Cow::Owned(text.get(range.clone()).unwrap_or_default().to_owned()),
        };
        let map = match &self.map {
            Map::Contiguous(start) => Map::Contiguous(start + range.start as u32),
            Map::Segments(segments) => return Text::joined(value, cut(segments, &range)),
        };
        Text { value, map }
    }
}

/// The segments of `range`, renumbered to start at 0.
fn cut(segments: &[Segment], range: &Range<usize>) -> Vec<Segment> {
    let (from, to) = (range.start as u32, range.end as u32);
    let first = segments.partition_point(|s| s.text + s.text_len <= from);
    let mut kept: Vec<Segment> = segments
        .get(first..)
        .unwrap_or_default()
        .iter()
        .take_while(|s| s.text < to)
        .map(|s| {
            let begin = from.max(s.text);
            let end = to.min(s.text + s.text_len);
            let (source, source_len) = if s.is_verbatim() {
                (s.source + (begin - s.text), end - begin)
            } else {
                (s.source, s.source_len)
            };
            Segment {
                text: begin - from,
                text_len: end - begin,
                source,
                source_len,
            }
        })
        .collect();
    if kept.is_empty() {
        // An empty slice still has a place.
        let source = segments.get(first).or(segments.last()).map_or(0, |s| {
            if s.text >= from {
                s.source
            } else {
                s.source + s.source_len
            }
        });
        kept.push(Segment {
            text: 0,
            text_len: 0,
            source,
            source_len: 0,
        });
    }
    kept
}
