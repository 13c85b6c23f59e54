//! Logical lines: physical lines with continuations joined and the comments between them dropped.

use crate::ast::Comment;
use crate::physical_lines::{PhysicalLine, PhysicalLines};
use crate::span::Span;
use crate::text::{Segment, Text};

/// A logical line.
pub(crate) struct LogicalLine<'a> {
    /// The text as BuildKit joins it.
    pub(crate) text: Text<'a>,
    /// Where it begins.
    pub(crate) start: u32,
    /// Its first physical line, counted from 1.
    pub(crate) start_line: u32,
    /// Its last physical line.
    pub(crate) last: PhysicalLine<'a>,
    /// The empty lines over which it is continued, white space and line end included.
    pub(crate) empty_lines: Vec<Span>,
    /// The first line after the first one that is too long for BuildKit.
    pub(crate) too_long: Option<PhysicalLine<'a>>,
}

/// `line` without the escape character and the blanks behind it, if these continue it. Two escape
/// characters in a row do not.
pub(crate) fn strip_continuation(line: &str, escape: char) -> Option<&str> {
    let body = line.trim_end_matches([' ', '\t']).strip_suffix(escape)?;
    (!body.ends_with(escape)).then_some(body)
}

/// About how many bytes a continued line has when it is joined, so that it need not grow.
const USUAL_LENGTH: usize = 512;

/// About how many lines are joined.
const USUAL_LINES: usize = 16;

/// Reads the lines that continue `first`, whose text up to the continuation is `body`, standing
/// at `start`. Comments between them go to `comments`.
pub(crate) fn join<'a>(
    source: &'a str,
    first: PhysicalLine<'a>,
    body: &'a str,
    start: u32,
    escape: char,
    lines: &mut PhysicalLines<'_, 'a>,
    comments: &mut Vec<Comment<'a>>,
) -> LogicalLine<'a> {
    let mut joined = JoinedText {
        value: String::with_capacity(USUAL_LENGTH.max(body.len())),
        segments: Vec::with_capacity(USUAL_LINES),
    };
    joined.push(body, start);
    let mut logical = LogicalLine {
        text: Text::contiguous("", start),
        start,
        start_line: first.number,
        last: first,
        empty_lines: Vec::new(),
        too_long: None,
    };
    for line in lines.by_ref() {
        logical.last = line;
        if line.too_long && logical.too_long.is_none() {
            logical.too_long = Some(line);
        }
        let trimmed = line.content.trim_start();
        if let Some(text) = trimmed.strip_prefix('#') {
            let end = line.content_span().end;
            comments.push(Comment {
                text: text.trim().into(),
                span: Span::new(end - trimmed.len() as u32, end),
                line: line.number,
                inside_instruction: true,
            });
            continue;
        }
        if trimmed.is_empty() {
            logical.empty_lines.push(Span::new(line.start, line.end));
            continue;
        }
        let Some(body) = strip_continuation(line.content, escape) else {
            joined.push(line.content, line.start);
            break;
        };
        joined.push(body, line.start);
    }
    if !joined.value.is_empty() {
        logical.text = Text::joined(source, joined.value, joined.segments);
    }
    logical
}

struct JoinedText {
    value: String,
    segments: Vec<Segment>,
}

impl JoinedText {
    fn push(&mut self, text: &str, source: u32) {
        if text.is_empty() {
            return;
        }
        self.segments.push(Segment {
            text: self.value.len() as u32,
            text_len: text.len() as u32,
            source,
            source_len: text.len() as u32,
        });
        self.value.push_str(text);
    }
}

#[cfg(test)]
mod tests {
    use super::strip_continuation;

    #[test]
    fn only_a_single_escape_at_the_end_continues() {
        for (line, body) in [
            ("a \\", Some("a ")),
            ("a\\ \t", Some("a")),
            ("\\", Some("")),
            ("a \\\\", None),
            ("a \\\\\\", None),
            ("a \\x", None),
            ("a", None),
            ("", None),
            ("a `", None),
        ] {
            assert_eq!(strip_continuation(line, '\\'), body, "{line}");
        }
        assert_eq!(strip_continuation("a `", '`'), Some("a "));
    }
}
