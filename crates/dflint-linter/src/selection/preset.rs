//! Ready-made selections.

use dflint_knowledge::{PresetCode, RulePage, Severity, buildkit_preset, hadolint_preset, pages};
use dflint_rules::Dialect;

/// A ready-made selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Preset {
    /// What is worth everybody's attention.
    #[default]
    Recommended,
    /// BuildKit's own checks.
    Buildkit,
    /// hadolint's rules at hadolint's severities.
    Hadolint,
    /// Every rule.
    All,
}

/// What a preset takes of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Share {
    None,
    Whole,
    /// The findings that answer to these codes.
    Codes(Vec<&'static str>),
}

impl Preset {
    /// All presets, in the order in which documentation lists them.
    pub const ALL: [Self; 4] = [Self::Recommended, Self::Buildkit, Self::Hadolint, Self::All];

    /// The name in configuration and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recommended => "recommended",
            Self::Buildkit => "buildkit",
            Self::Hadolint => "hadolint",
            Self::All => "all",
        }
    }

    pub(crate) fn share(self, page: &RulePage) -> Share {
        match self {
            Self::Recommended if page.default => Share::Whole,
            Self::Recommended => Share::None,
            Self::All => Share::Whole,
            // hadolint brings all of ShellCheck with it.
            Self::Hadolint if page.name == pages::SHELLCHECK.name => Share::Whole,
            Self::Buildkit | Self::Hadolint => {
                let known = |code: &&str| self.entry(code).is_some_and(|entry| entry.default);
                match page.codes.iter().copied().filter(known).collect::<Vec<_>>() {
                    codes if codes.is_empty() => Share::None,
                    codes => Share::Codes(codes),
                }
            }
        }
    }

    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::Recommended | Self::All => Dialect::Dflint,
            Self::Buildkit => Dialect::Buildkit,
            Self::Hadolint => Dialect::Hadolint,
        }
    }

    /// The severity that the preset gives to findings that answer to `code`, where it has one of
    /// its own.
    pub(crate) fn severity(self, code: &str) -> Option<Severity> {
        self.entry(code).map(|entry| entry.severity)
    }

    /// Whether the preset's tool knows `code` but runs it only when somebody asks, which hadolint
    /// takes a configured severity for.
    pub(crate) fn is_asked_for_by_severity(self, code: &str) -> bool {
        self == Self::Hadolint && self.entry(code).is_some_and(|entry| !entry.default)
    }

    fn entry(self, code: &str) -> Option<&'static PresetCode> {
        let table = match self {
            Self::Recommended | Self::All => return None,
            Self::Buildkit => buildkit_preset(),
            Self::Hadolint => hadolint_preset(),
        };
        table.iter().find(|entry| entry.code == code)
    }
}

/// The tool that a code is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Origin {
    Buildkit,
    Hadolint,
    Shellcheck,
}

impl Origin {
    /// The tool that `code` is from, by its form: `DL3008`, `SC2086`, `StageNameCasing`.
    pub(crate) fn of(code: &str) -> Self {
        let numbered = |prefix| {
            code.strip_prefix(prefix).is_some_and(|number: &str| {
                !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
            })
        };
        if numbered("DL") {
            Self::Hadolint
        } else if numbered("SC") {
            Self::Shellcheck
        } else {
            Self::Buildkit
        }
    }

    pub(crate) fn dialect(self) -> Dialect {
        match self {
            Self::Buildkit => Dialect::Buildkit,
            Self::Hadolint => Dialect::Hadolint,
            Self::Shellcheck => Dialect::Dflint,
        }
    }
}
