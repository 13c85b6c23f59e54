//! `.dockerignore` with the rules of `moby/patternmatcher`.

use crate::path;

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
            Matcher::Elements(elements) => matches(elements, path),
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
    /// that matches it or a directory it is in decides (`MatchesOrParentMatches`).
    #[must_use]
    pub fn excludes(&self, path: &str) -> bool {
        let mut excluded = false;
        for pattern in &self.patterns {
            if pattern.is_exception == excluded && matches_with_parents(pattern, path) {
                excluded = !pattern.is_exception;
            }
        }
        excluded
    }
}

/// Whether a pattern (of `COPY`, or of `--exclude`) takes in `path` or a directory it is in; one
/// that is not valid takes in everything.
pub fn selects(pattern: &str, path: &str) -> bool {
    read_pattern(pattern).map_or(true, |pattern| matches_with_parents(&pattern, path))
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
    let matcher = compile(&text).ok_or_else(|| PatternError::Syntax(text.clone()))?;
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

#[derive(Debug, Clone, PartialEq, Eq)]
enum Matcher {
    Exact,
    /// The text without its `**` at the end.
    Prefix,
    /// The text without its `**` in front.
    Suffix,
    Elements(Vec<Element>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Element {
    Char(char),
    /// `?`: any character but a slash.
    NotSlash,
    /// `*`: any number of those.
    NotSlashes,
    /// `**` at the end: anything.
    Anything,
    /// `**`: any number of directories.
    Directories,
    /// `[…]`.
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
}

/// Works out how a pattern is matched; `None` where it is not valid.
fn compile(text: &str) -> Option<Matcher> {
    let mut elements = Vec::new();
    let mut chars = text.chars().peekable();
    let mut matcher = Matcher::Exact;
    let in_full = || Matcher::Elements(Vec::new());
    let mut is_first = true;
    while let Some(ch) = chars.next() {
        match ch {
            '*' if chars.next_if_eq(&'*').is_some() => {
                chars.next_if_eq(&'/');
                matcher = match (chars.peek(), &matcher) {
                    _ if is_first => Matcher::Suffix,
                    (None, Matcher::Exact) => Matcher::Prefix,
                    _ => in_full(),
                };
                elements.push(match chars.peek() {
                    Some(_) => Element::Directories,
                    None => Element::Anything,
                });
            }
            '*' => {
                elements.push(Element::NotSlashes);
                matcher = in_full();
            }
            '?' => {
                elements.push(Element::NotSlash);
                matcher = in_full();
            }
            '\\' => {
                elements.push(Element::Char(chars.next()?));
                matcher = in_full();
            }
            '[' => {
                elements.push(class(&mut chars)?);
                matcher = in_full();
            }
            _ => elements.push(Element::Char(ch)),
        }
        is_first = false;
    }
    if let Matcher::Elements(all) = &mut matcher {
        *all = elements;
    }
    Some(matcher)
}

/// The rest of a `[…]`; `None` where it is not closed or empty.
fn class(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<Element> {
    let negated = chars.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    loop {
        let low = match chars.next()? {
            ']' if ranges.is_empty() => return None,
            ']' => return Some(Element::Class { negated, ranges }),
            '-' => return None,
            '\\' => chars.next()?,
            ch => ch,
        };
        let high = match chars.next_if_eq(&'-') {
            None => low,
            Some(_) => match chars.next()? {
                ']' | '-' => return None,
                '\\' => chars.next()?,
                ch => ch,
            },
        };
        ranges.push((low, high));
    }
}

/// Whether the whole of `path` matches, in time proportional to elements times length.
fn matches(elements: &[Element], path: &str) -> bool {
    let chars: Vec<char> = path.chars().collect();
    let end = chars.len();
    // For each place: whether what follows there matches the elements looked at so far.
    let mut rest: Vec<bool> = (0..=end).map(|at| at == end).collect();
    for element in elements.iter().rev() {
        let mut row = Vec::with_capacity(end + 1);
        let mut later = false;
        for at in (0..=end).rev() {
            let here = rest.get(at).copied().unwrap_or(false);
            let next = rest.get(at + 1).copied().unwrap_or(false);
            let ch = chars.get(at).copied();
            let matched = match element {
                Element::Char(wanted) => next && ch == Some(*wanted),
                Element::NotSlash => next && ch != Some('/'),
                Element::NotSlashes => here || (later && ch != Some('/')),
                Element::Anything => here || later,
                Element::Directories => {
                    later = later || (next && ch == Some('/'));
                    here || later
                }
                Element::Class { negated, ranges } => {
                    let is_in = |ch| {
                        ranges
                            .iter()
                            .any(|(low, high)| (*low..=*high).contains(&ch))
                    };
                    next && ch.is_some_and(|ch| is_in(ch) != *negated)
                }
            };
            if !matches!(element, Element::Directories) {
                later = matched;
            }
            row.push(matched);
        }
        row.reverse();
        rest = row;
    }
    rest.first().copied().unwrap_or(false)
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
