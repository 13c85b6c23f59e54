//! The regular expressions that patterns become, as Go's `regexp` reads them: the part of its
//! syntax that a pattern can hold.
//!
//! Not the `regex` crate: it reads `[[a]b]` and `[a&&b]` as sets of sets, which Go does not, and takes
//! some 35 µs to compile one pattern, of which a template for `.dockerignore` tries dozens a file.

use std::iter::Peekable;
use std::str::Chars;

/// How often something may be repeated, in all of an expression, so that matching stays fast.
const MOST_REPETITIONS: usize = 1000;

/// A regular expression: one of the alternatives is found somewhere in the path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Expression(Vec<Vec<Element>>);

/// A piece of an alternative.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Element {
    /// One character of the set.
    One(Set),
    /// One or none.
    Optional(Set),
    /// Any number.
    Many(Set),
    /// `(.*/)?`: any number of directories.
    Directories,
    /// The path begins here.
    Start,
    /// The path ends here.
    End,
}

/// Some characters.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Set {
    negated: bool,
    ranges: Vec<(char, char)>,
}

impl Set {
    fn of(ranges: &[(char, char)]) -> Self {
        Self {
            negated: false,
            ranges: ranges.to_vec(),
        }
    }

    fn but(ranges: &[(char, char)]) -> Self {
        Self {
            negated: true,
            ranges: ranges.to_vec(),
        }
    }

    fn only(ch: char) -> Self {
        Self::of(&[(ch, ch)])
    }

    fn has(&self, ch: char) -> bool {
        let mut ranges = self.ranges.iter();
        ranges.any(|(low, high)| (*low..=*high).contains(&ch)) != self.negated
    }
}

impl Expression {
    /// Reads an expression; `None` where Go refuses it, or where it holds what nobody writes into
    /// a pattern (`\\p`, `\\Q`, `\\b`).
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut alternatives = vec![Vec::new()];
        let mut left = MOST_REPETITIONS;
        let mut rest = text.chars().peekable();
        while let Some(ch) = rest.next() {
            let elements = alternatives.last_mut()?;
            let set = match ch {
                '|' => {
                    alternatives.push(Vec::new());
                    continue;
                }
                '^' => {
                    elements.push(Element::Start);
                    continue;
                }
                '$' => {
                    elements.push(Element::End);
                    continue;
                }
                // The only group is `(.*/)?`.
                '(' => {
                    rest.by_ref().take("(.*/)?".len() - 1).for_each(drop);
                    elements.push(Element::Directories);
                    continue;
                }
                '.' => Set::but(&[('\n', '\n')]),
                '[' => class(&mut rest)?,
                '\\' => match rest.next_if(|ch| matches!(ch, 'A' | 'z')) {
                    Some(anchor) => {
                        let is_start = anchor == 'A';
                        elements.push(if is_start {
                            Element::Start
                        } else {
                            Element::End
                        });
                        continue;
                    }
                    None => escape(&mut rest)?,
                },
                ch => Set::only(ch),
            };
            repeat(elements, set, &mut rest, &mut left)?;
        }
        Some(Self(alternatives))
    }

    /// Whether the expression is found in `path`, in time proportional to elements times length.
    pub(super) fn matches(&self, path: &str) -> bool {
        let chars: Vec<char> = path.chars().collect();
        self.0.iter().any(|elements| is_found(elements, &chars))
    }
}

/// Pushes `set` as often as what follows it says.
fn repeat(
    elements: &mut Vec<Element>,
    set: Set,
    rest: &mut Peekable<Chars<'_>>,
    left: &mut usize,
) -> Option<()> {
    if rest.next_if_eq(&'*').is_some() {
        elements.push(Element::Many(set));
        return Some(());
    }
    let mut ahead = rest.clone();
    let Some((least, most)) = counts(&mut ahead) else {
        elements.push(Element::One(set));
        return Some(());
    };
    *rest = ahead;
    *left = left.checked_sub(most.unwrap_or(least))?;
    elements.extend(std::iter::repeat_n(Element::One(set.clone()), least));
    match most {
        None => elements.push(Element::Many(set)),
        Some(most) => {
            let more = most.checked_sub(least)?;
            elements.extend(std::iter::repeat_n(Element::Optional(set), more));
        }
    }
    // A repetition cannot be repeated.
    counts(&mut rest.clone()).is_none().then_some(())
}

/// `{least}`, `{least,}` or `{least,most}`; anything else is text.
fn counts(rest: &mut Peekable<Chars<'_>>) -> Option<(usize, Option<usize>)> {
    rest.next_if_eq(&'{')?;
    let inside: String = rest.take_while(|ch| *ch != '}').collect();
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok())?
    };
    match inside.split_once(',') {
        None => number(&inside).map(|count| (count, Some(count))),
        Some((least, "")) => number(least).map(|least| (least, None)),
        Some((least, most)) => Some((number(least)?, Some(number(most)?))),
    }
}

/// What follows a backslash.
fn escape(rest: &mut Peekable<Chars<'_>>) -> Option<Set> {
    const WORD: [(char, char); 4] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];
    const SPACE: [(char, char); 3] = [('\t', '\n'), ('\u{c}', '\r'), (' ', ' ')];
    const DIGIT: [(char, char); 1] = [('0', '9')];
    Some(match rest.next()? {
        'd' => Set::of(&DIGIT),
        'D' => Set::but(&DIGIT),
        's' => Set::of(&SPACE),
        'S' => Set::but(&SPACE),
        'w' => Set::of(&WORD),
        'W' => Set::but(&WORD),
        'a' => Set::only('\u{7}'),
        'f' => Set::only('\u{c}'),
        'n' => Set::only('\n'),
        'r' => Set::only('\r'),
        't' => Set::only('\t'),
        'v' => Set::only('\u{b}'),
        'x' => Set::only(hexadecimal(rest)?),
        ch if ch.is_ascii() && !ch.is_ascii_alphanumeric() => Set::only(ch),
        _ => return None,
    })
}

/// `\\x41` or `\\x{41}`.
fn hexadecimal(rest: &mut Peekable<Chars<'_>>) -> Option<char> {
    let digits: String = match rest.next_if_eq(&'{') {
        Some(_) => rest.take_while(|ch| *ch != '}').collect(),
        None => rest.take(2).collect(),
    };
    let is_number =
        (1..=6).contains(&digits.len()) && digits.chars().all(|ch| ch.is_ascii_hexdigit());
    is_number.then(|| {
        u32::from_str_radix(&digits, 16)
            .ok()
            .and_then(char::from_u32)
    })?
}

/// The rest of a `[…]`.
fn class(rest: &mut Peekable<Chars<'_>>) -> Option<Set> {
    let negated = rest.next_if_eq(&'^').is_some();
    let mut ranges = Vec::new();
    let mut is_first = true;
    loop {
        if !is_first && rest.next_if_eq(&']').is_some() {
            return Some(Set { negated, ranges });
        }
        is_first = false;
        let low = match member(rest)? {
            Member::Many(set) => {
                ranges.extend(members(&set));
                continue;
            }
            Member::One(low) => low,
        };
        let mut ahead = rest.clone();
        let is_range = ahead.next() == Some('-') && ahead.peek().is_some_and(|ch| *ch != ']');
        let high = if is_range {
            *rest = ahead;
            match member(rest)? {
                Member::One(high) => high,
                Member::Many(_) => return None,
            }
        } else {
            low
        };
        if high < low {
            return None;
        }
        ranges.push((low, high));
    }
}

/// What stands in a class.
enum Member {
    One(char),
    Many(Set),
}

fn member(rest: &mut Peekable<Chars<'_>>) -> Option<Member> {
    let ch = rest.next()?;
    if ch == '[' && rest.peek() == Some(&':') && rest.clone().skip(1).any(|ch| ch == ':') {
        return named_class(rest);
    }
    if ch != '\\' {
        return Some(Member::One(ch));
    }
    let set = escape(rest)?;
    Some(match set.ranges.as_slice() {
        [(low, high)] if low == high && !set.negated => Member::One(*low),
        _ => Member::Many(set),
    })
}

/// `[:name:]`; what merely begins like one is two characters of the class.
fn named_class(rest: &mut Peekable<Chars<'_>>) -> Option<Member> {
    let mut ahead = rest.clone();
    ahead.next();
    let name: String = ahead.by_ref().take_while(|ch| *ch != ':').collect();
    if ahead.next() != Some(']') {
        return Some(Member::One('['));
    }
    *rest = ahead;
    let (name, negated) = match name.strip_prefix('^') {
        Some(name) => (name, true),
        None => (name.as_str(), false),
    };
    let ranges: &[(char, char)] = match name {
        "alnum" => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        "alpha" => &[('A', 'Z'), ('a', 'z')],
        "ascii" => &[('\0', '\u{7f}')],
        "blank" => &[('\t', '\t'), (' ', ' ')],
        "cntrl" => &[('\0', '\u{1f}'), ('\u{7f}', '\u{7f}')],
        "digit" => &[('0', '9')],
        "graph" => &[('!', '~')],
        "lower" => &[('a', 'z')],
        "print" => &[(' ', '~')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "space" => &[('\t', '\r'), (' ', ' ')],
        "upper" => &[('A', 'Z')],
        "word" => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    };
    Some(Member::Many(Set {
        negated,
        ranges: ranges.to_vec(),
    }))
}

/// The ranges of a set that is not negated, in order; those between the ranges of one that is.
fn members(set: &Set) -> Vec<(char, char)> {
    if !set.negated {
        return set.ranges.clone();
    }
    let mut between = Vec::new();
    let mut next = Some('\0');
    for (low, high) in &set.ranges {
        if let Some(start) = next.filter(|start| start < low) {
            between.extend(before(*low).map(|end| (start, end)));
        }
        next = behind(*high);
    }
    between.extend(next.map(|start| (start, char::MAX)));
    between
}

fn before(ch: char) -> Option<char> {
    ('\0'..ch).next_back()
}

fn behind(ch: char) -> Option<char> {
    (ch..=char::MAX).nth(1)
}

/// Whether all elements are found in a row somewhere.
fn is_found(elements: &[Element], chars: &[char]) -> bool {
    let end = chars.len();
    // For each place: whether what follows there matches the elements looked at so far.
    let mut rest = vec![true; end + 1];
    let mut row = vec![false; end + 1];
    for element in elements.iter().rev() {
        let mut later = false;
        for at in (0..=end).rev() {
            let here = rest.get(at).copied().unwrap_or(false);
            let next = rest.get(at + 1).copied().unwrap_or(false);
            let ch = chars.get(at);
            let is_in = |set: &Set| ch.is_some_and(|ch| set.has(*ch));
            let matched = match element {
                Element::One(set) => next && is_in(set),
                Element::Optional(set) => here || next && is_in(set),
                Element::Many(set) => here || later && is_in(set),
                Element::Start => here && at == 0,
                Element::End => here && at == end,
                Element::Directories => {
                    later = (later && ch != Some(&'\n')) || next && ch == Some(&'/');
                    here || later
                }
            };
            if !matches!(element, Element::Directories) {
                later = matched;
            }
            if let Some(place) = row.get_mut(at) {
                *place = matched;
            }
        }
        std::mem::swap(&mut rest, &mut row);
    }
    rest.contains(&true)
}

#[cfg(test)]
mod tests {
    use super::Expression;

    #[test]
    fn expressions_are_read_as_go_reads_them() {
        for (expression, path, want) in [
            ("^a$", "a", true),
            ("^a$", "ab", false),
            ("^[^/]*\\.[ch]$", "x.c", true),
            ("^[^/]*\\.[ch]$", "d/x.c", false),
            ("^(.*/)?a$", "b/c/a", true),
            ("^(.*/)?a$", "ba", false),
            ("^a|b$", "xb", true),
            ("^a|b$", "ax", true),
            ("^a|b$", "xa", false),
            ("^a{2}$", "aa", true),
            ("^a{1,2}b{0,}$", "aabbb", true),
            ("^a{b}$", "a{b}", true),
            ("^a{2}$", "a{2}", false),
            ("^\\w\\d$", "a1", true),
            ("^\\x41\\x{42}$", "AB", true),
            ("^[\\w-]$", "-", true),
            ("^[^\\W]$", "a", true),
            ("^[[:alpha:]]$", "b", true),
            ("^[[:^alpha:]]$", "b", false),
            ("^[a[^/]*]$", "[[]", true),
            ("^[]a]$", "]", true),
            ("^^a$", "a", true),
            ("^a^$", "a", false),
        ] {
            let read = Expression::parse(expression).unwrap();
            assert_eq!(read.matches(path), want, "{expression} {path}");
        }
        for refused in [
            "^[b-a]$",
            "^\\c$",
            "^\\é$",
            "^[a$",
            "^[[:no:]]$",
            "^a{2}{3}$",
            "^a{2,1}$",
        ] {
            assert_eq!(Expression::parse(refused), None, "{refused}");
        }
    }
}
