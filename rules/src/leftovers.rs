//! Folders that builds leave behind, and what builds read without a step that names it.
//!
//! The table is `data/leftovers.toml`; `data/README.md` documents its keys.

use crate::glob;

/// A folder that a build makes in the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftoverFolder {
    /// Its name, or the end of its path.
    pub name: &'static str,
    /// Files of which one stands beside it, `*` as wildcard; empty: it stands anywhere.
    pub beside: &'static [&'static str],
    /// Whether an image lacks it where no step makes it.
    pub needs_step: bool,
    /// What it holds, one of them at least; empty: anything.
    pub marks: &'static [&'static str],
    /// What alone it holds; empty: anything.
    pub only: &'static [&'static str],
    /// Words that stand together in a command that makes it, besides the package managers that list it.
    pub made_with: &'static [&'static str],
}

/// Files that tell that a build reads what no step names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnnamedReader {
    /// The line of a `.dockerignore` that would keep it out.
    pub line: &'static str,
    /// Names of the files that tell it, `*` as wildcard.
    pub files: &'static [&'static str],
    /// What their text holds, one of them.
    pub words: &'static [&'static str],
}

mod table {
    use super::*;

    include!(concat!(env!("OUT_DIR"), "/leftovers.rs"));
}

/// Every folder, sorted by name.
#[must_use]
pub fn leftover_folders() -> &'static [LeftoverFolder] {
    table::FOLDERS
}

/// The folder called `name`.
#[must_use]
pub fn leftover_folder(name: &str) -> Option<&'static LeftoverFolder> {
    table::FOLDERS.iter().find(|folder| folder.name == name)
}

/// The files that tell that a build reads what `line` would keep out.
pub fn unnamed_readers(line: &str) -> impl Iterator<Item = &'static UnnamedReader> {
    table::READERS
        .iter()
        .filter(move |reader| reader.line == line)
}

impl LeftoverFolder {
    /// Whether a file called `name` stands beside such a folder.
    #[must_use]
    pub fn stands_beside(&self, name: &str) -> bool {
        self.beside
            .iter()
            .any(|pattern| glob::matches(pattern, name))
    }
}

impl UnnamedReader {
    /// Whether a file called `name` may tell it.
    #[must_use]
    pub fn asks(&self, name: &str) -> bool {
        self.files
            .iter()
            .any(|pattern| glob::matches(pattern, name))
    }

    /// Whether the text of such a file tells it.
    #[must_use]
    pub fn is_told_by(&self, text: &str) -> bool {
        self.words.iter().any(|word| text.contains(word))
    }
}
