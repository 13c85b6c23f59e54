//! What a promise lets differ between two operations.

use crate::keeps::Keeps;

/// What may differ.
#[derive(Debug, Clone, Copy)]
pub(super) enum Allowance<'k> {
    /// Nothing.
    None,
    /// Cache mounts, and these texts of commands.
    Commands {
        removed: &'k [String],
        added: &'k [String],
    },
    /// How files get to the same place.
    Copies,
}

impl<'k> Allowance<'k> {
    pub(super) fn of(keeps: &'k Keeps) -> Self {
        match keeps {
            Keeps::Commands { removed, added } => Self::Commands { removed, added },
            Keeps::Copies => Self::Copies,
            Keeps::Everything | Keeps::Comments { .. } | Keeps::Order { .. } | Keeps::Nothing => {
                Self::None
            }
        }
    }

    /// Whether cache mounts may come, go and change.
    pub(super) fn frees_cache_mounts(self) -> bool {
        matches!(self, Self::Commands { .. })
    }
}
