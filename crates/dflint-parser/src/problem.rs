//! A refusal, before it is known at which level it is met.

use crate::span::Span;

/// Why BuildKit refuses something, and where it stands.
#[derive(Debug)]
pub(crate) struct Problem {
    /// For a person.
    pub(crate) message: String,
    /// The bytes at fault.
    pub(crate) span: Span,
}

impl Problem {
    /// A refusal of the bytes at `span`.
    pub(crate) fn new(span: Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            span,
        }
    }
}
