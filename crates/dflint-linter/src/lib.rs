//! One call from source and settings to findings and fixed source.

mod builders;
mod finding;
mod fix;
mod frozen;
mod ignore;
mod lint;
mod protected;
mod script_judge;
mod selection;
mod settings;
mod source;
mod surroundings;
mod windows;

pub use dflint_rules::Secrets;
pub use finding::Finding;
pub use fix::{Allowed, Applied, FixReport, fix, lint_with_checked_fixes};
pub use frozen::Frozen;
pub use ignore::{Scope, Tool, UnusedIgnore};
pub use lint::{Report, lint, lint_parsed};
pub use script_judge::ScriptJudge;
pub use selection::{ActiveRules, Preset, Selection, UnknownName};
pub use settings::Settings;
pub use source::{Source, TooLarge};
pub use surroundings::Surroundings;
