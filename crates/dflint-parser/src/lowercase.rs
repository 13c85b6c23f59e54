//! Lower case as Go makes it.

/// `text` as Go's `strings.ToLower` has it: each character on its own becomes one other. So `İ` is
/// a plain `i`, and a `Σ` at the end of a word no different from others.
#[must_use]
pub fn lowercase(text: &str) -> String {
    text.chars().map(lowercase_char).collect()
}

/// One character of [`lowercase`].
pub(crate) fn lowercase_char(c: char) -> char {
    // The only one that Unicode takes to several, of which Go keeps the first.
    c.to_lowercase().next().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::lowercase;

    #[test]
    fn lower_case_is_that_of_go() {
        assert_eq!(lowercase("ABÇ-\u{130}\u{212a}ΑΣ"), "abç-ikασ");
    }
}
