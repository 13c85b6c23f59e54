//! Line ends of the file that is edited.

use std::borrow::Cow;

use crate::edit::{Fix, Target};

/// How the lines of a file end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineEnding {
    /// `\n`.
    Lf,
    /// `\r\n`.
    CrLf,
}

impl LineEnding {
    /// How the first line of `source` ends; `\n` where it has no line end.
    #[must_use]
    pub fn of(source: &str) -> Self {
        match source.split_once('\n') {
            Some((line, _)) if line.ends_with('\r') => Self::CrLf,
            _ => Self::Lf,
        }
    }

    /// `text` with its line ends written so.
    #[must_use]
    pub fn write(self, text: &str) -> Cow<'_, str> {
        if self == Self::Lf || !text.contains('\n') {
            return Cow::Borrowed(text);
        }
        let mut written = String::with_capacity(text.len() + 8);
        for line in text.split_inclusive('\n') {
            match line.strip_suffix('\n') {
                Some(line) => {
                    written.push_str(line.strip_suffix('\r').unwrap_or(line));
                    written.push_str("\r\n");
                }
                None => written.push_str(line),
            }
        }
        Cow::Owned(written)
    }
}

impl Fix {
    /// Gives the lines that the fix brings into the Dockerfile the file's own line ends, so that
    /// rules can write `\n`.
    pub fn adopt(&mut self, line_ending: LineEnding) {
        for edit in &mut self.edits {
            if edit.target != Target::Dockerfile {
                continue;
            }
            if let Cow::Owned(text) = line_ending.write(&edit.text) {
                edit.text = text;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_decides() {
        assert_eq!(LineEnding::of("FROM a\r\nRUN b\n"), LineEnding::CrLf);
        assert_eq!(LineEnding::of("FROM a\nRUN b\r\n"), LineEnding::Lf);
        assert_eq!(LineEnding::of("FROM a\r"), LineEnding::Lf);
        assert_eq!(LineEnding::of(""), LineEnding::Lf);
    }

    #[test]
    fn only_missing_carriage_returns_are_added() {
        assert_eq!(LineEnding::CrLf.write("a\nb\r\nc"), "a\r\nb\r\nc");
        assert_eq!(LineEnding::CrLf.write("a b"), "a b");
        assert_eq!(LineEnding::Lf.write("a\r\nb\n"), "a\r\nb\n");
    }
}
