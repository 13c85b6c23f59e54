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

/// Whether Go's `filepath.Match` takes the pattern.
fn is_valid(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    while let Some(ch) = chars.next() {
        let goes_on = match ch {
            '\\' => chars.next().is_some(),
            '[' => skip_class(&mut chars).is_some(),
            _ => true,
        };
        if !goes_on {
            return false;
        }
    }
    true
}

/// Goes behind a `[…]`; `None` where it is not closed, or empty.
fn skip_class(chars: &mut Peekable<Chars<'_>>) -> Option<()> {
    chars.next_if_eq(&'^');
    let mut is_empty = true;
    loop {
        if chars.next_if_eq(&']').is_some() {
            return (!is_empty).then_some(());
        }
        skip_character(chars)?;
        if chars.next_if_eq(&'-').is_some() {
            skip_character(chars)?;
        }
        is_empty = false;
    }
}

fn skip_character(chars: &mut Peekable<Chars<'_>>) -> Option<()> {
    match chars.next()? {
        '-' | ']' => None,
        '\\' => chars.next().map(drop),
        _ => Some(()),
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
        for pattern in ["", "[a]", "[^a-c]", "[a\\]]", "[z-a]", "a]", "\\[", "[\\-]"] {
            assert!(is_valid(pattern), "{pattern}");
        }
        for pattern in [
            "[", "[]", "[]a]", "[^]", "[a", "[a-]", "[-a]", "[a-b-c]", "\\",
        ] {
            assert!(!is_valid(pattern), "{pattern}");
        }
    }
}
