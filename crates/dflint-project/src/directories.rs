//! The directories of a run, each listed once.
//!
//! The search for other builders, for a Dockerfile's build context and for what stands in it all
//! look at the same directories; asking the system each time took longer than judging the files.

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, FileType};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The most names of one directory; a larger one is not listed.
const MAX_NAMES: usize = 100_000;

/// The most names that are kept for who asks next.
const MAX_KEPT: usize = 200_000;

/// The directories that were listed.
#[derive(Debug, Default)]
pub struct Directories {
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    /// By directory, as text: the parts of a path take long to hash.
    listings: HashMap<OsString, Option<Arc<Listing>>>,
    names: usize,
}

/// What stands in a directory.
#[derive(Debug)]
pub(crate) struct Listing {
    /// Sorted by name.
    items: Vec<Item>,
}

/// A name in a directory.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) name: OsString,
    /// Of the name itself: a link is not followed.
    pub(crate) kind: FileType,
}

impl Directories {
    /// What stands in `directory`; `None` where it cannot be read or is too large.
    pub(crate) fn list(&self, directory: &Path) -> Option<Arc<Listing>> {
        if let Some(known) = self.known().listings.get(directory.as_os_str()) {
            return known.clone();
        }
        // Not under the lock: two threads may list the same directory, and find the same.
        let listing = Listing::read(directory).map(Arc::new);
        let mut known = self.known();
        let names = listing.as_ref().map_or(1, |it| it.items.len() + 1);
        if known.names + names <= MAX_KEPT {
            known.names += names;
            known.listings.insert(directory.into(), listing.clone());
        }
        listing
    }

    /// Whether there is something at `path` (relative, with `/`, and clean) in `directory`.
    pub(crate) fn has(&self, directory: &Path, path: &str) -> bool {
        let first = path.split('/').next().unwrap_or(path);
        match self.list(directory) {
            Some(listing) if listing.kind_of(first.as_ref()).is_none() => false,
            Some(_) if first.len() == path.len() => true,
            _ => directory.join(path).symlink_metadata().is_ok(),
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listing {
    fn read(directory: &Path) -> Option<Self> {
        let mut items = Vec::new();
        for entry in fs::read_dir(directory).ok()? {
            let entry = entry.ok()?;
            if items.len() == MAX_NAMES {
                return None;
            }
            items.push(Item {
                kind: entry.file_type().ok()?,
                name: entry.file_name(),
            });
        }
        items.sort_by(|one, other| one.name.cmp(&other.name));
        items.shrink_to_fit();
        Some(Self { items })
    }

    pub(crate) fn items(&self) -> &[Item] {
        &self.items
    }

    /// What stands there by the name of `name`.
    pub(crate) fn kind_of(&self, name: &OsStr) -> Option<FileType> {
        let at = self
            .items
            .binary_search_by(|item| item.name.as_os_str().cmp(name));
        self.items.get(at.ok()?).map(|item| item.kind)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::Directories;

    #[test]
    fn names_are_found_at_any_depth() {
        let project = tempfile::tempdir().unwrap();
        let at = |path: &str| project.path().join(path);
        fs::create_dir_all(at("b/c")).unwrap();
        fs::write(at("b/c/d"), "").unwrap();
        fs::write(at("a"), "").unwrap();
        let directories = Directories::default();
        for (path, stands) in [
            ("a", true),
            ("b/c/d", true),
            ("b/d", false),
            ("c", false),
            ("a/b", false),
        ] {
            assert_eq!(directories.has(project.path(), path), stands, "{path}");
        }
        let listing = directories.list(project.path()).unwrap();
        let names: Vec<_> = listing.items().iter().map(|it| it.name.clone()).collect();
        assert_eq!(names, ["a", "b"]);
        assert!(directories.list(&at("a")).is_none(), "no directory");
    }

    #[test]
    fn a_directory_is_listed_once() {
        let project = tempfile::tempdir().unwrap();
        let directories = Directories::default();
        assert!(!directories.has(project.path(), "late"));
        fs::write(project.path().join("late"), "").unwrap();
        assert!(!directories.has(project.path(), "late"));
    }
}
