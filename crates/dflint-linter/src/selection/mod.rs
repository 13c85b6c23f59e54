//! Which rules run, and how serious their findings are.

mod name;
mod preset;
mod rules;
#[cfg(test)]
mod tests;

use dflint_knowledge::Severity;

pub(crate) use name::Name;
pub use name::UnknownName;
pub(crate) use preset::Origin;
pub use preset::Preset;
pub use rules::ActiveRules;

/// The rules somebody asks for, by the names people use: a rule's own name, another tool's code
/// (`DL3008`, `StageNameCasing`: only the findings that answer to it), a category, or `ALL`.
///
/// A narrower name wins over a wider one, whatever list it stands in; at equal width `ignore` wins.
/// A code that all findings of a rule answer to is as wide as the rule's name.
/// `ignore_always` wins over both.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Selection {
    /// Where to start from.
    pub preset: Preset,
    /// Takes the place of the preset's rules where not empty. The preset still decides on
    /// severities and on whose line is drawn where tools disagree.
    pub select: Vec<String>,
    /// Rules to add.
    pub extend_select: Vec<String>,
    /// Rules to leave out.
    pub ignore: Vec<String>,
    /// Rules to leave out whatever selects them, and however narrow its name.
    pub ignore_always: Vec<String>,
    /// Severities other than the usual ones; the narrowest name wins, then the last.
    pub severities: Vec<(String, Severity)>,
}

impl Selection {
    /// The rules themselves. The result is worth keeping for all files of a run.
    ///
    /// # Errors
    ///
    /// The first name that nothing answers to.
    pub fn resolve(&self) -> Result<ActiveRules, UnknownName> {
        ActiveRules::of(self)
    }
}
