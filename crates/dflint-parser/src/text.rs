//! Logical text and where it stands in the file.
//!
//! BuildKit joins continuation lines, drops the comments between them, decodes JSON strings and
//! parses `ONBUILD` once more, so what an instruction says is rarely one slice of the file. A
//! [`Text`] keeps both: the text as BuildKit sees it, and for any range of it the list of file
//! ranges it stands on, so that an edit never crosses a comment.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::span::Span;

/// A run of logical text that stands on one run of source bytes.
///
/// Where `text_len` equals `source_len` the run is the same bytes in both; otherwise it is one
/// escape (`\u00e9` in JSON, for example) and is not divisible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Offset in the logical text, in bytes from 0.
    pub text: u32,
    /// Length in the logical text, in bytes. It is 0 in the further parts of an escape that is
    /// itself interrupted by a continuation.
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

    fn text_end(self) -> u32 {
        self.text + self.text_len
    }

    fn source_end(self) -> u32 {
        self.source + self.source_len
    }

    /// The file bytes of the part of it within `from..to` of the text.
    fn source_within(self, from: u32, to: u32) -> Span {
        if !self.is_verbatim() {
            return Span::new(self.source, self.source_end());
        }
        let begin = from.max(self.text) - self.text;
        let end = to.min(self.text_end()) - self.text;
        Span::new(self.source + begin, self.source + end)
    }
}

/// A piece of logical text with its place in the file.
///
/// Cheap to clone and to slice: slices share the joined text they are cut from.
#[derive(Clone)]
pub struct Text<'a> {
    repr: Repr<'a>,
}

#[derive(Clone)]
enum Repr<'a> {
    /// The text is `source[start..start + value.len()]`.
    Contiguous { value: &'a str, start: u32 },
    /// The text is `whole.value[start..end]`.
    Joined {
        whole: Arc<Joined<'a>>,
        start: u32,
        end: u32,
    },
}

struct Joined<'a> {
    source: &'a str,
    value: Box<str>,
    /// In text order; `source` grows too, but may skip bytes.
    segments: Box<[Segment]>,
}

impl<'a> Text<'a> {
    /// Text that is one slice of the file, starting at byte `start`.
    #[must_use]
    pub fn contiguous(value: &'a str, start: u32) -> Self {
        Self {
            repr: Repr::Contiguous { value, start },
        }
    }

    /// Text put together from several runs of the file `source`; `segments` in text order and
    /// covering `value`.
    #[must_use]
    pub fn joined(source: &'a str, value: String, segments: Vec<Segment>) -> Self {
        let end = value.len() as u32;
        let whole = Joined {
            source,
            value: value.into_boxed_str(),
            segments: segments.into_boxed_slice(),
        };
        if let Some(contiguous) = whole.contiguous(0, end) {
            return contiguous;
        }
        Self {
            repr: Repr::Joined {
                whole: Arc::new(whole),
                start: 0,
                end,
            },
        }
    }

    /// The text as BuildKit sees it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.repr {
            Repr::Contiguous { value, .. } => value,
            Repr::Joined { whole, start, end } => whole
                .value
                .get(*start as usize..*end as usize)
                .unwrap_or_default(),
        }
    }

    /// The text as a slice of the file; `None` where it is not one verbatim slice of it.
    #[must_use]
    pub fn in_source(&self) -> Option<&'a str> {
        match &self.repr {
            Repr::Contiguous { value, .. } => Some(value),
            Repr::Joined { .. } => None,
        }
    }

    /// Length of the logical text in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_str().len()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether the text is one verbatim slice of the file.
    #[must_use]
    pub fn is_contiguous(&self) -> bool {
        matches!(self.repr, Repr::Contiguous { .. })
    }

    /// The smallest span of the file that holds all of it.
    #[must_use]
    pub fn span(&self) -> Span {
        self.span_of(0..self.len())
    }

    /// The smallest span of the file that holds `range` of the text (it may hold comments and
    /// continuation marks too; see [`Text::source_ranges`]).
    #[must_use]
    pub fn span_of(&self, range: Range<usize>) -> Span {
        let (from, to) = (range.start as u32, range.end as u32);
        match &self.repr {
            Repr::Contiguous { start, .. } => Span::new(start + from, start + to.max(from)),
            Repr::Joined { whole, start, .. } => {
                let (from, to) = (start + from, start + to);
                let held = whole.segments_within(from, to).iter();
                let mut spans = held.map(|segment| segment.source_within(from, to));
                let first = spans.clone().find(|span| !span.is_empty());
                let last = spans.rfind(|span| !span.is_empty());
                match (first, last) {
                    (Some(first), Some(last)) => first.to(last),
                    _ => Span::empty(self.source_offset(range.start)),
                }
            }
        }
    }

    /// The file offset of byte `at` of the text; for the end of the text, one past its last byte.
    #[must_use]
    pub fn source_offset(&self, at: usize) -> u32 {
        match &self.repr {
            Repr::Contiguous { start, .. } => start + at as u32,
            Repr::Joined { whole, start, end } => {
                let offset = start + at as u32;
                if offset < *end {
                    return whole.source_offset(offset);
                }
                let last = whole.first_segment_after(end.saturating_sub(1));
                last.map_or(0, |segment| segment.source_within(segment.text, *end).end)
            }
        }
    }

    /// The file ranges that `range` of the text stands on, in order: one where the text is
    /// contiguous there, more where continuations or comments interrupt it. An escape is never
    /// cut: it comes whole.
    pub fn source_ranges(&self, range: Range<usize>) -> impl Iterator<Item = Span> + '_ {
        let (from, to) = (range.start as u32, range.end as u32);
        let (one, segments, from, to) = match &self.repr {
            Repr::Contiguous { start, .. } => {
                let span = Span::new(start + from, start + to);
                (Some(span).filter(|_| from < to), [].as_slice(), from, to)
            }
            Repr::Joined { whole, start, .. } => {
                let (from, to) = (start + from, start + to);
                (None, whole.segments_within(from, to), from, to)
            }
        };
        let mut runs = one
            .into_iter()
            .chain(
                segments
                    .iter()
                    .map(move |segment| segment.source_within(from, to)),
            )
            .filter(|span| !span.is_empty())
            .peekable();
        std::iter::from_fn(move || {
            let mut span = runs.next()?;
            while let Some(next) = runs.next_if(|next| next.start == span.end) {
                span.end = next.end;
            }
            Some(span)
        })
    }

    /// The pieces of `range`, each with the one run of the file it stands on.
    pub(crate) fn pieces(&self, range: Range<usize>) -> impl Iterator<Item = (&str, Span)> {
        let text = self.as_str();
        let base = match &self.repr {
            Repr::Contiguous { .. } => 0,
            Repr::Joined { start, .. } => *start,
        };
        let (from, to) = (base + range.start as u32, base + range.end as u32);
        let (one, segments) = match &self.repr {
            Repr::Contiguous { value, start } => {
                let span = Span::new(start + from, start + to);
                (
                    Some((value.get(range).unwrap_or_default(), span)),
                    [].as_slice(),
                )
            }
            Repr::Joined { whole, .. } => (None, whole.segments_within(from, to)),
        };
        one.into_iter().chain(segments.iter().map(move |segment| {
            let begin = from.max(segment.text) - base;
            let end = to.min(segment.text_end()) - base;
            let piece = text.get(begin as usize..end as usize).unwrap_or_default();
            (piece, segment.source_within(from, to))
        }))
    }

    /// The part `range` (bytes of the text, on character borders) as a text of its own.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Text<'a> {
        match &self.repr {
            Repr::Contiguous { value, start } => Text::contiguous(
                value.get(range.clone()).unwrap_or_default(),
                start + range.start as u32,
            ),
            Repr::Joined { whole, start, .. } => {
                let (from, to) = (start + range.start as u32, start + range.end as u32);
                whole.contiguous(from, to).unwrap_or_else(|| Text {
                    repr: Repr::Joined {
                        whole: Arc::clone(whole),
                        start: from,
                        end: to,
                    },
                })
            }
        }
    }

    /// Without leading and trailing Unicode white space.
    #[must_use]
    pub fn trim(&self) -> Text<'a> {
        let text = self.as_str();
        let start = text.len() - text.trim_start().len();
        let end = text.trim_end().len().max(start);
        self.slice(start..end)
    }
}

impl<'a> Joined<'a> {
    /// The range `from..to` as a slice of the file, where it is one.
    fn contiguous(&self, from: u32, to: u32) -> Option<Text<'a>> {
        if from == to {
            return Some(Text::contiguous("", self.source_offset(from)));
        }
        let segment = self.first_segment_after(from)?;
        if !segment.is_verbatim() || to > segment.text_end() {
            return None;
        }
        let span = segment.source_within(from, to);
        Some(Text::contiguous(self.source.get(span.range())?, span.start))
    }

    /// The segment that holds byte `at` of the text.
    fn first_segment_after(&self, at: u32) -> Option<Segment> {
        let index = self
            .segments
            .partition_point(|segment| segment.text_end() <= at);
        self.segments.get(index).copied()
    }

    fn source_offset(&self, at: u32) -> u32 {
        match self.first_segment_after(at) {
            Some(segment) if segment.is_verbatim() => {
                segment.source + at.saturating_sub(segment.text)
            }
            Some(segment) => segment.source,
            None => self.segments.last().map_or(0, |last| last.source_end()),
        }
    }

    /// The segments that hold a byte of `from..to`, and the further parts of their escapes.
    fn segments_within(&self, from: u32, to: u32) -> &[Segment] {
        if from >= to {
            return &[];
        }
        let first = self
            .segments
            .partition_point(|segment| segment.text_end() <= from);
        let end = self.segments.partition_point(|segment| {
            segment.text < to || (segment.text == to && segment.text_len == 0)
        });
        self.segments.get(first..end).unwrap_or_default()
    }
}

impl PartialEq for Text<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
            && self
                .source_ranges(0..self.len())
                .eq(other.source_ranges(0..other.len()))
    }
}

impl Eq for Text<'_> {}

impl fmt::Debug for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let span = self.span();
        write!(
            formatter,
            "{:?}@{}..{}",
            self.as_str(),
            span.start,
            span.end
        )
    }
}
