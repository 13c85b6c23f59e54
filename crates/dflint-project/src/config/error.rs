//! What is wrong with a configuration, and where.

use std::ops::Range;
use std::path::{Path, PathBuf};

use dflint_parser::{LineIndex, Position};

/// A configuration that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ConfigError {
    /// The configuration file.
    pub path: PathBuf,
    /// Start and end (exclusive) of what is wrong.
    pub place: Option<(Position, Position)>,
    /// What is wrong, with a suggestion where there is one.
    pub message: String,
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
            place: span.map(|span| place(text, &span)),
            message: message.into(),
        }
    }

    /// What the TOML reader complains of, with the known name that looks most like an unknown
    /// one instead of the list of all.
    pub(crate) fn toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        Self::at(path, text, error.span(), suggestion(error.message()))
    }
}

fn place(text: &str, span: &Range<usize>) -> (Position, Position) {
    let lines = LineIndex::new(text);
    let position = |offset: usize| lines.position(text, offset as u32);
    (position(span.start), position(span.end))
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
    use super::suggestion;

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
