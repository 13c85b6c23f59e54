//! Tags of images, by pattern.

/// The releases of Debian whose packages are still served where base images look for them.
const DEBIAN_RELEASES: [&str; 3] = ["bookworm", "trixie", "forky"];

/// The releases of Ubuntu with long support.
const UBUNTU_RELEASES: [&str; 2] = ["jammy", "noble"];

/// The releases of Java that have a runtime image.
const JAVA_RELEASES: [&str; 5] = ["11", "17", "21", "25", "8"];

/// What stands in `tag` for the placeholders of `pattern`, in order; `None` where it does not
/// match. A placeholder takes as much as it can.
pub(super) fn captures<'t>(pattern: &str, tag: &'t str) -> Option<Vec<&'t str>> {
    let mut captured = Vec::new();
    let mut rest = tag;
    let mut pattern = pattern;
    while let Some((literal, after)) = pattern.split_once('{') {
        rest = rest.strip_prefix(literal)?;
        let (placeholder, after) = after.split_once('}')?;
        let taken = match placeholder {
            "number" => number(rest),
            "minor" => minor(rest),
            "java" => one_of(&JAVA_RELEASES, rest),
            "ubuntu" => one_of(&UBUNTU_RELEASES, rest),
            _ => one_of(&DEBIAN_RELEASES, rest),
        };
        if taken == 0 {
            return None;
        }
        let (value, behind) = rest.split_at_checked(taken)?;
        captured.push(value);
        rest = behind;
        pattern = after;
    }
    (rest == pattern).then_some(captured)
}

/// The length of the name that `text` begins with.
fn one_of(names: &[&str], text: &str) -> usize {
    let found = names.iter().find(|name| {
        let rest = text.strip_prefix(**name);
        rest.is_some_and(|rest| {
            !rest.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '.')
        })
    });
    found.map_or(0, |name| name.len())
}

/// The length of a version of two numbers that `text` begins with.
fn minor(text: &str) -> usize {
    let length = number(text);
    let version = text.get(..length).unwrap_or_default();
    match version.split('.').count() == 2 {
        true => length,
        false => 0,
    }
}

/// How many bytes of digits and dots `text` begins with.
fn number(text: &str) -> usize {
    if !text.starts_with(|letter: char| letter.is_ascii_digit()) {
        return 0;
    }
    text.find(|letter: char| !letter.is_ascii_digit() && letter != '.')
        .unwrap_or(text.len())
}

/// `template` with `{1}`, `{2}` … replaced by what was captured.
pub(super) fn fill(template: &str, captured: &[&str]) -> String {
    let mut text = template.to_owned();
    for (at, value) in captured.iter().enumerate() {
        text = text.replace(&format!("{{{}}}", at + 1), value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{captures, fill};

    #[test]
    fn placeholders_take_numbers_and_releases() {
        for (pattern, tag, want) in [
            ("{number}", "1.25", Some(vec!["1.25"])),
            ("{number}", "1.25-alpine", None),
            ("{number}", "latest", None),
            (
                "{number}-{debian}",
                "1.25-bookworm",
                Some(vec!["1.25", "bookworm"]),
            ),
            ("{number}-{debian}", "1.25-buster", None),
            (
                "{number}-alpine{number}",
                "1.25-alpine3.22",
                Some(vec!["1.25", "3.22"]),
            ),
            ("{number}-alpine{number}", "1.25-alpine", None),
            ("latest", "latest", Some(vec![])),
            ("{minor}", "8.0", Some(vec!["8.0"])),
            ("{minor}", "8.0.404", None),
            ("{java}-jdk", "17-jdk", Some(vec!["17"])),
            ("{java}-jdk", "17.0.9-jdk", None),
            ("{java}-jdk", "16-jdk", None),
            (
                "{java}-jdk-{ubuntu}",
                "21-jdk-noble",
                Some(vec!["21", "noble"]),
            ),
        ] {
            assert_eq!(captures(pattern, tag), want, "{pattern} on {tag}");
        }
        assert_eq!(fill("alpine:{2}", &["1.25", "3.22"]), "alpine:3.22");
    }
}
