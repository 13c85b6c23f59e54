//! "Did you mean …?"

/// The farthest a word may be from the one it is taken for, in edits, as in BuildKit.
const FARTHEST: usize = 2;

/// How many options are looked at: no file of a project has more, and one that uses ten thousand
/// names it does not define must not look each up among ten thousand others.
pub(crate) const MOST_OPTIONS: usize = 500;

/// Words longer than this are not names that somebody mistyped, in bytes.
const LONGEST: usize = 200;

/// The option nearest to `word`, case counting; the first of them where several are as near.
/// `None` where none is near, and where `word` is an option itself.
pub(crate) fn nearest<'o>(
    word: &str,
    options: impl IntoIterator<Item = &'o str>,
) -> Option<&'o str> {
    let mut best: Option<(usize, &str)> = None;
    if word.len() > LONGEST {
        return None;
    }
    for option in options.into_iter().take(MOST_OPTIONS) {
        if option.len().abs_diff(word.len()) > FARTHEST * 4 {
            continue;
        }
        let distance = strsim::levenshtein(word, option);
        if distance == 0 {
            return None;
        }
        if distance <= FARTHEST && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, option));
        }
    }
    best.map(|(_, option)| option)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn the_first_of_the_nearest_wins() {
        let options = ["PATH", "VERSION", "VERSIONS"];
        assert_eq!(nearest("VERSIO", options), Some("VERSION"));
        assert_eq!(nearest("version", options), None);
        assert_eq!(nearest("VERSIONX", options), Some("VERSION"));
        assert_eq!(nearest("PATH", options), None);
        assert_eq!(nearest("P", options), None);
    }
}
