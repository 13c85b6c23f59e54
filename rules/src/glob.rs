//! Patterns of the tables.

/// Whether `text` matches `pattern`, in which `*` stands for any number of characters.
///
/// Takes time proportional to the product of both lengths at worst.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    // Most patterns of a table are told from a text by their first or last byte.
    let differ = |of_pattern: Option<&u8>, of_text: Option<&u8>| {
        of_pattern != Some(&b'*') && of_pattern != of_text
    };
    let (pattern_bytes, bytes) = (pattern.as_bytes(), text.as_bytes());
    if differ(pattern_bytes.first(), bytes.first()) || differ(pattern_bytes.last(), bytes.last()) {
        return false;
    }
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_match_anything() {
        let cases = [
            ("alpine", "alpine", true),
            ("alpine", "alpine3.20", false),
            ("alpine*", "alpine3.20", true),
            ("*-alpine*", "3.12-alpine3.20", true),
            ("*-alpine*", "alpine", false),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c-b", false),
            ("a*a", "a", false),
            ("*.pem", "key.pem", true),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }
}
