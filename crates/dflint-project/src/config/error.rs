//! What is wrong with a configuration, and where.

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    /// The configuration file.
    pub path: PathBuf,
    /// Line and column in characters, both from 1.
    pub place: Option<(usize, usize)>,
    /// What is wrong, with a suggestion where there is one.
    pub message: String,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some((line, column)) = self.place {
            write!(f, ":{line}:{column}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl ConfigError {
    /// An error about the whole file.
    pub(crate) fn whole(path: &Path, message: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            place: None,
            message: message.into(),
        }
    }

    /// An error about the bytes `span` of `text`.
    pub(crate) fn at(
        path: &Path,
        text: &str,
        span: Option<Range<usize>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            path: path.to_owned(),
            place: span.map(|span| place(text, span.start)),
            message: message.into(),
        }
    }

    /// What the TOML reader complains of, with the known name that looks most like an unknown
    /// one instead of the list of all.
    pub(crate) fn toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        Self::at(path, text, error.span(), suggestion(error.message()))
    }
}

fn place(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    (line, column)
}

/// Serde says "unknown field `a`, expected one of `b`, `c`" (and the same of variants); the words
/// are part of its interface only as text.
fn suggestion(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let (true, Some(unknown)) = (message.starts_with("unknown "), quoted.next()) else {
        return message.to_owned();
    };
    let nearest = quoted
        .map(|known| (strsim::damerau_levenshtein(unknown, known), known))
        .min();
    let kind = if message.starts_with("unknown field") {
        "key"
    } else {
        "value"
    };
    match nearest {
        Some((distance, known)) if distance * 2 <= known.len() => {
            format!("unknown {kind} `{unknown}`, did you mean `{known}`?")
        }
        _ => message.replacen("unknown field", "unknown key", 1),
    }
}

#[cfg(test)]
mod tests {
    use super::{place, suggestion};

    #[test]
    fn places_count_characters() {
        assert_eq!(place("a\né = 1\n", 5), (2, 3));
        assert_eq!(place("", 0), (1, 1));
    }

    #[test]
    fn the_nearest_known_name_is_suggested() {
        assert_eq!(
            suggestion("unknown field `selct`, expected one of `select`, `ignore`"),
            "unknown key `selct`, did you mean `select`?"
        );
        assert_eq!(
            suggestion("unknown variant `eror`, expected one of `error`, `info`"),
            "unknown value `eror`, did you mean `error`?"
        );
        assert_eq!(
            suggestion("unknown field `zzz`, expected `select`"),
            "unknown key `zzz`, expected `select`"
        );
        assert_eq!(suggestion("invalid type: integer"), "invalid type: integer");
    }
}
