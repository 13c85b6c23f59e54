//! Which package manager a command is, and where its caches are.
//!
//! Everything comes from the tables of `dflint-knowledge`; nothing here knows a manager by name.
//! What cannot be known is [`Unknown`] with a reason, and no fix may build on it.

mod caches;
mod cleanup;
mod invocation;
mod site;
#[cfg(test)]
mod table_tests;
#[cfg(test)]
mod tests;
mod variant;

pub use caches::{
    Cache, CacheUse, Disabled, MovedBy, Owner, Place, Places, Unknown, caches, places,
};
pub use cleanup::{Coverage, Removal, RemovedPath, cleanup_of, removal};
pub use invocation::{Flag, Invocation, invocation};
pub use site::Site;
pub use variant::{Project, UnknownProject};
