//! What a pattern becomes: a comparison, or a regular expression of Go's.

use std::iter::Peekable;
use std::str::Chars;

use super::expression::Expression;

/// How a pattern is matched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Matcher {
    Exact,
    /// The text without its `**` at the end.
    Prefix,
    /// The text without its `**` in front.
    Suffix,
    Expression(Expression),
    /// The regular expression is refused, which shows only when something is matched.
    Broken,
}

/// Which of them it is, before the expression is read.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Exact,
    Prefix,
    Suffix,
    Expression,
}

impl Matcher {
    /// Works out how `pattern` is matched; `None` where it is not valid.
    pub(super) fn of(pattern: &str) -> Option<Self> {
        if !is_valid(pattern) {
            return None;
        }
        let (kind, expression) = translate(pattern);
        Some(match kind {
            Kind::Exact => Self::Exact,
            Kind::Prefix => Self::Prefix,
            Kind::Suffix => Self::Suffix,
            Kind::Expression => {
                Expression::parse(&expression).map_or(Self::Broken, Self::Expression)
            }
        })
    }
}

/// Whether Go's `filepath.Match` takes the pattern when it matches it with `.`, as BuildKit has it
/// do: it looks at the pieces between stars up to the first that does not match.
fn is_valid(pattern: &str) -> bool {
    let mut name = Some('.');
    let mut rest = pattern.chars().peekable();
    while rest.peek().is_some() {
        let mut after_star = false;
        while rest.next_if_eq(&'*').is_some() {
            after_star = true;
        }
        let chunk = rest.clone();
        let Some(found) = match_chunk(&mut rest, name) else {
            return false;
        };
        let is_last = rest.peek().is_none();
        let matched = |found: &Found| found.matches && (found.left.is_none() || !is_last);
        name = if matched(&found) {
            found.left
        } else if !after_star || name.is_none() {
            return true;
        } else {
            // The star takes the only character.
            match match_chunk(&mut chunk.clone(), None) {
                Some(found) if matched(&found) => None,
                _ => return true,
            }
        };
    }
    true
}

/// What a piece between stars comes to.
struct Found {
    matches: bool,
    /// What it leaves of the name.
    left: Option<char>,
}

/// Matches the pattern up to the next star with `name`; `None` where the piece is not valid.
fn match_chunk(chars: &mut Peekable<Chars<'_>>, name: Option<char>) -> Option<Found> {
    let mut found = Found {
        matches: true,
        left: name,
    };
    while let Some(ch) = chars.next_if(|ch| *ch != '*') {
        let name = found.left.take();
        let is_matched = match ch {
            '[' => skip_class(chars, name)?,
            '?' => name.is_some(),
            '\\' => Some(chars.next()?) == name,
            ch => Some(ch) == name,
        };
        found.matches &= is_matched;
    }
    Some(found)
}

/// Goes behind a `[…]` and says whether `name` is in it; `None` where it is not closed, or empty.
fn skip_class(chars: &mut Peekable<Chars<'_>>, name: Option<char>) -> Option<bool> {
    let negated = chars.next_if_eq(&'^').is_some();
    let (mut is_empty, mut is_in) = (true, false);
    loop {
        if !is_empty && chars.next_if_eq(&']').is_some() {
            return Some(name.is_some() && is_in != negated);
        }
        let low = class_character(chars)?;
        let high = match chars.next_if_eq(&'-') {
            Some(_) => class_character(chars)?,
            None => low,
        };
        is_in |= name.is_some_and(|name| (low..=high).contains(&name));
        is_empty = false;
    }
}

fn class_character(chars: &mut Peekable<Chars<'_>>) -> Option<char> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' => chars.next(),
        ch => Some(ch),
    }
}

/// `Pattern.compile`: the regular expression, which knows nothing of classes while it is written.
fn translate(pattern: &str) -> (Kind, String) {
    let mut expression = "^".to_owned();
    let mut kind = Kind::Exact;
    let mut chars = pattern.chars().peekable();
    let mut is_first = true;
    while let Some(ch) = chars.next() {
        match ch {
            '*' if chars.next_if_eq(&'*').is_some() => {
                chars.next_if_eq(&'/');
                let is_last = chars.peek().is_none();
                if is_last && kind == Kind::Exact {
                    kind = Kind::Prefix;
                } else {
                    expression.push_str(if is_last { ".*" } else { "(.*/)?" });
                    kind = Kind::Expression;
                }
                if is_first {
                    kind = Kind::Suffix;
                }
            }
            '*' | '?' => {
                expression.push_str(if ch == '*' { "[^/]*" } else { "[^/]" });
                kind = Kind::Expression;
            }
            '\\' => {
                expression.push(ch);
                expression.extend(chars.next());
                kind = Kind::Expression;
            }
            '.' | '+' | '(' | ')' | '$' => expression.extend(['\\', ch]),
            '[' | ']' => {
                expression.push(ch);
                kind = Kind::Expression;
            }
            // Those that Go means to escape too, `{`, `|` and `}`, it does not.
            _ => expression.push(ch),
        }
        is_first = false;
    }
    expression.push('$');
    (kind, expression)
}

#[cfg(test)]
mod tests {
    use super::{is_valid, translate};

    #[test]
    fn patterns_are_translated_as_mobys() {
        for (pattern, expression) in [
            ("a*b?", "^a[^/]*b[^/]$"),
            ("**/a", "^(.*/)?a$"),
            ("a/**", "^a/$"),
            ("*/**", "^[^/]*/.*$"),
            ("a.b{c|d}", "^a\\.b{c|d}$"),
            ("[a*]", "^[a[^/]*]$"),
            ("\\*", "^\\*$"),
        ] {
            assert_eq!(translate(pattern).1, expression, "{pattern}");
        }
    }

    #[test]
    fn what_go_takes_is_valid() {
        for pattern in [
            "",
            "[a]",
            "[^a-c]",
            "[a\\]]",
            "[z-a]",
            "a]",
            "\\[",
            "[\\-]",
            // What stands behind a piece that does not match is not looked at.
            "a*[a-]",
            "x*[",
            "x*\\",
            "a*b*[",
            "?*x*[a-]",
            "[/]**[a-]",
            "[$]/**/[a-]",
        ] {
            assert!(is_valid(pattern), "{pattern}");
        }
        for pattern in [
            "[", "[]", "[]a]", "[^]", "[a", "[a-]", "[-a]", "[a-b-c]", "\\",
        ] {
            assert!(!is_valid(pattern), "{pattern}");
        }
    }
}
