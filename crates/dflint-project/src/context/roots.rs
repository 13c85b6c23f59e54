//! Where projects begin.

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The directories in which the projects of a run begin, each looked for once.
#[derive(Debug, Default)]
pub struct Roots {
    /// By directory, as text (the parts of a path take long to hash): the nearest one with a
    /// `.git` in or above it.
    known: Mutex<HashMap<OsString, Option<Arc<Path>>>>,
}

impl Roots {
    /// The nearest directory with a `.git` in or above `directory` (absolute and clean); `None`
    /// where there is none.
    #[must_use]
    pub fn of(&self, directory: &Path) -> Option<Arc<Path>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut passed = Vec::new();
        let mut root = None;
        for ancestor in directory.ancestors() {
            if let Some(found) = known.get(ancestor.as_os_str()) {
                root.clone_from(found);
                break;
            }
            passed.push(ancestor);
            if ancestor.join(".git").exists() {
                root = Some(Arc::from(ancestor));
                break;
            }
        }
        known.extend(
            passed
                .into_iter()
                .map(|it| (it.as_os_str().to_owned(), root.clone())),
        );
        root
    }
}

#[cfg(test)]
mod tests {
    use super::Roots;

    #[test]
    fn a_project_begins_where_its_repository_does() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        std::fs::create_dir_all(at("outer/.git")).unwrap();
        std::fs::create_dir_all(at("outer/a/b")).unwrap();
        std::fs::create_dir_all(at("outer/inner/.git")).unwrap();
        let roots = Roots::default();
        let root = |path: &str| roots.of(&at(path)).map(|root| root.to_path_buf());
        assert_eq!(root("outer/a/b"), Some(at("outer")));
        assert_eq!(root("outer/a"), Some(at("outer")));
        assert_eq!(root("outer/inner"), Some(at("outer/inner")));
        assert_ne!(root("elsewhere"), Some(at("outer")));
    }
}
