//! Ready-made selections.

use dflint_knowledge::{RulePage, Severity};
use dflint_rules::Dialect;

use crate::ignore::EXPERIMENTAL;

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
        let of_tool = |tool: Origin| {
            let codes = page
                .codes
                .iter()
                .copied()
                .filter(|code| Origin::of(code) == tool && *code != EXPERIMENTAL);
            match codes.collect::<Vec<_>>() {
                codes if codes.is_empty() => Share::None,
                codes => Share::Codes(codes),
            }
        };
        match self {
            Self::Recommended if page.default => Share::Whole,
            Self::Recommended => Share::None,
            Self::Buildkit => of_tool(Origin::Buildkit),
            Self::Hadolint => of_tool(Origin::Hadolint),
            Self::All => Share::Whole,
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
        // BuildKit knows warnings only.
        (self == Self::Buildkit && Origin::of(code) == Origin::Buildkit)
            .then_some(Severity::Warning)
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
