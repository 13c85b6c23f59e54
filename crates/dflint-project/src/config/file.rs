//! What stands in a `dflint.toml`.

use std::collections::BTreeMap;

use dflint_knowledge::Severity;
use dflint_linter::Preset;
use dflint_rules::{CachePolicy, LabelFormat};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// Configuration of dflint: `dflint.toml` or `.dflint.toml`, the nearest one in a Dockerfile's
/// directory or above it.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[schemars(title = "dflint configuration")]
pub(crate) struct ConfigFile {
    /// Another configuration file to start from, relative to this file. What is said here wins
    /// over it; lists other than `select` add to its lists.
    #[schemars(with = "Option<String>")]
    pub(crate) extends: Option<Spanned<String>>,

    /// The rules to start from.
    pub(crate) preset: Option<PresetName>,

    /// Rules that take the place of the preset's: rule names, codes such as `DL3008`, categories
    /// or `ALL`.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) select: Option<Vec<Spanned<String>>>,

    /// Rules to add.
    #[schemars(with = "Vec<String>")]
    pub(crate) extend_select: Vec<Spanned<String>>,

    /// Rules to leave out.
    #[schemars(with = "Vec<String>")]
    pub(crate) ignore: Vec<Spanned<String>>,

    /// Severities other than the usual ones, by rule name, code or category.
    #[schemars(with = "BTreeMap<String, Level>")]
    pub(crate) severity: BTreeMap<Spanned<String>, Level>,

    /// Rules to leave out in the files that a pattern means. Patterns are those of `.gitignore`,
    /// relative to this file.
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    pub(crate) per_file_ignores: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,

    /// The least severity of a finding that makes dflint exit with 1.
    pub(crate) fail_on: Option<FailOn>,

    /// Files and directories that are left out of a search. Patterns are those of `.gitignore`,
    /// relative to this file.
    #[schemars(with = "Vec<String>")]
    pub(crate) exclude: Vec<Spanned<String>>,

    /// Whether comments such as `# dflint ignore=` and `# hadolint ignore=` count.
    pub(crate) ignore_comments: Option<bool>,

    /// The build context of the Dockerfiles that a pattern means. Patterns are those of
    /// `.gitignore`; patterns and directories are relative to this file. The longest pattern that
    /// means a Dockerfile counts.
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) context: BTreeMap<Spanned<String>, Spanned<String>>,

    /// What builds the Dockerfiles.
    pub(crate) builder: Option<BuilderName>,

    /// Options of rules.
    pub(crate) options: Options,

    /// Whether and how ShellCheck reads the scripts of `RUN`.
    pub(crate) shellcheck: ShellcheckSection,
}

/// Whether and how ShellCheck reads the scripts of `RUN`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct ShellcheckSection {
    /// Whether it does. Where nothing is said, it does under the preset `hadolint` if it is
    /// installed.
    pub(crate) enabled: Option<bool>,

    /// The program, relative to this file; without it, `shellcheck` is looked up in `PATH`.
    #[schemars(with = "Option<String>")]
    pub(crate) path: Option<Spanned<String>>,
}

/// Options of rules.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Options {
    /// How package caches are kept out of images.
    pub(crate) cache_policy: Option<Policy>,

    /// Registries that images may come from; `*`, `*suffix` and `prefix*` are understood.
    pub(crate) trusted_registries: Option<Vec<String>>,

    /// The labels that a stage must carry, and what their values look like.
    pub(crate) label_schema: BTreeMap<String, LabelValue>,

    /// Whether labels outside of the schema are reported.
    pub(crate) strict_labels: Option<bool>,
}

/// A ready-made selection of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PresetName {
    /// What is worth everybody's attention.
    Recommended,
    /// BuildKit's own checks.
    Buildkit,
    /// The rules of hadolint at its severities.
    Hadolint,
    /// Every rule.
    All,
}

/// What builds the Dockerfiles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BuilderName {
    /// BuildKit, and what the other files of the project call.
    Detect,
    /// BuildKit, whatever the other files of the project call.
    Buildkit,
}

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Level {
    /// The build fails or the image is wrong.
    Error,
    /// It should be changed.
    Warning,
    /// It is good to know.
    Info,
    /// A matter of taste.
    Style,
}

/// The least severity of a finding that makes dflint exit with 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs, reason = "the names are those of severities")]
pub enum FailOn {
    Error,
    #[default]
    Warning,
    Info,
    Style,
    /// Findings never do.
    Never,
}

/// How package caches are kept out of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Policy {
    /// In a cache mount, so that the next build finds them.
    Mount,
    /// Switched off or deleted in the same step.
    Cleanup,
}

/// What the value of a label looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LabelValue {
    /// Anything that is not empty.
    Text,
    /// An absolute URL.
    Url,
    /// A date and time as in RFC 3339.
    Rfc3339,
    /// An SPDX licence expression.
    Spdx,
    /// A Git commit id.
    Hash,
    /// A semantic version.
    Semver,
    /// An e-mail address.
    Email,
}

impl FailOn {
    /// Every choice, from the one that fails least often.
    pub const ALL: [Self; 5] = [
        Self::Never,
        Self::Error,
        Self::Warning,
        Self::Info,
        Self::Style,
    ];

    /// The name in configuration and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Style => "style",
            Self::Never => "never",
        }
    }

    /// Whether a finding of `severity` fails the run.
    #[must_use]
    pub fn reached_by(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Info => severity >= Severity::Info,
            Self::Style => true,
            Self::Never => false,
        }
    }
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Recommended => Self::Recommended,
            PresetName::Buildkit => Self::Buildkit,
            PresetName::Hadolint => Self::Hadolint,
            PresetName::All => Self::All,
        }
    }
}

impl From<Level> for Severity {
    fn from(level: Level) -> Self {
        match level {
            Level::Error => Self::Error,
            Level::Warning => Self::Warning,
            Level::Info => Self::Info,
            Level::Style => Self::Style,
        }
    }
}

impl From<Policy> for CachePolicy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Mount => Self::Mount,
            Policy::Cleanup => Self::Cleanup,
        }
    }
}

impl From<LabelValue> for LabelFormat {
    fn from(value: LabelValue) -> Self {
        match value {
            LabelValue::Text => Self::Text,
            LabelValue::Url => Self::Url,
            LabelValue::Rfc3339 => Self::Rfc3339,
            LabelValue::Spdx => Self::Spdx,
            LabelValue::Hash => Self::Hash,
            LabelValue::Semver => Self::SemVer,
            LabelValue::Email => Self::Email,
        }
    }
}

impl ConfigFile {
    /// Where in the file the rule name `name` is written, in bytes.
    pub(crate) fn place_of(&self, name: &str) -> Option<std::ops::Range<usize>> {
        let lists = [
            self.select.as_deref(),
            Some(&self.extend_select),
            Some(&self.ignore),
        ];
        lists
            .into_iter()
            .flatten()
            .flatten()
            .chain(self.severity.keys())
            .chain(self.per_file_ignores.values().flatten())
            .find(|written| written.get_ref() == name)
            .map(Spanned::span)
    }
}
