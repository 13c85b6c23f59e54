//! A file that may build Dockerfiles.

use dflint_build::Place;

/// A file's text and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceFile<'a> {
    /// From the project's root, with `/`.
    pub(super) path: &'a str,
    pub(super) text: &'a str,
}

impl SourceFile<'_> {
    /// The folder it stands in, from the project's root; empty for the root.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The place of a line, counted from 1.
    pub(super) fn place(&self, line: u32) -> Place {
        Place {
            path: self.path.to_owned(),
            line,
        }
    }
}
