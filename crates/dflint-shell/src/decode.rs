//! Quote and escape removal.

/// The quotes around a piece of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quoting {
    /// None.
    Unquoted,
    /// `"…"`
    Double,
    /// `'…'`
    Single,
    /// `$'…'`
    AnsiC,
}

/// What the shell makes of one piece of a word.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Piece {
    /// Holds an unescaped `*`, `?` or `[` that the shell matches with file names.
    pub(crate) glob: bool,
    /// Holds `{a,b}` or `{1..3}`, which Bash expands and a POSIX shell does not.
    pub(crate) brace: bool,
    /// Holds something that cannot stand in such a piece: the reading of the word is wrong.
    pub(crate) suspect: bool,
}

/// Calls `keep` with each part of `raw` that is left after quote removal (`raw` without the
/// quotes themselves). Every part is a slice of `raw` given by its offset, but for the escapes of
/// `$'…'`, which are handed over as new text in place of `raw[range]`.
pub(crate) fn decode(
    raw: &str,
    quoting: Quoting,
    mut keep: impl FnMut(std::ops::Range<usize>, Option<char>),
) -> Piece {
    let mut piece = Piece::default();
    if quoting == Quoting::Single {
        keep(0..raw.len(), None);
        return piece;
    }
    let bytes = raw.as_bytes();
    let mut from = 0;
    let mut at = 0;
    let mut brace = None;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => {
                if from < at {
                    keep(from..at, None);
                }
                let step = escape(raw, at, quoting, &mut keep);
                from = step.kept_from;
                at = step.next;
                continue;
            }
            b'`' if quoting != Quoting::AnsiC => piece.suspect = true,
            b'$' if quoting != Quoting::AnsiC => {
                piece.suspect |= matches!(bytes.get(at + 1), Some(b'(' | b'{'));
            }
            b'"' if quoting == Quoting::Double => piece.suspect = true,
            b'"' | b'\'' if quoting == Quoting::Unquoted => piece.suspect = true,
            b'*' | b'?' | b'[' if quoting == Quoting::Unquoted => piece.glob = true,
            b'{' if quoting == Quoting::Unquoted => brace = Some(at),
            b'}' if quoting == Quoting::Unquoted => {
                let inside = brace.take().and_then(|open| raw.get(open + 1..at));
                piece.brace |= inside.is_some_and(|text| text.contains(',') || text.contains(".."));
            }
            _ => {}
        }
        at += 1;
    }
    if from < raw.len() {
        keep(from..raw.len(), None);
    }
    piece
}

/// Where to go on after an escape.
struct Step {
    /// The first byte not yet kept.
    kept_from: usize,
    /// The next byte to look at (the escaped character itself is never looked at).
    next: usize,
}

fn escape(
    raw: &str,
    at: usize,
    quoting: Quoting,
    keep: &mut impl FnMut(std::ops::Range<usize>, Option<char>),
) -> Step {
    let Some(letter) = raw.get(at + 1..).and_then(|rest| rest.chars().next()) else {
        // A lone backslash at the end stays.
        return Step {
            kept_from: at,
            next: at + 1,
        };
    };
    let after = at + 1 + letter.len_utf8();
    if letter == '\n' && quoting != Quoting::AnsiC {
        return Step {
            kept_from: after,
            next: after,
        };
    }
    match quoting {
        Quoting::AnsiC => {
            let (decoded, len) = ansi_c(raw.get(at + 1..).unwrap_or_default());
            match decoded {
                Some(decoded) => {
                    keep(at..at + 1 + len, Some(decoded));
                    Step {
                        kept_from: at + 1 + len,
                        next: at + 1 + len,
                    }
                }
                None => Step {
                    kept_from: at,
                    next: after,
                },
            }
        }
        // Within double quotes a backslash escapes only these; else it stays.
        Quoting::Double if !matches!(letter, '$' | '`' | '"' | '\\') => Step {
            kept_from: at,
            next: after,
        },
        _ => Step {
            kept_from: at + 1,
            next: after,
        },
    }
}

/// The character that an escape of `$'…'` stands for (`escape` begins behind the backslash) and
/// how many bytes it takes; no character where the backslash is an ordinary one.
fn ansi_c(escape: &str) -> (Option<char>, usize) {
    let digits = |skip: usize, most: usize, radix: u32| {
        let text = escape.get(skip..).unwrap_or_default();
        let len = text
            .bytes()
            .take(most)
            .take_while(|byte| (*byte as char).is_digit(radix))
            .count();
        let value = u32::from_str_radix(text.get(..len).unwrap_or_default(), radix).ok();
        (value.and_then(char::from_u32), skip + len)
    };
    match escape.bytes().next() {
        Some(b'a') => (Some('\u{7}'), 1),
        Some(b'b') => (Some('\u{8}'), 1),
        Some(b'e' | b'E') => (Some('\u{1b}'), 1),
        Some(b'f') => (Some('\u{c}'), 1),
        Some(b'n') => (Some('\n'), 1),
        Some(b'r') => (Some('\r'), 1),
        Some(b't') => (Some('\t'), 1),
        Some(b'v') => (Some('\u{b}'), 1),
        Some(b @ (b'\\' | b'\'' | b'"' | b'?')) => (Some(b as char), 1),
        Some(b'x') => digits(1, 2, 16),
        Some(b'u') => digits(1, 4, 16),
        Some(b'U') => digits(1, 8, 16),
        Some(b'0'..=b'7') => digits(0, 3, 8),
        _ => (None, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(raw: &str, quoting: Quoting) -> String {
        let mut out = String::new();
        decode(raw, quoting, |range, decoded| match decoded {
            Some(letter) => out.push(letter),
            None => out.push_str(&raw[range]),
        });
        out
    }

    #[test]
    fn quotes_and_escapes_are_removed() {
        let cases = [
            (r"a\ b", Quoting::Unquoted, "a b"),
            ("a\\\nb", Quoting::Unquoted, "ab"),
            (r"a\\", Quoting::Unquoted, r"a\"),
            (r"a\", Quoting::Unquoted, r"a\"),
            (r"\\\$", Quoting::Unquoted, r"\$"),
            (r"\é!", Quoting::Unquoted, "é!"),
            (r#"say \"hi\" \n \$x"#, Quoting::Double, r#"say "hi" \n $x"#),
            (r"a\ b\n", Quoting::Single, r"a\ b\n"),
            (r"a\tb\x41\u00e9\'\101\q", Quoting::AnsiC, "a\tbAé'A\\q"),
        ];
        for (raw, quoting, expected) in cases {
            assert_eq!(text(raw, quoting), expected, "{raw} {quoting:?}");
        }
    }

    #[test]
    fn pieces_know_what_the_shell_expands() {
        let piece = |raw, quoting| decode(raw, quoting, |_, _| {});
        assert!(piece("*.txt", Quoting::Unquoted).glob);
        assert!(!piece(r"\*.txt", Quoting::Unquoted).glob);
        assert!(!piece("*.txt", Quoting::Double).glob);
        assert!(piece("/var/{cache,lib}", Quoting::Unquoted).brace);
        assert!(piece("{1..3}", Quoting::Unquoted).brace);
        assert!(!piece("{}", Quoting::Unquoted).brace);
        assert!(piece("a$(b", Quoting::Double).suspect);
        assert!(!piece("5$ a$b", Quoting::Double).suspect);
    }
}
