//! The case of keywords.

/// Upper or lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Casing {
    /// `from`.
    Lower,
    /// `FROM`.
    Upper,
}

impl Casing {
    /// The case of a word; `None` where it mixes both.
    pub(crate) fn of(word: &str) -> Option<Self> {
        if word.chars().flat_map(char::to_lowercase).eq(word.chars()) {
            Some(Self::Lower)
        } else if word.chars().flat_map(char::to_uppercase).eq(word.chars()) {
            Some(Self::Upper)
        } else {
            None
        }
    }

    /// The word in this case.
    pub(crate) fn apply(self, word: &str) -> String {
        match self {
            Self::Lower => word.to_lowercase(),
            Self::Upper => word.to_uppercase(),
        }
    }

    /// The name of the case.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Upper => "upper",
        }
    }
}
