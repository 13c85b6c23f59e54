//! Which configuration file counts where.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::config::hadolint;
use crate::directories::Directories;

/// The names of a configuration file, the one that wins first.
const NAMES: [&str; 2] = ["dflint.toml", ".dflint.toml"];

/// The configuration files of a run: each directory is looked into once, whatever the number of
/// Dockerfiles in it or below it.
#[derive(Debug, Default)]
pub struct ConfigFiles {
    directories: Arc<Directories>,
    /// By directory, as text: the parts of a path take long to hash.
    known: Mutex<HashMap<OsString, Nearest>>,
}

/// The nearest files in a directory or above it.
#[derive(Debug, Clone, Default)]
struct Nearest {
    dflints: Option<Arc<Path>>,
    hadolints: Option<Arc<Path>>,
}

impl ConfigFiles {
    /// Files in directories that are listed in `directories`.
    #[must_use]
    pub fn new(directories: Arc<Directories>) -> Self {
        Self {
            directories,
            known: Mutex::default(),
        }
    }

    /// The configuration file that counts for files in `directory` (absolute): the nearest one
    /// there or above, hadolint's only where dflint has none.
    #[must_use]
    pub fn of(&self, directory: &Path) -> Option<Arc<Path>> {
        let nearest = self.nearest(directory);
        nearest.dflints.or(nearest.hadolints)
    }

    /// hadolint's configuration file that counts for files in `directory` (absolute).
    #[must_use]
    pub fn hadolints(&self, directory: &Path) -> Option<Arc<Path>> {
        self.nearest(directory).hadolints
    }

    fn nearest(&self, directory: &Path) -> Nearest {
        let mut nearest = Nearest::default();
        let mut unknown = Vec::new();
        for ancestor in directory.ancestors() {
            if let Some(known) = self.known().get(ancestor.as_os_str()) {
                nearest = known.clone();
                break;
            }
            unknown.push(ancestor);
        }
        // Not under the lock: two threads may look into the same directory, and find the same.
        for ancestor in unknown.into_iter().rev() {
            // Where Dockerfiles stand is listed for other questions too; above them it is not.
            let listed = (ancestor == directory).then_some(&*self.directories);
            let own = file_in(ancestor, &NAMES, listed);
            let hadolints = file_in(ancestor, &hadolint::NAMES, listed);
            nearest = Nearest {
                dflints: own.or(nearest.dflints),
                hadolints: hadolints.or(nearest.hadolints),
            };
            self.known().insert(ancestor.into(), nearest.clone());
        }
        nearest
    }

    fn known(&self) -> MutexGuard<'_, HashMap<OsString, Nearest>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first file of these names in `directory`.
fn file_in(directory: &Path, names: &[&str], listed: Option<&Directories>) -> Option<Arc<Path>> {
    names
        .iter()
        .filter(|name| listed.is_none_or(|listed| listed.has(directory, name)))
        .map(|name| directory.join(name))
        .find(|path| path.is_file())
        .map(Arc::from)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::ConfigFiles;

    #[test]
    fn the_nearest_file_counts_and_hadolints_only_without_one() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        for path in ["a/b/c", "d/e", "f/dflint.toml", "f/g"] {
            fs::create_dir_all(at(path)).unwrap();
        }
        for file in [
            "a/.dflint.toml",
            "a/b/.hadolint.yaml",
            "a/b/c/dflint.toml",
            "a/b/c/.dflint.toml",
            "d/.hadolint.yml",
            "d/.hadolint.yaml",
            "f/.hadolint.yml",
        ] {
            fs::write(at(file), "").unwrap();
        }
        let files = ConfigFiles::default();
        for (of, want) in [
            ("a", "a/.dflint.toml"),
            ("a/b", "a/.dflint.toml"),
            ("a/b/c", "a/b/c/dflint.toml"),
            ("a/b/c/gone", "a/b/c/dflint.toml"),
            ("d", "d/.hadolint.yaml"),
            ("d/e", "d/.hadolint.yaml"),
            ("f/g", "f/.hadolint.yml"),
        ] {
            assert_eq!(files.of(&at(of)).as_deref(), Some(&*at(want)), "{of}");
            assert_eq!(
                files.of(&at(of)).as_deref(),
                Some(&*at(want)),
                "{of}, again"
            );
        }
        let hadolints = files.hadolints(&at("a/b/c"));
        assert_eq!(hadolints.as_deref(), Some(&*at("a/b/.hadolint.yaml")));
        assert_eq!(files.hadolints(&at("a")), None);
    }
}
