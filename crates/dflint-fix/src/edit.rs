//! What a fix is.

use dflint_build::Keeps;
use dflint_parser::Span;

/// Where an edit goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The Dockerfile itself.
    Dockerfile,
    /// A file to create; the path is relative to the build context's root, with `/`.
    NewFile(String),
}

/// Replaces `span` by `text`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file that is edited.
    pub target: Target,
    /// The bytes that go; empty for an insertion (offsets from 0, byte order mark included).
    pub span: Span,
    /// What comes in their place.
    pub text: String,
}

/// How far a fix can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Applied by `--fix`: image and commands stay the same but for what `keeps` allows.
    Safe,
    /// Applied by `--fix --unsafe-fixes`: may change the image; a person decides.
    Unsafe,
    /// Shown, never applied.
    Manual,
}

/// A repair of one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, imperative, one line.
    pub title: String,
    /// How far it can be trusted.
    pub safety: Safety,
    /// What it promises to keep; the verifier checks it.
    pub keeps: Keeps,
    /// The edits, not overlapping; applied all together or not at all.
    pub edits: Vec<Edit>,
}

impl Edit {
    /// Replaces the bytes of `span` in the Dockerfile.
    #[must_use]
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        Self {
            target: Target::Dockerfile,
            span,
            text: text.into(),
        }
    }

    /// Inserts in front of byte `at` of the Dockerfile.
    #[must_use]
    pub fn insert(at: u32, text: impl Into<String>) -> Self {
        Self::replace(Span::empty(at), text)
    }

    /// Deletes the bytes of `span` in the Dockerfile.
    #[must_use]
    pub fn delete(span: Span) -> Self {
        Self::replace(span, String::new())
    }

    /// Creates the file `path` (below the build context's root, with `/`).
    #[must_use]
    pub fn create(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            target: Target::NewFile(path.into()),
            span: Span::empty(0),
            text: text.into(),
        }
    }
}
