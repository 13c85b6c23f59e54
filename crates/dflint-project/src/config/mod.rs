//! Configuration: what a `dflint.toml` and those it extends say, or else hadolint's own.

mod error;
mod file;
mod hadolint;
mod load;
mod nearest;

use std::path::{Path, PathBuf};

use dflint_linter::Selection;
use dflint_rules::RuleOptions;

use crate::exclude::Patterns;

pub use error::ConfigError;
pub use file::FailOn;
pub use load::migrate;
pub use nearest::ConfigFiles;

/// The configuration of the files below one directory, everything it extends taken in.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The files it was read from, the most general first.
    pub files: Vec<PathBuf>,
    /// The rules that run.
    pub selection: Selection,
    /// Rules to leave out in some files.
    pub per_file_ignores: Vec<(Patterns, Vec<String>)>,
    /// What the rules are told.
    pub options: RuleOptions,
    /// The least severity that fails a run, where it is said.
    pub fail_on: Option<FailOn>,
    /// What a search leaves out.
    pub exclude: Vec<Patterns>,
    /// Whether ignore comments are disregarded.
    pub without_ignore_comments: bool,
    /// Whether ShellCheck reads scripts, where it is said.
    pub shellcheck: Option<bool>,
    /// ShellCheck itself, absolute; where absent it is looked up in `PATH`.
    pub shellcheck_program: Option<PathBuf>,
    /// Whether only BuildKit builds, whatever the other files of the project say.
    pub only_buildkit: bool,
    /// Build contexts, the longest pattern first.
    pub contexts: Vec<(Patterns, PathBuf)>,
}

impl Config {
    /// Reads the configuration file at `path` (absolute) and those it extends.
    ///
    /// # Errors
    ///
    /// A file that cannot be read, a key or value that is not known, a rule name that nothing
    /// answers to, files that extend each other in a circle.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        load::load(path)
    }

    /// Reads the configuration file at `path` (absolute), where there is one, and those it extends.
    /// Where it is not dflint's, hadolint's `environment` variables (name and value; others are
    /// left aside) count besides.
    ///
    /// # Errors
    ///
    /// As [`Config::load`], and a variable whose value is not understood.
    pub fn load_with_environment(
        path: Option<&Path>,
        environment: &[(String, String)],
    ) -> Result<Self, ConfigError> {
        load::load_with_environment(path, environment)
    }

    /// The rules to leave out in the file at `path` (absolute and clean).
    pub fn ignored_in(&self, path: &Path) -> impl Iterator<Item = &str> {
        self.per_file_ignores
            .iter()
            .filter(|(patterns, _)| patterns.matches(path, false))
            .flat_map(|(_, rules)| rules.iter().map(String::as_str))
    }

    /// The build context of the Dockerfile at `path` (absolute and clean), where it is said.
    #[must_use]
    pub fn context_of(&self, path: &Path) -> Option<&Path> {
        self.contexts
            .iter()
            .find(|(patterns, _)| patterns.matches(path, false))
            .map(|(_, directory)| directory.as_path())
    }
}

/// The JSON Schema of a `dflint.toml`, as kept in `docs/dflint.schema.json`.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(file::ConfigFile);
    format!("{:#}\n", schema.to_value())
}
