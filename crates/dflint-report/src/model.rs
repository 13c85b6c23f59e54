//! What is reported.

use std::cell::OnceCell;

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

/// How far apart the places are, in bytes, to which characters are counted beforehand.
const BLOCK: usize = 1024;

/// How many characters begin in `bytes`, which are UTF-8 or a part of it.
fn characters(bytes: &[u8]) -> u32 {
    let goes_on = |byte: &&u8| **byte & 0b1100_0000 == 0b1000_0000;
    (bytes.len() - bytes.iter().filter(goes_on).count()) as u32
}

/// The text of a file and where its lines begin.
pub(crate) struct Lines<'a> {
    source: &'a str,
    index: LineIndex,
    /// The characters before every block of the text; counted when a line is longer than one.
    /// Counting from a line's start for each finding on it would take time by the square.
    before_blocks: OnceCell<Vec<u32>>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(source: &'a str) -> Self {
        Self {
            source,
            index: LineIndex::new(source),
            before_blocks: OnceCell::new(),
        }
    }

    /// Start and end of `span`: lines and columns in characters from 1, the end exclusive.
    pub(crate) fn positions(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end))
    }

    /// The position of byte `offset`, columns in characters.
    pub(crate) fn position(&self, offset: u32) -> Position {
        let line = self.index.line(offset);
        let start = self.index.first_column(self.source, line);
        if (offset.saturating_sub(start) as usize) < BLOCK {
            return self.index.position(self.source, offset);
        }
        Position {
            line,
            column: self.characters_before(offset) - self.characters_before(start) + 1,
        }
    }

    /// The characters of the text before byte `offset`.
    fn characters_before(&self, offset: u32) -> u32 {
        let bytes = self.source.as_bytes();
        let blocks = self.before_blocks.get_or_init(|| {
            let mut before = 0;
            let blocks = bytes.chunks(BLOCK).map(|block| {
                let so_far = before;
                before += characters(block);
                so_far
            });
            blocks.collect()
        });
        let offset = (offset as usize).min(bytes.len());
        let block = offset / BLOCK;
        let rest = bytes.get(block * BLOCK..offset).unwrap_or_default();
        match blocks.get(block) {
            Some(before) => before + characters(rest),
            // The end of a text that fills its last block.
            None => self.source.chars().count() as u32,
        }
    }

    /// How many bytes a byte order mark takes in front of the text.
    pub(crate) fn mark(&self) -> u32 {
        self.index.first_column(self.source, 1)
    }

    /// The position of byte `offset`, columns in bytes of UTF-8.
    pub(crate) fn position_in_bytes(&self, offset: u32) -> Position {
        let line = self.index.line(offset);
        let start = self.index.first_column(self.source, line);
        Position {
            line,
            column: offset.saturating_sub(start) + 1,
        }
    }

    /// The number of the line that holds byte `offset`, and its text without its line end.
    pub(crate) fn line_at(&self, offset: u32) -> (u32, &'a str) {
        let line = self.index.line(offset);
        (line, self.index.span(self.source, line).text(self.source))
    }

    /// The lines that `span` touches, without their line ends.
    pub(crate) fn touched(&self, span: Span) -> impl Iterator<Item = Span> + '_ {
        let last = self.index.line(span.end.max(span.start + 1) - 1);
        (self.index.line(span.start)..=last).map(|line| self.index.span(self.source, line))
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

#[cfg(test)]
mod tests {
    use dflint_parser::LineIndex;

    use super::Lines;

    #[test]
    fn columns_on_long_lines_are_counted_in_characters() {
        let long = "aé\u{1f433}".repeat(1000);
        for source in [
            format!("FROM a\n{long}\n{long}"),
            format!("\u{feff}{long}\n{long}"),
        ] {
            let lines = Lines::new(&source);
            let index = LineIndex::new(&source);
            let borders = (0..=source.len()).filter(|at| source.is_char_boundary(*at));
            for at in borders.map(|at| at as u32) {
                assert_eq!(lines.position(at), index.position(&source, at), "{at}");
            }
        }
    }
}
