//! "Did you mean …?"

/// The farthest a word may be from the one it is taken for, in edits, as in BuildKit.
const FARTHEST: usize = 2;

/// `, did you mean X?` with the option (an ASCII word) nearest to `word`, the first of them when
/// several are as near; empty when none is near.
#[must_use]
pub fn did_you_mean<'o>(word: &str, options: impl IntoIterator<Item = &'o str>) -> String {
    nearest(word, options).map_or_else(String::new, |option| format!(", did you mean {option}?"))
}

fn nearest<'o>(word: &str, options: impl IntoIterator<Item = &'o str>) -> Option<&'o str> {
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let length = word.chars().count();
    let mut best: Option<(usize, &str)> = None;
    for option in options {
        if option.len().abs_diff(length) > FARTHEST {
            continue;
        }
        let distance = strsim::levenshtein(&word, &option.to_ascii_lowercase());
        let enough = distance <= FARTHEST && distance < option.len();
        if enough && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, option));
        }
    }
    best.map(|(_, option)| option)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn the_nearest_option_is_suggested() {
        let options = ["FROM", "RUN", "ENV"];
        assert_eq!(did_you_mean("FORM", options), ", did you mean FROM?");
        assert_eq!(did_you_mean("rum", options), ", did you mean RUN?");
        assert_eq!(did_you_mean("whatever", options), "");
        assert_eq!(did_you_mean(&"x".repeat(1_000_000), options), "");
    }
}
