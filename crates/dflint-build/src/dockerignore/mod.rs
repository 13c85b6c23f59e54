//! `.dockerignore` with the rules of `moby/patternmatcher`.

mod expression;
mod matcher;

use crate::path;
use matcher::Matcher;

/// Why a line of `.dockerignore` makes BuildKit refuse it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// `!` alone.
    #[error("`!` without a pattern")]
    LoneExclamation,
    /// A bracket that is not closed, or an escape at the end.
    #[error("`{0}` is not a valid pattern")]
    Syntax(String),
}

/// The patterns of a `.dockerignore`, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DockerIgnore {
    patterns: Vec<Pattern>,
    errors: Vec<PatternError>,
}

/// One pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// Cleaned, without `!`.
    text: String,
    /// Whether it lets paths through again.
    is_exception: bool,
    matcher: Matcher,
}

impl Pattern {
    /// The pattern, cleaned, without `!`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it begins with `!` and lets paths through again.
    #[must_use]
    pub fn is_exception(&self) -> bool {
        self.is_exception
    }

    /// Whether it matches this very path (parents are not looked at).
    #[must_use]
    pub fn matches(&self, path: &str) -> bool {
        match &self.matcher {
            Matcher::Exact => path == self.text,
            Matcher::Prefix => path.starts_with(self.text.trim_end_matches("**")),
            Matcher::Suffix => {
                let suffix = self.text.get(2..).unwrap_or_default();
                path.ends_with(suffix) || suffix.strip_prefix('/') == Some(path)
            }
            Matcher::Expression(expression) => expression.matches(path),
            Matcher::Broken => false,
        }
    }
}

impl DockerIgnore {
    /// Reads a `.dockerignore`. Patterns that BuildKit would refuse are left out and listed in
    /// [`DockerIgnore::errors`].
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut this = Self::default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for line in text.lines() {
            if line.starts_with('#') {
                continue;
            }
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            match read_pattern(line) {
                Ok(pattern) => this.patterns.push(pattern),
                Err(error) => this.errors.push(error),
            }
        }
        this
    }

    /// The patterns in order.
    #[must_use]
    pub fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// What BuildKit would refuse.
    #[must_use]
    pub fn errors(&self) -> &[PatternError] {
        &self.errors
    }

    /// Whether any pattern lets paths through again.
    #[must_use]
    pub fn has_exceptions(&self) -> bool {
        self.patterns.iter().any(Pattern::is_exception)
    }

    /// Whether `path` (cleaned, relative to the context) stays out of the build: the last pattern
    /// that matches it or a directory it is in decides (`MatchesOrParentMatches`). A pattern that
    /// becomes no regular expression ends the search with nothing found.
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        let mut excluded = false;
        for pattern in &self.patterns {
            if pattern.is_exception != excluded {
                continue;
            }
            if pattern.matcher == Matcher::Broken {
                return false;
            }
            if matches_with_parents(pattern, path) {
                excluded = !pattern.is_exception;
            }
        }
        excluded
    }
}

/// Whether a pattern (of `COPY`, or of `--exclude`) takes in `path` or a directory it is in; one
/// that is not valid takes in everything.
pub fn selects(pattern: &str, path: &str) -> bool {
    let takes_in = |pattern: Pattern| {
        pattern.matcher == Matcher::Broken || matches_with_parents(&pattern, path)
    };
    read_pattern(pattern).map_or(true, takes_in)
}

fn matches_with_parents(pattern: &Pattern, path: &str) -> bool {
    // Of a path that begins with a slash the first parent is empty, which `*` matches; the root
    // counts only right above the path.
    let mut parents = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    let below_root = path.rfind('/') == Some(0) && path != "/";
    pattern.matches(path)
        || parents.any(|parent| pattern.matches(parent))
        || below_root && pattern.matches("/")
}

/// Reads one line that is neither empty nor a comment.
fn read_pattern(line: &str) -> Result<Pattern, PatternError> {
    // What the file is read into is read again as a list of patterns, so that `./!a` is an
    // exception, and `!/` one of nothing.
    let listed = listed_pattern(line);
    let cleaned = path::clean(listed.trim());
    let (text, is_exception) = match cleaned.strip_prefix('!') {
        Some("") => return Err(PatternError::LoneExclamation),
        Some(rest) => (rest.to_owned(), true),
        None => (cleaned, false),
    };
    let matcher = Matcher::of(&text).ok_or_else(|| PatternError::Syntax(text.clone()))?;
    Ok(Pattern {
        text,
        is_exception,
        matcher,
    })
}

/// A line as `ignorefile.ReadAll` lists it: cleaned, relative, `!` in front.
fn listed_pattern(line: &str) -> String {
    let (sign, written) = match line.strip_prefix('!') {
        Some(rest) => ("!", rest.trim()),
        None => ("", line),
    };
    if written.is_empty() {
        return sign.to_owned();
    }
    let cleaned = path::clean(written);
    let relative = cleaned.strip_prefix('/').filter(|rest| !rest.is_empty());
    format!("{sign}{}", relative.unwrap_or(&cleaned))
}

#[cfg(test)]
mod tests {
    use super::{DockerIgnore, PatternError};

    fn excluded(ignore: &str, path: &str) -> bool {
        DockerIgnore::parse(ignore).excludes(path)
    }

    #[test]
    fn patterns_match_like_mobys() {
        for (ignore, path, want) in [
            ("file", "file", true),
            ("file", "dir/file", false),
            ("dir", "dir/file", true),
            ("dir/", "dir/file", true),
            ("/dir", "dir/file", true),
            ("./dir//x", "dir/x", true),
            ("*", "a/b", true),
            ("*.md", "README.md", true),
            ("*.md", "docs/README.md", false),
            ("**/*.md", "docs/README.md", true),
            ("**/*.md", "README.md", true),
            ("**", "a/b", true),
            ("**/foo", "foo", true),
            ("**/foo", "a/b/foo", true),
            ("**/foo", "a/bfoo", false),
            ("**foo", "a/bfoo", true),
            ("dir/**", "dir/a/b", true),
            ("dir/**", "dir", false),
            ("dir**", "directory/x", true),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("a/**/b", "a/xb", false),
            ("?at", "cat", true),
            ("?at", "/at", false),
            ("[a-c]at", "bat", true),
            ("[^a-c]at", "bat", false),
            ("\\*", "*", true),
            ("\\*", "x", false),
            (".*", ".env", true),
            (".*", ".", true),
            ("a.b", "axb", false),
            ("*.py[co]", "x.pyc", true),
            ("# comment\nx", "x", true),
            (" # not a comment", "# not a comment", true),
            ("\u{feff}x", "x", true),
            ("x\r\ny\r\n", "x", true),
            ("ü*", "über", true),
            ("*|b", "x", true),
            ("*.a|*.b", "x", false),
            ("x*.{a,b}", "x.a", false),
            ("[[:alpha:]]x", "ax", true),
            // No regular expression of Go's, which ends the search.
            ("a\n[b-a]", "c", false),
            ("b*\n!b[b-a]", "bc", false),
        ] {
            assert_eq!(excluded(ignore, path), want, "{ignore:?} {path:?}");
        }
    }

    #[test]
    fn absolute_paths_have_an_empty_parent() {
        for (ignore, path, want) in [
            ("*", "/a", true),
            ("*", "/a/b", true),
            ("/", "/a", true),
            ("/", "/a/b", false),
            ("b", "/a", false),
        ] {
            assert_eq!(excluded(ignore, path), want, "{ignore} {path}");
        }
    }

    #[test]
    fn the_last_match_decides() {
        let ignore = "*\n./!src\nsrc/*.log\n! keep.log";
        for (path, want) in [
            ("README", true),
            ("src", false),
            ("src/main.rs", false),
            ("src/x.log", true),
            ("keep.log", false),
        ] {
            assert_eq!(excluded(ignore, path), want, "{path}");
        }
        assert!(DockerIgnore::parse(ignore).has_exceptions());
    }

    #[test]
    fn what_buildkit_refuses_is_listed() {
        let ignore = DockerIgnore::parse("!\n[a\n[]\nx\\\nok\n!/\n./!/");
        assert_eq!(ignore.patterns().len(), 1);
        assert_eq!(ignore.errors().len(), 6);
        for lone in [0, 4, 5] {
            assert_eq!(ignore.errors()[lone], PatternError::LoneExclamation);
        }
    }

    #[test]
    fn stars_do_not_explode() {
        let pattern = "*a".repeat(200);
        assert!(!excluded(
            &pattern,
            &"a".repeat(5_000).replace("aaaaa", "aaaab")
        ));
    }
}
