//! Variables in words that BuildKit expands.

use std::collections::HashMap;
use std::ops::Range;

use dflint_parser::Text;

/// The variables that a word names (`$name` or `${name…}`), each looked up without reading the
/// word again.
pub(crate) struct NamedVariables<'t>(HashMap<&'t str, Named>);

/// One of them.
struct Named {
    /// The bytes of its name where it first stands, in the logical text.
    place: Range<usize>,
    uses: usize,
    /// How many of them say what to do where it is unset (`${name:-default}`, `${name+set}`).
    prepared: usize,
}

impl<'t> NamedVariables<'t> {
    pub(crate) fn of(word: &'t Text) -> Self {
        let text = word.as_str();
        let mut found: HashMap<&str, Named> = HashMap::new();
        for (at, _) in text.match_indices('$') {
            let after = text.get(at + 1..).unwrap_or_default();
            let braced = after.strip_prefix('{');
            let (name, rest) = split_name(braced.unwrap_or(after));
            let start = at + 1 + usize::from(braced.is_some());
            let named = found.entry(name).or_insert(Named {
                place: start..start + name.len(),
                uses: 0,
                prepared: 0,
            });
            let modifier = rest.strip_prefix(':').unwrap_or(rest);
            named.uses += 1;
            named.prepared +=
                usize::from(braced.is_some() && modifier.starts_with(['-', '+', '?']));
        }
        Self(found)
    }

    /// Every name, once.
    pub(crate) fn into_names(self) -> impl Iterator<Item = &'t str> {
        self.0.into_keys()
    }

    /// Where the word first names the variable: the name's bytes in the logical text.
    pub(crate) fn place(&self, name: &str) -> Option<Range<usize>> {
        self.0.get(name).map(|named| named.place.clone())
    }

    /// Whether every use of the variable says what to do where it is unset.
    pub(crate) fn expects_unset(&self, name: &str) -> bool {
        let named = self.0.get(name);
        named.is_some_and(|named| named.uses == named.prepared)
    }
}

/// The name that `text` begins with: letters, digits and underscores, or one other character.
fn split_name(text: &str) -> (&str, &str) {
    let continues = |c: char| c.is_alphanumeric() || c == '_';
    let end = text.find(|c| !continues(c)).unwrap_or(text.len());
    let first = text.chars().next().map_or(0, char::len_utf8);
    text.split_at(end.max(first))
}

#[cfg(test)]
mod tests {
    use dflint_parser::Text;

    use super::NamedVariables;

    #[test]
    fn names_are_found_whole() {
        for (word, want) in [
            ("$AB$A", Some(4..5)),
            ("x${A}", Some(3..4)),
            ("${A:-$B}", Some(2..3)),
            ("$AB", None),
            ("A", None),
        ] {
            let text = Text::contiguous(word, 0);
            assert_eq!(NamedVariables::of(&text).place("A"), want, "{word}");
        }
    }

    #[test]
    fn a_default_shows_that_unset_is_expected() {
        for (word, want) in [
            ("${A:-x}", true),
            ("${A+x}", true),
            ("${A:+:$A}", false),
            ("${A}", false),
            ("${A#x}", false),
            ("${AB:-x}", false),
        ] {
            let text = Text::contiguous(word, 0);
            let expects = NamedVariables::of(&text).expects_unset("A");
            assert_eq!(expects, want, "{word}");
        }
    }
}
