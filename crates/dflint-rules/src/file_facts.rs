//! Facts of a file that several rules ask for, each derived once.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};

use crate::cache_mounts::Defect;
use crate::package_calls::RunCommands;
use crate::run_view::HadolintView;

/// What is derived from one file, for all rules. Each fact is derived when a rule first asks.
#[derive(Default)]
pub struct FileFacts<'m, 'a> {
    /// The scripts as hadolint reads them, for its dialect.
    pub(crate) hadolint: HadolintView<'a>,
    /// The commands of each `RUN`.
    pub(crate) run_commands: RunCommands<'m>,
    /// What is wrong with cache mounts, for the rules that report one kind of defect each.
    pub(crate) cache_mounts: OnceCell<Vec<Defect>>,
    /// The names of the secrets that steps mount.
    pub(crate) secret_ids: OnceCell<HashSet<String>>,
    /// The names under which fixes mount secrets, with what tells the secrets apart.
    pub(crate) given_secrets: RefCell<HashMap<String, String>>,
}
