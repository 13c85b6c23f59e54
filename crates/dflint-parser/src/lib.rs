//! A lossless, error-recovering Dockerfile parser that reads what BuildKit reads.
//!
//! [`parse`] gives a [`Dockerfile`]: directives, comments and instructions, each token a [`Text`]
//! that knows what BuildKit sees and where that stands in the file, and in
//! [`Dockerfile::errors`] what BuildKit would refuse.

mod arguments;
pub mod ast;
mod command;
mod csv;
pub mod diagnostic;
mod directives;
mod duration;
mod heredoc;
mod heredoc_lexer;
mod json;
mod keyword;
pub mod lines;
mod logical_lines;
mod lowercase;
mod mount;
mod parser;
mod physical_lines;
mod problem;
pub mod span;
mod split;
mod suggest;
pub mod text;
mod text_builder;
mod whitespace;
mod words;

pub use ast::*;
pub use diagnostic::{EmptyContinuation, Level, SyntaxError};
pub use lines::{LineIndex, Position};
pub use lowercase::lowercase;
pub use span::Span;
pub use suggest::did_you_mean;
pub use text::{Segment, Text};

/// Reads a Dockerfile.
///
/// Takes time linear in `source`, never panics, and always gives a tree; what BuildKit would
/// refuse is in [`Dockerfile::errors`]. Offsets are `u32`, so callers refuse files of 4 GiB and
/// more; invalid UTF-8 they replace beforehand, as BuildKit does when it prints such a file.
#[must_use]
pub fn parse(source: &str) -> Dockerfile<'_> {
    parser::parse_file(source)
}
