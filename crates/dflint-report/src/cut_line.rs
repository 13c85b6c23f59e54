//! A line that is too long to be shown, as the snippet renderer sees it.

use std::ops::Range;

use codespan_reporting::files::{Error, Files};
use dflint_parser::Position;

/// A file that consists of one line, cut, and still says where that line stands.
pub(crate) struct CutLine<'a> {
    pub(crate) name: &'a str,
    /// What is left of the line.
    pub(crate) text: &'a str,
    /// The place to look at in the whole file.
    pub(crate) place: Position,
}

impl<'a> Files<'a> for CutLine<'_> {
    type FileId = ();
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, (): ()) -> Result<&'a str, Error> {
        Ok(self.name)
    }

    fn source(&'a self, (): ()) -> Result<&'a str, Error> {
        Ok(self.text)
    }

    fn line_index(&'a self, (): (), _byte_index: usize) -> Result<usize, Error> {
        Ok(0)
    }

    fn line_number(&'a self, (): (), _line_index: usize) -> Result<usize, Error> {
        Ok(self.place.line as usize)
    }

    fn column_number(
        &'a self,
        (): (),
        _line_index: usize,
        _byte_index: usize,
    ) -> Result<usize, Error> {
        Ok(self.place.column as usize)
    }

    fn line_range(&'a self, (): (), _line_index: usize) -> Result<Range<usize>, Error> {
        Ok(0..self.text.len())
    }
}
