//! Variables in words that BuildKit expands.

use std::ops::Range;

use dflint_parser::Text;

/// Where a word first names the variable `name` (`$name` or `${name…`): the name's bytes in the
/// logical text.
pub(crate) fn name_in(word: &Text, name: &str) -> Option<Range<usize>> {
    let text = word.as_str();
    text.match_indices('$').find_map(|(at, _)| {
        let after = text.get(at + 1..)?;
        let braced = after.strip_prefix('{');
        let rest = braced.unwrap_or(after).strip_prefix(name)?;
        let continues = |c: char| c.is_alphanumeric() || c == '_';
        if rest.starts_with(continues) && name.starts_with(continues) {
            return None;
        }
        let start = at + 1 + usize::from(braced.is_some());
        Some(start..start + name.len())
    })
}

/// Whether every use of the variable in the word says what to do where it is unset
/// (`${name:-default}`, `${name+set}`).
pub(crate) fn expects_unset(word: &Text, name: &str) -> bool {
    let text = word.as_str();
    let mut uses = 0;
    let mut prepared = 0;
    for (at, _) in text.match_indices('$') {
        let after = text.get(at + 1..).unwrap_or_default();
        let braced = after.strip_prefix('{');
        let Some(rest) = braced.unwrap_or(after).strip_prefix(name) else {
            continue;
        };
        if rest.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        uses += 1;
        let modifier = rest.strip_prefix(':').unwrap_or(rest);
        prepared += usize::from(braced.is_some() && modifier.starts_with(['-', '+', '?']));
    }
    uses > 0 && uses == prepared
}

#[cfg(test)]
mod tests {
    use dflint_parser::Text;

    use super::{expects_unset, name_in};

    #[test]
    fn names_are_found_whole() {
        for (word, want) in [
            ("$AB$A", Some(4..5)),
            ("x${A}", Some(3..4)),
            ("${A:-$B}", Some(2..3)),
            ("$AB", None),
            ("A", None),
        ] {
            assert_eq!(name_in(&Text::contiguous(word, 0), "A"), want, "{word}");
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
            assert_eq!(
                expects_unset(&Text::contiguous(word, 0), "A"),
                want,
                "{word}"
            );
        }
    }
}
