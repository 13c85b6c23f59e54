//! What a case has shown: a row of a table.

use super::image::Difference;

/// The columns that every row has.
pub(super) struct Subject {
    pub(super) name: String,
    pub(super) about: String,
    /// Whether dflint was told to apply unsafe fixes.
    pub(super) is_unsafe: bool,
    /// The version of what is fixed, as it says itself.
    pub(super) version: String,
    /// The day, and the engine's version.
    pub(super) stamp: String,
}

/// A fix that keeps the image.
pub(super) struct Row {
    pub(super) subject: Subject,
    /// How many files the build made.
    pub(super) files: usize,
    /// With an empty cache, and with the cache that the first build filled.
    pub(super) differences: [Difference; 2],
    /// What a source change makes run, before and after the fix.
    pub(super) source: Option<[Counts; 2]>,
    /// What a new dependency makes run, before and after the fix.
    pub(super) dependency: Option<[Counts; 2]>,
}

/// What one build did.
#[derive(Debug, Clone, Copy)]
pub(super) struct Counts {
    /// Steps that ran.
    pub(super) steps: usize,
    /// Packages that were fetched.
    pub(super) packages: usize,
}

/// A fix that makes another image on purpose.
pub(super) struct Division {
    pub(super) subject: Subject,
    /// What the program printed, before and after the fix.
    pub(super) outputs: [String; 2],
    /// The images' sizes in bytes, before and after the fix.
    pub(super) sizes: [u64; 2],
}

impl Row {
    /// Whether the images are the same.
    pub(super) fn passed(&self) -> bool {
        self.differences.iter().all(Difference::is_empty)
    }
}

impl Division {
    /// Whether the program does the same in a smaller image.
    pub(super) fn passed(&self) -> bool {
        let [before, after] = self.sizes;
        self.has_same_output() && after < before
    }

    /// Whether the program printed something, and the same before and after.
    pub(super) fn has_same_output(&self) -> bool {
        let [before, after] = &self.outputs;
        before == after && !before.is_empty()
    }
}
