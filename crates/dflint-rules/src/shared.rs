//! What several rules derive from the same file, each derived once.

use std::cell::OnceCell;

use crate::cache_mounts::Defect;
use crate::run_view::HadolintView;

/// What the rules of a run share about one file. Everything is derived when a rule first asks.
#[derive(Default)]
pub struct Shared<'a> {
    /// The scripts as hadolint reads them, for its dialect.
    pub(crate) hadolint: HadolintView<'a>,
    /// What is wrong with cache mounts, for the rules that report one kind of defect each.
    pub(crate) cache_mounts: OnceCell<Vec<Defect>>,
}
