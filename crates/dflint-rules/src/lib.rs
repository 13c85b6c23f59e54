//! dflint's rules, one file each.
//!
//! A rule is a page in `rules/<category>/<rule-name>.md` and code in
//! `src/<category>/<rule_name>.rs`; the build script pairs them and declares the modules, so there
//! is nothing else to register.

mod archive;
mod base_name;
mod blind_command;
mod cache_mounts;
mod casing;
mod container;
mod context;
mod embedded;
mod exposed_port;
mod file_facts;
mod finding;
mod harmless_value;
mod hidden;
mod label;
mod lines;
mod options;
mod package_calls;
mod place;
mod platform_flag;
mod rule;
mod run_flags;
mod run_view;
mod scan;
mod secret_file;
mod secret_literal;
mod secret_mount;
mod secret_text;
mod sent_files;
mod set;
mod spdx;
mod stage_name;
mod stage_split;
mod suggestion;
mod variable;
mod visit;
mod written;

pub use context::{Context, Dialect, Site};
pub use file_facts::FileFacts;
pub use finding::{Finding, Findings};
pub use hidden::Secrets;
pub use options::{CachePolicy, LabelFormat, RuleOptions};
pub use registry::REGISTRY;
pub use rule::{RegisteredRule, Rule};
pub use set::RuleSet;

/// The modules of all rules and [`REGISTRY`], written by the build script.
mod registry {
    include!(concat!(env!("OUT_DIR"), "/registry.rs"));
}
