//! dflint's rule pages and knowledge tables, compiled into static data.
//!
//! The folder this crate stands in is the knowledge itself: `<category>/<rule-name>.md` says what
//! a rule means, `data/*.toml` holds tables. The build script turns both into statics, so nothing
//! is parsed when dflint starts.

pub mod base_image;
pub mod glob;
pub mod leftovers;
pub mod package_manager;
mod page;
mod preset;
pub mod secret;
pub mod stage_split;

pub use base_image::{BaseImage, base_image};
pub use package_manager::{PackageManager, managers_of_command, package_manager};
pub use page::{Block, BlockKind, Category, Finder, Fixability, RulePage, Severity};
pub use preset::{PresetCode, buildkit_preset, hadolint_preset};

/// Every rule page under its own name (`pages::MISSING_CACHE_MOUNT`), and all of them in
/// [`pages::ALL`].
pub mod pages {
    #[allow(
        unused_imports,
        reason = "the folder may hold no page that uses one of them"
    )]
    use crate::page::{Block, BlockKind, Category, Finder, Fixability, RulePage, Severity};

    include!(concat!(env!("OUT_DIR"), "/pages.rs"));
}

/// The page of the rule called `name`.
#[must_use]
pub fn page(name: &str) -> Option<&'static RulePage> {
    let at = pages::ALL
        .binary_search_by(|page| page.name.cmp(name))
        .ok()?;
    pages::ALL.get(at).copied()
}

/// The pages of the rules that answer to another tool's code (`DL3042`), sorted by name; usually
/// one, none for an unknown code. Codes are case-sensitive.
pub fn pages_for_code(code: &str) -> impl Iterator<Item = &'static RulePage> {
    let start = pages::BY_CODE.partition_point(|(known, _)| *known < code);
    pages::BY_CODE
        .get(start..)
        .unwrap_or_default()
        .iter()
        .take_while(move |(known, _)| *known == code)
        .map(|&(_, page)| page)
}
