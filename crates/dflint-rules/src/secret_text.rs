//! Secrets that are known by their looks: tokens of services, passwords in addresses.

use std::ops::Range;

use dflint_knowledge::secret::{Alphabet, TokenShape, may_begin_token, token_at};

/// The fewest different characters that a token has; texts with fewer stand in for one.
const FEWEST_CHARACTERS: usize = 8;

/// The most digits that a token begins with.
const MOST_DIGITS: usize = 16;

/// By byte: whether it is part of a word.
const WORD_BYTES: [bool; 256] = {
    let mut known = [false; 256];
    let mut at = 0;
    while at < known.len() {
        let byte = at as u8;
        known[at] = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        at += 1;
    }
    known
};

fn is_word(byte: u8) -> bool {
    WORD_BYTES
        .get(usize::from(byte))
        .copied()
        .unwrap_or_default()
}

/// Where tokens stand in `text`. A token begins where a word does, or with a sign that is no part
/// of words, so that every byte is looked at a few times at most.
pub(crate) fn tokens(text: &str) -> Vec<(&'static TokenShape, Range<usize>)> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(&[first, second]) = bytes.get(at..at + 2) {
        let token = may_begin_token([first, second]).then(|| token_in(text, at));
        let Some((shape, range)) = token.flatten() else {
            at = next_start(bytes, at);
            continue;
        };
        // A token may end within a word.
        at = next_start(bytes, range.end - 1);
        found.push((shape, range));
    }
    found
}

/// The token whose prefix is at byte `at`, if it stands alone and is no example.
fn token_in(text: &str, at: usize) -> Option<(&'static TokenShape, Range<usize>)> {
    let (before, rest) = text.split_at_checked(at)?;
    let (shape, length) = token_at(rest)?;
    let digits = match shape.digits {
        0 if before.bytes().next_back().is_some_and(is_word) => return None,
        0 => 0,
        fewest => Some(digits_at_end(before)).filter(|digits| *digits >= fewest as usize)?,
    };
    let range = at - digits..at + length;
    let behind = text.get(range.end..)?;
    let goes_on = behind.starts_with(|c: char| c.is_ascii_alphanumeric());
    (!goes_on && is_real(shape, text.get(range.clone())?)).then_some((shape, range))
}

/// The next byte behind `at` that is not within a word.
fn next_start(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    let word = rest.iter().position(|byte| !is_word(*byte));
    at + word.unwrap_or(rest.len()).max(1)
}

/// How many digits `text` ends with.
fn digits_at_end(text: &str) -> usize {
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit);
    digits.take(MOST_DIGITS).count()
}

/// Whether a token is more than an example of one.
fn is_real(shape: &TokenShape, token: &str) -> bool {
    let body = token.strip_prefix(shape.prefix).unwrap_or(token);
    if shape.alphabet != Alphabet::Printable && is_prose(body) {
        return false;
    }
    let mut seen = [false; 256];
    for byte in token.bytes() {
        if let Some(seen) = seen.get_mut(usize::from(byte)) {
            *seen = true;
        }
    }
    let different = seen.iter().filter(|seen| **seen).count();
    different >= FEWEST_CHARACTERS && !token.ends_with("EXAMPLE")
}

/// Whether a text is made of words, `your-token-goes-here`: letters of one case without a digit.
/// What is drawn at random is not.
fn is_prose(body: &str) -> bool {
    let has = |is: fn(&u8) -> bool| body.as_bytes().iter().any(is);
    let mixes_cases = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
    !has(u8::is_ascii_digit) && !mixes_cases
}

/// Where the passwords of the addresses in `text` stand.
pub(crate) fn passwords(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, separator) in text.match_indices("://") {
        let start = at + separator.len();
        let Some(rest) = text.get(start..) else {
            continue;
        };
        let ends = |c: char| c.is_whitespace() || "/?#\"'`\\<>|()".contains(c);
        let authority = rest
            .get(..rest.find(ends).unwrap_or(rest.len()))
            .unwrap_or_default();
        let Some((user_info, _)) = authority.rsplit_once('@') else {
            continue;
        };
        let Some((user, password)) = user_info.split_once(':') else {
            continue;
        };
        if is_literal(password) {
            let from = start + user.len() + 1;
            found.push(from..from + password.len());
        }
    }
    found
}

/// Whether a password is written out: not a variable, and no stand-in for one.
fn is_literal(password: &str) -> bool {
    let stand_in = |c: char| "x*.-_".contains(c.to_ascii_lowercase());
    !password.contains(['$', '%', '{', '}', '[', ']']) && !password.chars().all(stand_in)
}

#[cfg(test)]
mod tests {
    use super::{passwords, tokens};

    #[test]
    fn tokens_stand_alone_and_are_no_examples() {
        let token = format!("ghp_{}", "a1B2c3D4e5F6".repeat(3));
        for (text, count) in [
            (format!("TOKEN={token}"), 1),
            (format!("//x/:_authToken={token}\\n"), 1),
            (format!("my{token}"), 0),
            (format!("ghp_{}", "x".repeat(36)), 0),
            ("AKIAIOSFODNN7EXAMPLE".to_owned(), 0),
            (format!("xoxb-{}", "your-bot-token-goes-here"), 0),
            (format!("bot110201543:AA{}x", "Hd-qTcvC".repeat(4)), 1),
            (format!("110201:AA{}x", "Hd-qTcvC".repeat(4)), 0),
            (format!("image:AA{}x", "Hd-qTcvC".repeat(4)), 0),
            (format!("SK{}", "0a1b2c3d".repeat(4)), 1),
            (format!("TASK{}", "0a1b2c3d".repeat(4)), 0),
            (
                format!("x;AccountKey={}==;", "a1B+c3D/".repeat(11).split_at(86).0),
                1,
            ),
        ] {
            assert_eq!(tokens(&text).len(), count, "{text}");
        }
    }

    #[test]
    fn only_passwords_that_are_written_out() {
        for (text, password) in [
            (
                "git clone https://me:hunter2@example.com/a.git",
                Some("hunter2"),
            ),
            ("postgres://app:p@ss@db:5432/app", Some("p@ss")),
            ("https://me:$TOKEN@example.com", None),
            ("https://me:${TOKEN}@example.com", None),
            ("https://token@example.com", None),
            ("https://example.com:8080/a@b", None),
            ("https://me:xxxx@example.com", None),
            ("https://me:@example.com", None),
        ] {
            let found = passwords(text).pop().map(|range| &text[range]);
            assert_eq!(found, password, "{text}");
        }
    }
}
