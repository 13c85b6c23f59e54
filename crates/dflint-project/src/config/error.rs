//! What is wrong with a configuration, and where.

use std::ops::Range;
use std::path::{Path, PathBuf};

use dflint_parser::{LineIndex, Position};
use toml::de::{DeTable, DeValue};

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
    /// one instead of the list of all, and with the key whose value is of the wrong type.
    pub(crate) fn toml(path: &Path, text: &str, error: &toml::de::Error) -> Self {
        let span = error.span();
        let mistyped = wanted(error.message()).and_then(|wanted| {
            let key = key_of(text, span.as_ref()?)?;
            Some(format!("{key} must be {wanted}"))
        });
        let message = mistyped.unwrap_or_else(|| suggestion(error.message()));
        Self::at(path, text, span, message)
    }
}

fn place(text: &str, span: &Range<usize>) -> (Position, Position) {
    let lines = LineIndex::new(text);
    let position = |offset: usize| lines.position(text, offset as u32);
    (position(span.start), position(span.end))
}

/// What a value of the wrong type should be, in the words of TOML instead of serde's.
fn wanted(message: &str) -> Option<&'static str> {
    // What is read into an enumeration.
    if message == "wanted string or table" {
        return Some("a string");
    }
    let (_, expected) = message
        .strip_prefix("invalid type: ")?
        .rsplit_once(", expected ")?;
    match expected {
        "a string" => Some("a string"),
        "a boolean" => Some("`true` or `false`"),
        "a sequence" => Some("a list"),
        "a map" => Some("a table"),
        _ if expected.starts_with("struct ") => Some("a table"),
        _ => None,
    }
}

/// The key whose value, or an item of whose list, stands at `span`.
fn key_of(text: &str, span: &Range<usize>) -> Option<String> {
    let table = DeTable::parse(text).ok()?;
    key_in(table.get_ref(), span)
}

fn key_in(table: &DeTable<'_>, span: &Range<usize>) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let name = key.get_ref();
        if value.span() == *span {
            return Some(format!("`{name}`"));
        }
        match value.get_ref() {
            DeValue::Table(inner) => key_in(inner, span),
            DeValue::Array(items) => {
                let is_item = items.iter().any(|item| item.span() == *span);
                is_item.then(|| format!("an item of `{name}`"))
            }
            _ => None,
        }
    })
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
    use std::path::Path;

    use super::{ConfigError, suggestion};
    use crate::config::file::ConfigFile;

    #[test]
    fn a_value_of_the_wrong_type_is_named_by_its_key() {
        for (text, message, column) in [
            ("preset = 3", "`preset` must be a string", 10),
            ("select = 'ALL'", "`select` must be a list", 10),
            (
                "ignore = ['A', 3]",
                "an item of `ignore` must be a string",
                16,
            ),
            ("severity = { A = 3 }", "`A` must be a string", 18),
            ("options = 3", "`options` must be a table", 11),
            (
                "options.strict-labels = 'yes'",
                "`strict-labels` must be `true` or `false`",
                25,
            ),
            ("context = ['.']", "`context` must be a table", 11),
        ] {
            let error = toml::from_str::<ConfigFile>(text).unwrap_err();
            let error = ConfigError::toml(Path::new("dflint.toml"), text, &error);
            assert_eq!(error.message, message, "{text}");
            let start = error.place.map(|(start, _)| (start.line, start.column));
            assert_eq!(start, Some((1, column)), "{text}");
        }
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
