//! The patterns of `${x#p}`, `${x%p}` and `${x/p/r}`.
//!
//! BuildKit turns a pattern into a Go regular expression without flags: `*` is `.*`, `?` is `.`,
//! neither matches a line feed, and there are no brackets. Matching here prefers what that
//! expression would prefer, in time proportional to pattern times text.

use super::ExpandError;

/// One element of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Star,
    AnyChar,
    Char(char),
}

/// A pattern ready to match.
#[derive(Debug)]
pub(super) struct Pattern {
    elements: Vec<Element>,
    greedy: bool,
}

impl Pattern {
    /// Reads a pattern; `greedy` says whether `*` takes as much or as little as it can.
    pub(super) fn new(source: &str, greedy: bool) -> Result<Self, ExpandError> {
        Self::from_chars(source.chars(), source, greedy)
    }

    fn from_chars(
        chars: impl Iterator<Item = char>,
        source: &str,
        greedy: bool,
    ) -> Result<Self, ExpandError> {
        let mut elements = Vec::new();
        let mut chars = chars.peekable();
        while let Some(ch) = chars.next() {
            let element = match ch {
                '*' => Element::Star,
                '?' => Element::AnyChar,
                // The escape in front of what ends the pattern is not part of it.
                '\\' if matches!(chars.peek(), Some('}' | '/')) => continue,
                '\\' => match chars.next() {
                    Some(escaped @ ('*' | '?' | '\\')) => Element::Char(escaped),
                    other => {
                        return Err(ExpandError::InvalidPattern {
                            pattern: source.to_owned(),
                            escape: other.unwrap_or(char::REPLACEMENT_CHARACTER),
                        });
                    }
                },
                literal => Element::Char(literal),
            };
            elements.push(element);
        }
        Ok(Self { elements, greedy })
    }

    /// How many comparisons matching against `text` may take.
    pub(super) fn cost(&self, text: &str) -> usize {
        (self.elements.len() + 1).saturating_mul(text.len() + 1)
    }

    /// For each place in `text` where a match can begin, where the preferred one ends.
    fn ends(&self, text: &[char]) -> Vec<Option<usize>> {
        let mut ends: Vec<Option<usize>> = (0..=text.len()).map(Some).collect();
        for element in self.elements.iter().rev() {
            match element {
                Element::Star => self.extend_star(text, &mut ends),
                Element::AnyChar => step(text, &mut ends, |ch| ch != '\n'),
                Element::Char(wanted) => step(text, &mut ends, |ch| ch == *wanted),
            }
        }
        ends
    }

    fn extend_star(&self, text: &[char], ends: &mut [Option<usize>]) {
        let mut longer: Option<usize> = None;
        for (here, end) in ends.iter_mut().enumerate().rev() {
            let longer_here = longer.filter(|_| text.get(here).is_some_and(|ch| *ch != '\n'));
            *end = if self.greedy {
                longer_here.or(*end)
            } else {
                (*end).or(longer_here)
            };
            longer = *end;
        }
    }

    /// `text` without the prefix that the pattern matches.
    pub(super) fn trim_prefix(&self, text: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let end = self.ends(&chars).first().copied().flatten().unwrap_or(0);
        chars.into_iter().skip(end).collect()
    }

    /// `text` with the leftmost match replaced by `replacement`.
    pub(super) fn replace_first(&self, text: &str, replacement: &str) -> String {
        let chars: Vec<char> = text.chars().collect();
        let ends = self.ends(&chars);
        let Some((start, end)) = next_match(&ends, 0) else {
            return text.to_owned();
        };
        let before = chars.iter().take(start);
        let after = chars.iter().skip(end);
        before
            .copied()
            .chain(replacement.chars())
            .chain(after.copied())
            .collect()
    }

    /// `text` with every match replaced; `template` is read as Go's `Regexp.Expand` reads it.
    /// `None` when the result would grow beyond `limit` bytes.
    pub(super) fn replace_all(&self, text: &str, template: &str, limit: usize) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let ends = self.ends(&chars);
        let mut out = String::new();
        let mut copied = 0;
        let mut at = 0;
        while at <= chars.len() {
            let Some((start, end)) = next_match(&ends, at) else {
                break;
            };
            out.extend(chars.get(copied..start).unwrap_or_default());
            // An empty match right after a match does not count.
            if end > copied || start == 0 {
                let matched: String = chars.get(start..end).unwrap_or_default().iter().collect();
                expand_template(template, &matched, &mut out);
            }
            if out.len() > limit {
                return None;
            }
            copied = end;
            at = end.max(at + 1);
        }
        out.extend(chars.get(copied..).unwrap_or_default());
        Some(out)
    }
}

/// `text` without the suffix that `pattern` matches.
///
/// Both are reversed, as in BuildKit: the shortest suffix is the shortest prefix of the reverse.
pub(super) fn trim_suffix(
    pattern: &str,
    text: &str,
    greedy: bool,
) -> Result<(Pattern, String), ExpandError> {
    let reversed = reverse_pattern(pattern);
    let compiled = Pattern::from_chars(reversed.iter().copied(), pattern, greedy)?;
    Ok((compiled, text.chars().rev().collect()))
}

/// Reverses a pattern, each escape staying in front of what it escapes.
fn reverse_pattern(pattern: &str) -> Vec<char> {
    let mut reversed = Vec::with_capacity(pattern.len());
    let mut chars = pattern.chars();
    while let Some(ch) = chars.next() {
        if ch == '\\'
            && let Some(escaped) = chars.next()
        {
            reversed.push(escaped);
        }
        reversed.push(ch);
    }
    reversed.reverse();
    reversed
}

/// The first match that begins at `from` or later.
fn next_match(ends: &[Option<usize>], from: usize) -> Option<(usize, usize)> {
    let found = ends.iter().enumerate().skip(from);
    found
        .into_iter()
        .find_map(|(start, end)| Some((start, (*end)?)))
}

/// One element that takes exactly one character.
fn step(text: &[char], ends: &mut [Option<usize>], matches: impl Fn(char) -> bool) {
    for here in 0..ends.len() {
        let next = ends.get(here + 1).copied().flatten();
        let matched = text.get(here).is_some_and(|ch| matches(*ch));
        if let Some(end) = ends.get_mut(here) {
            *end = next.filter(|_| matched);
        }
    }
}

/// Go's replacement templates: `$0` and `${0}` are the match, other groups do not exist, `$$` is a
/// dollar sign, a malformed reference stays as it is.
fn expand_template(template: &str, matched: &str, out: &mut String) {
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            out.push('$');
            rest = after;
            continue;
        }
        let Some((name, after)) = group_name(after) else {
            out.push('$');
            rest = after;
            continue;
        };
        if name == "0" {
            out.push_str(matched);
        }
        rest = after;
    }
    out.push_str(rest);
}

/// The group that a template names after `$`, and what follows it.
fn group_name(text: &str) -> Option<(&str, &str)> {
    let (body, braced) = match text.strip_prefix('{') {
        Some(body) => (body, true),
        None => (text, false),
    };
    let end = body
        .find(|ch: char| !(ch.is_alphanumeric() || ch == '_'))
        .unwrap_or(body.len());
    let (name, after) = body.split_at(end);
    if name.is_empty() {
        return None;
    }
    if braced {
        return Some((name, after.strip_prefix('}')?));
    }
    Some((name, after))
}

#[cfg(test)]
mod tests {
    use super::{Pattern, trim_suffix};

    fn prefix(pattern: &str, text: &str, greedy: bool) -> String {
        Pattern::new(pattern, greedy).unwrap().trim_prefix(text)
    }

    fn suffix(pattern: &str, text: &str, greedy: bool) -> String {
        let (compiled, reversed) = trim_suffix(pattern, text, greedy).unwrap();
        compiled.trim_prefix(&reversed).chars().rev().collect()
    }

    fn all(pattern: &str, text: &str, template: &str) -> String {
        let compiled = Pattern::new(pattern, true).unwrap();
        compiled.replace_all(text, template, 1 << 20).unwrap()
    }

    #[test]
    fn prefixes() {
        for (pattern, text, shortest, longest) in [
            ("*/", "a/b/c", "b/c", "c"),
            ("a?", "abc", "c", "c"),
            ("\\*", "*x", "x", "x"),
            ("\\/a", "/ab", "b", "b"),
            ("x", "abc", "abc", "abc"),
            ("*", "a\nb", "a\nb", "\nb"),
            ("[a]", "[a]b", "b", "b"),
            ("", "abc", "abc", "abc"),
            ("v*.", "v1.2.3", "2.3", "3"),
        ] {
            assert_eq!(prefix(pattern, text, false), shortest, "{pattern} {text}");
            assert_eq!(prefix(pattern, text, true), longest, "{pattern} {text}");
        }
    }

    #[test]
    fn suffixes() {
        for (pattern, text, shortest, longest) in [
            (".*", "1.2.3", "1.2", "1"),
            ("\\*c", "a*c", "a", "a"),
            ("-*-?", "x-1-2-3", "x-1-2-3", "x"),
            ("c", "abc", "ab", "ab"),
        ] {
            if pattern == "-*-?" {
                assert_eq!(suffix(pattern, text, true), longest);
                continue;
            }
            assert_eq!(suffix(pattern, text, false), shortest, "{pattern} {text}");
            assert_eq!(suffix(pattern, text, true), longest, "{pattern} {text}");
        }
    }

    #[test]
    fn bad_escapes_are_errors() {
        assert!(Pattern::new("\\a", true).is_err());
        assert!(Pattern::new("a\\", true).is_err());
    }

    #[test]
    fn first_match() {
        let replaced = |pattern: &str, text| {
            Pattern::new(pattern, true)
                .unwrap()
                .replace_first(text, "$0-")
        };
        assert_eq!(replaced("b", "abcb"), "a$0-cb");
        assert_eq!(replaced("b*", "abcb"), "a$0-");
        assert_eq!(replaced("x", "abc"), "abc");
        assert_eq!(replaced("", "abc"), "$0-abc");
    }

    #[test]
    fn every_match() {
        for (pattern, text, template, want) in [
            ("b", "abcb", "x", "axcx"),
            ("b", "abc", "<$0>", "a<b>c"),
            ("b", "abc", "<${0}$$$1$name>", "a<b$>c"),
            ("b", "abc", "$-${", "a$-${c"),
            ("", "ab", "-", "-a-b-"),
            ("*", "ab", "-", "-"),
            ("*", "a\nb", "-", "-\n-"),
            (".", "1.2.3", "", "123"),
            ("x", "abc", "y", "abc"),
        ] {
            assert_eq!(
                all(pattern, text, template),
                want,
                "{pattern} {text} {template}"
            );
        }
    }

    #[test]
    fn growth_is_limited() {
        let compiled = Pattern::new("a", true).unwrap();
        assert_eq!(
            compiled.replace_all(&"a".repeat(100), &"b".repeat(100), 1_000),
            None
        );
    }
}
