//! What is reported.

use dflint_linter::Finding;
use dflint_parser::{LineIndex, Position, Span};

/// The outcome for every file, in the order it is printed.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// One entry a file, sorted by path.
    pub files: Vec<FileReport>,
}

/// The outcome for one file.
#[derive(Debug, Clone, Default)]
pub struct FileReport {
    /// Relative to the working directory, with `/`.
    pub path: String,
    /// The text that the findings' spans point into (after fixing, the fixed text).
    pub source: String,
    /// In the order of their place in the file.
    pub findings: Vec<Finding>,
    /// What kept the file from being linted or written.
    pub errors: Vec<FileError>,
    /// How many findings were repaired and are therefore not in `findings`.
    pub fixed: usize,
}

/// Something that went wrong with a file, as opposed to in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// For a person, without the path.
    pub message: String,
    /// Where in the file, start and end (exclusive), when that is known.
    pub location: Option<(Position, Position)>,
}

/// Numbers over all files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Files that were looked at.
    pub files: usize,
    /// Findings that are left.
    pub findings: usize,
    /// Findings that were repaired.
    pub fixed: usize,
    /// Findings whose fix was withheld or could not be made, with a reason.
    pub withheld: usize,
    /// Files' errors.
    pub errors: usize,
}

impl Report {
    /// The numbers over all files.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary {
            files: self.files.len(),
            ..Summary::default()
        };
        for file in &self.files {
            summary.findings += file.findings.len();
            summary.fixed += file.fixed;
            summary.withheld += file
                .findings
                .iter()
                .filter(|finding| finding.withheld.is_some())
                .count();
            summary.errors += file.errors.len();
        }
        summary
    }
}

/// The text of a file and where its lines begin.
pub(crate) struct Lines<'a> {
    source: &'a str,
    index: LineIndex,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self {
            source,
            index: LineIndex::new(source),
        }
    }

    /// Start and end of `span`: lines and columns in characters from 1, the end exclusive.
    pub(crate) fn positions(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end))
    }

    /// The position of byte `offset`, columns in characters.
    pub(crate) fn position(&self, offset: u32) -> Position {
        self.index.position(self.source, offset)
    }

    /// The position of byte `offset`, columns in bytes of UTF-8.
    pub(crate) fn position_in_bytes(&self, offset: u32) -> Position {
        let line = self.index.line(offset);
        Position {
            line,
            column: offset - self.index.start(line) + 1,
        }
    }

    /// The text of the line that holds byte `offset`, without its line end.
    pub(crate) fn text_at(&self, offset: u32) -> &'a str {
        let line = self.index.line(offset);
        self.index.span(self.source, line).text(self.source)
    }

    /// The whole lines that `span` touches, line ends included.
    pub(crate) fn whole(&self, span: Span) -> Span {
        let first = self.index.start(self.index.line(span.start));
        // A span that ends at the start of a line does not touch that line.
        let last_byte = if span.is_empty() {
            span.end
        } else {
            span.end - 1
        };
        let last = self.index.line(last_byte);
        let end = if last < self.index.count() {
            self.index.start(last + 1)
        } else {
            self.source.len() as u32
        };
        Span::new(first, end)
    }
}
