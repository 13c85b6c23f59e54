//! What is refused before the grammar sees it.
//!
//! `shuck-parser` bounds its own depth and work, with three gaps: it looks for the end of every
//! open brace and parenthesis again and again (quadratic in their number), it has no bound for
//! `time` in front of `time`, which ends in a stack overflow that nothing can catch, and
//! behind a backslash it may look for the end of a substitution in backticks in the middle of a
//! character, and panics. No real script comes near these limits.

/// Longest script that is read, in bytes; the longest in use are some 50 kB.
const MAX_LEN: usize = 256 * 1024;

/// How many braces or parentheses may be open at once.
const MAX_OPEN: usize = 200;

/// How many heredocs there may be.
const MAX_HEREDOCS: usize = 500;

/// How many words in front of one command may be keywords that take a command.
const MAX_PREFIXES: usize = 20;

/// Why `script` is not read; `None` where it is within the limits.
pub(super) fn exceeded(script: &str) -> Option<&'static str> {
    if script.len() > MAX_LEN {
        return Some("the script is too long to be read");
    }
    if nests_too_deep(script.as_bytes()) {
        return Some("the script is nested too deep to be read");
    }
    if has_many_prefixes(script) {
        return Some("the script has too many keywords in a row to be read");
    }
    if has_wide_substitution(script) {
        return Some("the script has other characters than ASCII behind a backtick");
    }
    if script.matches("<<").count() > MAX_HEREDOCS {
        return Some("the script has too many heredocs to be read");
    }
    None
}

/// Counts without regard to quotes: what is quoted is mostly balanced too.
fn nests_too_deep(script: &[u8]) -> bool {
    let (mut braces, mut parentheses) = (0_usize, 0_usize);
    for byte in script {
        match byte {
            b'{' => braces += 1,
            b'}' => braces = braces.saturating_sub(1),
            b'(' => parentheses += 1,
            b')' => parentheses = parentheses.saturating_sub(1),
            _ => continue,
        }
        if braces > MAX_OPEN || parentheses > MAX_OPEN {
            return true;
        }
    }
    false
}

fn has_wide_substitution(script: &str) -> bool {
    let behind = script.split_once('`').map(|(_, behind)| behind);
    script.contains('\\') && behind.is_some_and(|behind| !behind.is_ascii())
}

fn has_many_prefixes(script: &str) -> bool {
    let mut run = 0;
    script.split_ascii_whitespace().any(|word| {
        let is_prefix = matches!(word, "time" | "coproc" | "!" | "-p" | "\\");
        run = if is_prefix { run + 1 } else { 0 };
        run > MAX_PREFIXES
    })
}
