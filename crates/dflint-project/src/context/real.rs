//! Directories with links resolved, each looked at once.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The directories whose real paths are known.
#[derive(Debug, Default)]
pub(crate) struct RealPaths {
    /// By directory, as text: the parts of a path take long to hash.
    known: HashMap<OsString, Option<PathBuf>>,
}

impl RealPaths {
    /// The real path of `directory` (absolute and clean); `None` where there is no such directory.
    ///
    /// What stands above it is resolved once for all directories: asking the system about each part
    /// of each path took a thirtieth of a run.
    pub(crate) fn of(&mut self, directory: &Path) -> Option<PathBuf> {
        if let Some(known) = self.known.get(directory.as_os_str()) {
            return known.clone();
        }
        let real = self.resolve(directory);
        self.known.insert(directory.into(), real.clone());
        real
    }

    fn resolve(&mut self, directory: &Path) -> Option<PathBuf> {
        let (Some(above), Some(name)) = (directory.parent(), directory.file_name()) else {
            return fs::canonicalize(directory).ok();
        };
        let path = self.of(above)?.join(name);
        let kind = path.symlink_metadata().ok()?.file_type();
        if kind.is_symlink() {
            return fs::canonicalize(path).ok().filter(|real| real.is_dir());
        }
        kind.is_dir().then_some(path)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::RealPaths;

    #[cfg(unix)]
    #[test]
    fn links_are_resolved_at_any_depth() {
        use std::os::unix::fs::symlink;

        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        fs::create_dir_all(at("a/b/c")).unwrap();
        fs::write(at("a/file"), "").unwrap();
        symlink("a/b", at("link")).unwrap();
        symlink("gone", at("dangling")).unwrap();
        symlink("a/file", at("to-file")).unwrap();
        let mut paths = RealPaths::default();
        for path in [
            "", "a", "a/b/c", "link", "link/c", "a/file", "a/file/x", "dangling", "to-file", "gone",
        ] {
            let real = fs::canonicalize(at(path));
            let want = real.ok().filter(|real| real.is_dir());
            assert_eq!(paths.of(&at(path)), want, "{path}");
            assert_eq!(paths.of(&at(path)), want, "{path}, asked again");
        }
    }
}
