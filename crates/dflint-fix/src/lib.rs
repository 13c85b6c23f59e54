//! Edits to a Dockerfile: merged, applied, verified and shown as diffs.

mod diff;
mod edit;
mod line_ending;
mod patch;
mod verify;

pub use dflint_build::Keeps;
pub use diff::{Shown, new_file_diff, unified_diff};
pub use edit::{ContextChange, ContextFile, Edit, Fix, Safety, Target};
pub use line_ending::LineEnding;
pub use patch::{Conflict, Patch};
pub use verify::{Breach, comments_of_removed, verify};
