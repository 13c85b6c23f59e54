//! dflint's rule pages and knowledge tables, compiled into static data.
//!
//! The folder this crate stands in is the knowledge itself: `<category>/<rule-name>.md` says what
//! a rule means, `data/*.toml` holds tables. The build script turns both into statics, so nothing
//! is parsed when dflint starts.

mod page;

pub use page::{Block, BlockKind, Category, Fixability, RulePage, Severity};
