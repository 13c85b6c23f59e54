//! What a run is told.

use std::sync::Arc;

use dflint_build::ModelOptions;
use dflint_rules::RuleOptions;

use crate::script_judge::ScriptJudge;
use crate::selection::{ActiveRules, Preset, Selection, UnknownName};

/// What holds for all files that share a configuration.
pub struct Settings {
    /// The rules that run.
    pub rules: ActiveRules,
    /// What the rules are told.
    pub options: RuleOptions,
    /// What the model of the build is told.
    pub model: ModelOptions,
    /// Whether `# dflint ignore=` and `# hadolint ignore=` comments count.
    pub pragmas: bool,
    /// The program that judges the scripts of `RUN`, where one is asked for.
    pub script_judge: Option<Arc<dyn ScriptJudge>>,
}

impl Settings {
    /// Settings for `selection`, everything else as usual.
    ///
    /// # Errors
    ///
    /// A name in the selection that nothing answers to.
    pub fn new(selection: &Selection) -> Result<Self, UnknownName> {
        Ok(Self {
            rules: selection.resolve()?,
            options: RuleOptions::default(),
            model: match selection.preset {
                // BuildKit's checks look at the file alone.
                Preset::Buildkit => ModelOptions::like_buildkit_checks(),
                _ => ModelOptions::default(),
            },
            pragmas: true,
            script_judge: None,
        })
    }
}
