//! Whether one command line is another but for texts that may be taken out or put in.

use std::collections::HashSet;

/// How many pairs of places are looked at before two scripts count as different.
const MAX_STATES: usize = 1 << 18;

/// Whether `after` is `before` with some texts of `removed` taken out and some of `added` put in.
///
/// Both are compared word by word, so white space outside quotes does not count (line feeds do).
/// A text goes with one `&&` beside it when it is a whole command there.
pub(super) fn is_allowed(before: &str, after: &str, removed: &[String], added: &[String]) -> bool {
    let (old, new) = (words(before), words(after));
    let removed: Vec<Vec<&str>> = removed.iter().map(|text| words(text)).collect();
    let added: Vec<Vec<&str>> = added.iter().map(|text| words(text)).collect();
    let mut seen = HashSet::new();
    let mut pending = vec![(0, 0)];
    while let Some((at_old, at_new)) = pending.pop() {
        let (rest_old, rest_new) = (
            old.get(at_old..).unwrap_or_default(),
            new.get(at_new..).unwrap_or_default(),
        );
        if rest_old.is_empty() && rest_new.is_empty() {
            return true;
        }
        if !seen.insert((at_old, at_new)) {
            continue;
        }
        if seen.len() > MAX_STATES {
            return false;
        }
        for skipped in skips(&old, at_old, &removed) {
            pending.push((at_old + skipped, at_new));
        }
        for skipped in skips(&new, at_new, &added) {
            pending.push((at_old, at_new + skipped));
        }
        if let (Some(a), Some(b)) = (rest_old.first(), rest_new.first())
            && a == b
        {
            pending.push((at_old + 1, at_new + 1));
        }
    }
    false
}

/// How many words from `at` on one of `texts` takes up.
fn skips(words: &[&str], at: usize, texts: &[Vec<&str>]) -> Vec<usize> {
    let rest = words.get(at..).unwrap_or_default();
    let mut lengths = Vec::new();
    for text in texts.iter().filter(|text| !text.is_empty()) {
        if rest.starts_with(text) {
            lengths.push(text.len());
            let begins_command = at
                .checked_sub(1)
                .is_none_or(|before| words.get(before).is_none_or(|word| is_separator(word)));
            if begins_command && rest.get(text.len()) == Some(&"&&") {
                lengths.push(text.len() + 1);
            }
        }
        if let Some((&"&&", command)) = rest.split_first()
            && command.starts_with(text)
            && command
                .get(text.len())
                .is_none_or(|word| is_separator(word))
        {
            lengths.push(text.len() + 1);
        }
    }
    lengths
}

fn is_separator(word: &str) -> bool {
    matches!(
        word,
        "&&" | "||" | ";" | "\n" | "|" | "&" | "(" | ")" | "{" | "}"
    )
}

/// The words and operators of a script. Quotes and substitutions stay in their words.
fn words(script: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut chars = script.char_indices().peekable();
    while let Some((at, ch)) = chars.next() {
        match (quote, ch) {
            (Some('"') | None, '\\') => {
                start.get_or_insert(at);
                chars.next();
            }
            (Some(open), _) => quote = (open != ch).then_some(open),
            (None, '\'' | '"') => {
                start.get_or_insert(at);
                quote = Some(ch);
            }
            (None, '\n' | ';' | '&' | '|') => {
                end_word(script, &mut start, at, &mut words);
                let doubled = matches!(ch, '&' | '|' | ';')
                    && chars.next_if(|(_, next)| *next == ch).is_some();
                let end = at + if doubled { 2 } else { 1 };
                words.extend(script.get(at..end));
            }
            (None, '(') if start.is_none() => words.extend(script.get(at..at + 1)),
            // What follows at once still belongs to its word: `$(a)b` is not `$(a) b`.
            (None, ')') => {
                end_word(script, &mut start, at, &mut words);
                start = Some(at);
            }
            (None, _) if ch.is_whitespace() => end_word(script, &mut start, at, &mut words),
            (None, _) => {
                start.get_or_insert(at);
            }
        }
    }
    end_word(script, &mut start, script.len(), &mut words);
    words
}

fn end_word<'s>(script: &'s str, start: &mut Option<usize>, end: usize, words: &mut Vec<&'s str>) {
    if let Some(begin) = start.take() {
        words.extend(script.get(begin..end));
    }
}

#[cfg(test)]
mod tests {
    use super::{is_allowed, words};

    fn allowed(before: &str, after: &str, removed: &[&str], added: &[&str]) -> bool {
        let own = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        is_allowed(before, after, &own(removed), &own(added))
    }

    #[test]
    fn scripts_are_cut_into_words() {
        assert_eq!(
            words("a  'b c'\\ d&&e;\nf \"x \\\" y\"|g"),
            [
                "a",
                "'b c'\\ d",
                "&&",
                "e",
                ";",
                "\n",
                "f",
                "\"x \\\" y\"",
                "|",
                "g"
            ]
        );
    }

    #[test]
    fn white_space_does_not_count() {
        assert!(allowed("a   b  && c", "a b && c", &[], &[]));
        assert!(!allowed("a 'b  c'", "a 'b c'", &[], &[]));
        assert!(!allowed("a\nb", "a b", &[], &[]));
    }

    #[test]
    fn only_what_is_declared_may_go() {
        let before = "pip install --no-cache-dir x && rm -rf /root/.cache";
        let flag = ["--no-cache-dir"];
        let both = ["--no-cache-dir", "rm -rf /root/.cache"];
        assert!(allowed(
            before,
            "pip install x && rm -rf /root/.cache",
            &flag,
            &[]
        ));
        assert!(allowed(before, "pip install x", &both, &[]));
        assert!(!allowed(before, "pip install x", &flag, &[]));
        assert!(!allowed(before, "pip install", &both, &[]));
        assert!(!allowed("pip install x", before, &both, &[]));
        assert!(!allowed("a || rm x", "a", &["rm x"], &[]));
    }

    #[test]
    fn only_what_is_declared_may_come() {
        let before = "apt-get update && apt-get install x";
        let after = "mv a b && apt-get update && apt-get install x && mv b a";
        assert!(allowed(before, after, &[], &["mv a b", "mv b a"]));
        assert!(!allowed(before, after, &[], &["mv a b"]));
        assert!(!allowed(before, after, &["mv a b", "mv b a"], &[]));
    }

    #[test]
    fn a_flag_stays_with_its_word() {
        let (removed, added) = (["upgrade"], ["upgrade -y"]);
        let is_allowed =
            |after: &str| allowed("(apt-get upgrade) && mv b a", after, &removed, &added);
        assert!(is_allowed("(apt-get upgrade -y) && mv b a"));
        assert!(is_allowed("( apt-get upgrade -y ) && mv b a"));
        assert!(!is_allowed("(apt-get upgrade) && mv b a -y"));
        assert!(!is_allowed("(apt-get upgrade) -y && mv b a"));
        assert!(!allowed("$(a)b", "$(a) b", &[], &[]));
        assert!(!allowed("$(a)", "$ (a)", &[], &[]));
    }

    #[test]
    fn order_counts() {
        assert!(!allowed("a && b", "b && a", &[], &[]));
    }

    #[test]
    fn long_scripts_end() {
        let text = "x ".repeat(20_000);
        assert!(allowed(&text, &text, &["x"], &["x"]));
        assert!(!allowed(&text, &format!("{text} y"), &["x"], &["x"]));
    }
}
