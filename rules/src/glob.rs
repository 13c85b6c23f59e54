//! Patterns of the tables.

/// Whether `text` matches `pattern`, in which `*` stands for any number of characters.
///
/// Takes time proportional to the product of both lengths at worst.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    // Most patterns of a table are told from a text by their first byte.
    let first = pattern.as_bytes().first();
    if first != Some(&b'*') && first != text.as_bytes().first() {
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
