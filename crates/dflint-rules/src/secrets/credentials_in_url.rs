//! `https://user:password@host`.

use std::ops::Range;

use crate::scan::texts;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct CredentialsInUrl;

impl Rule for CredentialsInUrl {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for instruction in &cx.dockerfile.instructions {
            for text in texts(instruction) {
                for password in passwords(text.as_str()) {
                    findings.report(
                        text.span_of(password),
                        "the password of this address stays in the image: use a secret mount",
                    );
                }
            }
        }
    }
}

/// Where the passwords of the addresses in `text` stand.
fn passwords(text: &str) -> Vec<Range<usize>> {
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
    use super::passwords;

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
