//! What a fix is.

use std::sync::Arc;

use dflint_build::Keeps;
use dflint_parser::Span;

/// Where an edit goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The Dockerfile itself.
    Dockerfile,
    /// Another file of the build context.
    ContextFile(ContextFile),
}

/// A file of the build context that a fix creates or changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContextFile {
    /// Its path below the build context's root, with `/`.
    pub path: String,
    /// What it holds before the fix; `None` where the fix creates it.
    pub before: Option<Arc<str>>,
}

/// What becomes of a file of the build context.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContextChange {
    /// What it holds; `None` where it is created.
    pub before: Option<Arc<str>>,
    /// What it is to hold.
    pub after: String,
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
        let path = path.into();
        Self {
            target: Target::ContextFile(ContextFile { path, before: None }),
            span: Span::empty(0),
            text: text.into(),
        }
    }

    /// Adds `text` at the end of the file `path` (below the build context's root, with `/`), which
    /// holds `before`.
    #[must_use]
    pub fn append(path: impl Into<String>, before: Arc<str>, text: impl Into<String>) -> Self {
        let end = before.len() as u32;
        let file = ContextFile {
            path: path.into(),
            before: Some(before),
        };
        Self {
            target: Target::ContextFile(file),
            span: Span::empty(end),
            text: text.into(),
        }
    }

    /// What becomes of the file of the build context that it is about; `None` for the Dockerfile.
    #[must_use]
    pub fn context_change(&self) -> Option<(&str, ContextChange)> {
        let Target::ContextFile(file) = &self.target else {
            return None;
        };
        let mut after = file.before.as_deref().unwrap_or_default().to_owned();
        let range = self.span.range();
        match after.get(range.clone()) {
            Some(_) => after.replace_range(range, &self.text),
            // Nothing is there: the text comes at the end.
            None => after.push_str(&self.text),
        }
        let before = file.before.clone();
        Some((&file.path, ContextChange { before, after }))
    }
}
