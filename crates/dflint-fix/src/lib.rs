//! Edits to a Dockerfile: merged, applied, verified and shown as diffs.

mod edit;

pub use dflint_build::Keeps;
pub use edit::{Edit, Fix, Safety, Target};
