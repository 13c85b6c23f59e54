//! Paths in an image or a build context.

pub(crate) use dflint_build::path::{below, is_within};
use dflint_build::path::{clean, join};

/// `path` without its slash in front.
pub(crate) fn relative(path: &str) -> &str {
    path.trim_start_matches('/')
}

/// `path` as seen from `directory`, absolute and clean.
pub(crate) fn resolve(directory: &str, path: &str) -> String {
    match path.starts_with('/') {
        true => clean(path),
        false => join(directory, path),
    }
}

/// The folder that an absolute path is in.
pub(crate) fn folder(path: &str) -> &str {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some((folder, _)) if !folder.is_empty() => folder,
        _ => "/",
    }
}

#[cfg(test)]
mod tests {
    use super::{below, folder, is_within};

    #[test]
    fn paths_are_compared_by_whole_parts() {
        assert_eq!(below("/app/src/a.py", "/app/"), Some("src/a.py"));
        assert_eq!(below("/application", "/app"), None);
        assert_eq!(below("/app/", "/app"), None);
        assert_eq!(below("/etc/hosts", "/"), Some("etc/hosts"));
        assert_eq!(folder("/app/src/"), "/app");
        assert_eq!(folder("/app"), "/");
        assert!(is_within("/app/", "/app"));
        assert!(is_within("/app/x", "/"));
        assert!(!is_within("/apple", "/app"));
    }
}
