//! The files of a report made into text on all processors, written one after the other.

use std::io;

use rayon::prelude::*;

use crate::model::FileReport;

/// How many files are made into text before it is written: their text is held in memory.
pub(crate) const BATCH: usize = 64;

/// Calls `make` for every file, several at once, and `write` with what it made, in their order.
pub(crate) fn each_in_order<T: Send>(
    files: &[FileReport],
    make: impl Fn(&FileReport) -> io::Result<T> + Sync,
    mut write: impl FnMut(T) -> io::Result<()>,
) -> io::Result<()> {
    // Starting threads would take longer than the work.
    if let [file] = files {
        return write(make(file)?);
    }
    for batch in files.chunks(BATCH) {
        let made: Vec<T> = batch.par_iter().map(&make).collect::<io::Result<_>>()?;
        made.into_iter().try_for_each(&mut write)?;
    }
    Ok(())
}
