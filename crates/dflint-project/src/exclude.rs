//! Patterns of files to leave out.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Patterns as in a `.gitignore`, relative to one directory.
#[derive(Debug, Clone)]
pub struct Patterns {
    root: PathBuf,
    matcher: Gitignore,
    length: usize,
}

/// A pattern that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("invalid pattern `{pattern}`: {reason}")]
pub struct PatternError {
    /// The pattern as written.
    pub pattern: String,
    /// What is wrong with it.
    pub reason: String,
}

impl Patterns {
    /// The patterns, meant relative to `root` (absolute).
    ///
    /// # Errors
    ///
    /// The first pattern that is no glob.
    pub fn new<S: AsRef<str>>(
        root: &Path,
        patterns: impl IntoIterator<Item = S>,
    ) -> Result<Self, PatternError> {
        let invalid = |pattern: &str, reason: String| PatternError {
            pattern: pattern.to_owned(),
            reason,
        };
        let failed = |pattern: &str, error: &ignore::Error| invalid(pattern, error.to_string());
        let mut builder = GitignoreBuilder::new(root);
        let mut length = 0;
        for pattern in patterns {
            let pattern = pattern.as_ref();
            let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
            length += pattern.len();
            if has_open_class(pattern) {
                return Err(invalid(pattern, "`[` has no `]`".to_owned()));
            }
            builder
                .add_line(None, pattern)
                .map_err(|error| failed(pattern, &error))?;
        }
        let matcher = builder.build().map_err(|error| failed("", &error))?;
        Ok(Self {
            root: root.to_owned(),
            matcher,
            length,
        })
    }

    /// The bytes of all patterns: of two that mean a file, the longer one is taken to be meant
    /// for it.
    #[must_use]
    pub fn length(&self) -> usize {
        self.length
    }

    /// Whether `path` (absolute and clean) or a directory above it is meant.
    #[must_use]
    pub fn matches(&self, path: &Path, is_directory: bool) -> bool {
        // Outside the root nothing is meant, and the matcher must not be asked.
        let Ok(within) = path.strip_prefix(&self.root) else {
            return false;
        };
        self.matcher
            .matched_path_or_any_parents(within, is_directory)
            .is_ignore()
    }
}

/// Whether a class of characters is not closed. As in git, such a pattern would match nothing.
fn has_open_class(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '[' => {
                chars.next_if(|c| matches!(c, '!' | '^'));
                // A `]` in front is a member.
                chars.next_if_eq(&']');
                if !chars.any(|c| c == ']') {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Patterns;

    #[test]
    fn patterns_mean_what_gitignore_means() {
        let patterns = Patterns::new(
            Path::new("/p"),
            ["vendor/", "*.old", "/top", "./dotted", "!keep.old"],
        )
        .unwrap();
        for (path, meant) in [
            ("/p/vendor/a/Dockerfile", true),
            ("/p/x/vendor/Dockerfile", true),
            ("/p/Dockerfile.old", true),
            ("/p/keep.old", false),
            ("/p/top", true),
            ("/p/x/top", false),
            ("/p/dotted", true),
            ("/elsewhere/vendor/Dockerfile", false),
        ] {
            assert_eq!(patterns.matches(Path::new(path), false), meant, "{path}");
        }
    }

    #[test]
    fn a_broken_pattern_is_named() {
        let error = Patterns::new(Path::new("/p"), ["a{b", "c"]).unwrap_err();
        assert_eq!(error.pattern, "a{b");
    }

    #[test]
    fn classes_must_be_closed() {
        for pattern in ["[", "a[b", "[]", "[!]", "x/[a-z"] {
            assert!(
                Patterns::new(Path::new("/"), [pattern]).is_err(),
                "{pattern}"
            );
        }
        for pattern in ["[ab]", "\\[", "[]]", "[!]]", "a]", "[[]"] {
            assert!(
                Patterns::new(Path::new("/"), [pattern]).is_ok(),
                "{pattern}"
            );
        }
    }
}
