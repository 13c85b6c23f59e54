//! Texts that look like the tokens of a known service.

use std::ops::Range;

use dflint_knowledge::secret::{TokenShape, token_at};

use crate::scan::texts;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct KnownToken;

impl Rule for KnownToken {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for instruction in &cx.dockerfile.instructions {
            for text in texts(instruction) {
                for (shape, range) in tokens(text.as_str()) {
                    findings.report(
                        text.span_of(range),
                        format!(
                            "this looks like a secret ({}): revoke it, and use a secret mount",
                            shape.name,
                        ),
                    );
                }
            }
        }
    }
}

/// The fewest different characters that a token has; texts with fewer stand in for one.
const FEWEST_CHARACTERS: usize = 8;

/// Where tokens stand in `text`. A token begins where a word does, so that every byte is looked at
/// a few times at most.
fn tokens(text: &str) -> Vec<(&'static TokenShape, Range<usize>)> {
    let mut found = Vec::new();
    let mut in_word = false;
    let mut end = 0;
    for (at, c) in text.char_indices() {
        let starts = !in_word && at >= end;
        in_word = c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !starts {
            continue;
        }
        let Some((shape, length)) = text.get(at..).and_then(token_at) else {
            continue;
        };
        let range = at..at + length;
        let goes_on = text
            .get(range.end..)
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
        if !goes_on && text.get(range.clone()).is_some_and(is_real) {
            end = range.end;
            found.push((shape, range));
        }
    }
    found
}

/// Whether a token is more than an example of one.
fn is_real(token: &str) -> bool {
    let mut seen = [false; 256];
    for byte in token.bytes() {
        if let Some(seen) = seen.get_mut(usize::from(byte)) {
            *seen = true;
        }
    }
    let different = seen.iter().filter(|seen| **seen).count();
    different >= FEWEST_CHARACTERS && !token.ends_with("EXAMPLE")
}

#[cfg(test)]
mod tests {
    use super::tokens;

    #[test]
    fn tokens_stand_alone_and_are_no_examples() {
        let token = format!("ghp_{}", "a1B2c3D4e5F6".repeat(3));
        for (text, count) in [
            (format!("TOKEN={token}"), 1),
            (format!("//x/:_authToken={token}\\n"), 1),
            (format!("my{token}"), 0),
            (format!("ghp_{}", "x".repeat(36)), 0),
            ("AKIAIOSFODNN7EXAMPLE".to_owned(), 0),
        ] {
            assert_eq!(tokens(&text).len(), count, "{text}");
        }
    }
}
