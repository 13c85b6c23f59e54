//! Presets: the rule sets of other tools.
//!
//! The table is `data/presets.toml`. The presets `recommended` and `all` need no table: the pages
//! say what belongs to them.

use crate::page::Severity;

/// A code in another tool's rule set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PresetCode {
    /// The tool's name of the rule.
    pub code: &'static str,
    /// The severity it has there.
    pub severity: Severity,
    /// Whether the tool runs it unasked.
    pub default: bool,
}

mod table {
    use super::{PresetCode, Severity};

    include!(concat!(env!("OUT_DIR"), "/presets.rs"));
}

/// BuildKit's build checks, sorted by code.
#[must_use]
pub fn buildkit_preset() -> &'static [PresetCode] {
    table::BUILDKIT
}

/// hadolint's rules, sorted by code.
#[must_use]
pub fn hadolint_preset() -> &'static [PresetCode] {
    table::HADOLINT
}
