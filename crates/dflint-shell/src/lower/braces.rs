//! Closing braces that close nothing: `echo $x}`.
//!
//! A shell takes `}` for a keyword only where it is a whole word; `shuck-parser` ends every word
//! at it, and then misses the rest.

/// What stands for such a brace while the script is parsed: it ends no name, and means nothing.
const STAND_IN: &str = ".";

/// `text` with every brace that is part of a word, and closes nothing in it, covered up byte for
/// byte; `None` where there is none.
pub(super) fn covered(text: &str) -> Option<String> {
    if !text.contains('}') {
        return None;
    }
    let braces = literal_braces(text.as_bytes());
    let mut rest = braces.as_slice();
    if rest.is_empty() {
        return None;
    }
    let mut covered = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        match rest.split_first() {
            Some((first, others)) if *first == at => {
                covered.push_str(STAND_IN);
                rest = others;
            }
            _ => covered.push(c),
        }
    }
    Some(covered)
}

/// Where they stand. What the bodies of heredocs hold is taken for words, which does no harm: they
/// are not parsed.
fn literal_braces(text: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let (mut single, mut double) = (false, false);
    // `${` that are open, and `{` that are open in the current word.
    let (mut parameters, mut alternatives) = (0_usize, 0_usize);
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let next = text.get(at + 1).copied();
        match byte {
            b'\'' if !double => single = !single,
            _ if single => {}
            b'\\' => at += 1,
            b'"' => double = !double,
            b'$' if next == Some(b'{') => {
                parameters += 1;
                at += 1;
            }
            b'}' if parameters > 0 => parameters -= 1,
            _ if double || parameters > 0 => {}
            b'#' if ends_word(before(text, at)) => {
                let line = text.get(at..).unwrap_or_default();
                at += line.iter().take_while(|byte| **byte != b'\n').count();
                continue;
            }
            b'{' => alternatives += 1,
            b'}' if alternatives > 0 => alternatives -= 1,
            b'}' if !ends_word(before(text, at)) || !ends_word(after(text, at)) => found.push(at),
            byte if ends_word(Some(byte)) => alternatives = 0,
            _ => {}
        }
        at += 1;
    }
    found
}

/// Whether a word cannot go on with `byte`; `None` is the end of the text.
fn ends_word(byte: Option<u8>) -> bool {
    byte.is_none_or(|byte| b" \t\n;&|()<>`".contains(&byte))
}

/// The byte in front of `at`, continuations passed over.
fn before(text: &[u8], mut at: usize) -> Option<u8> {
    while at >= 2 && text.get(at - 2..at) == Some(b"\\\n") {
        at -= 2;
    }
    text.get(at.checked_sub(1)?).copied()
}

/// The byte behind the one at `at`, continuations passed over.
fn after(text: &[u8], mut at: usize) -> Option<u8> {
    while text.get(at + 1..at + 3) == Some(b"\\\n") {
        at += 2;
    }
    text.get(at + 1).copied()
}

#[cfg(test)]
mod tests {
    use super::covered;

    #[test]
    fn braces_that_close_nothing_are_covered() {
        for (text, want) in [
            ("echo $x} && ls", "echo $x. && ls"),
            ("echo ${x}} a}b }a }}", "echo ${x}. a.b .a .."),
            ("{ echo a}; }", "{ echo a.; }"),
            ("echo é}", "echo é."),
            ("# don't a}\necho b}", "# don't a}\necho b."),
            ("echo a\\\n} b", "echo a\\\n. b"),
        ] {
            assert_eq!(covered(text).as_deref(), Some(want), "{text}");
        }
        for text in [
            "",
            "ls",
            "f() { ls; }",
            "f() { ls;}",
            "{ ls; }>a",
            "{ ls; }&",
            "(f() { ls; })",
            "echo \"$x}\" '}a' \\}a ${a:-${b}} {a,b}c {}",
            "`{ ls; }`",
            "{ ls\n}\\\n&& a",
            "# a}",
        ] {
            assert_eq!(covered(text), None, "{text}");
        }
    }
}
