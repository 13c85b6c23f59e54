//! What BuildKit refuses or warns of while it reads.

use crate::span::Span;

/// Which of BuildKit's two passes refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The parser: lines, directives, words, heredocs.
    Parse,
    /// The instructions: names, flags, argument counts, stages.
    Typed,
}

/// Something that makes BuildKit refuse the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// Which pass refuses.
    pub level: Level,
    /// What is wrong, for a person, with a suggestion where there is one.
    pub message: String,
    /// The bytes that are at fault.
    pub span: Span,
    /// The instruction's first line, counted from 1, as BuildKit reports it.
    pub line: u32,
}

/// An instruction continued over an empty line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmptyContinuation {
    /// Index of the instruction in `Dockerfile::instructions`.
    pub instruction: usize,
    /// The empty lines (white space included, line end included).
    pub lines: Vec<Span>,
    /// The last line of the logical line, before any heredoc body, counted from 1.
    pub reported_line: u32,
}
