//! Programs that know more of shell scripts than any rule here.

use dflint_build::Model;
use dflint_rules::Finding;

/// A program that judges the scripts of `RUN`.
pub trait ScriptJudge: Send + Sync {
    /// What it finds in the file, as findings of the rule `shellcheck`. Called once each time the
    /// file is judged.
    fn judge(&self, model: &Model<'_>) -> Vec<Finding>;
}
