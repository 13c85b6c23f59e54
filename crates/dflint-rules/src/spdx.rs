//! Licence expressions of SPDX.

use std::collections::HashSet;
use std::sync::LazyLock;

use spdx::LicenseId;
use spdx::identifiers::{EXCEPTIONS, LICENSES};

/// The most parentheses that may be open at once.
const MAX_DEPTH: usize = 64;

/// Whether `text` is one licence of SPDX's list, written exactly so and not superseded.
pub(crate) fn is_current_id(text: &str) -> bool {
    spdx::license_id(text).is_some_and(|licence: LicenseId| !licence.is_deprecated())
}

/// Whether `text` is a licence expression. A licence of one's own begins with `LicenseRef-`. The
/// case of names does not matter, superseded ones such as `GPL-2.0` are accepted.
pub(crate) fn is_expression(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut depth = 0;
    let mut wants_licence = true;
    let mut words = spaced.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "(" if wants_licence && depth < MAX_DEPTH => depth += 1,
            ")" if !wants_licence && depth > 0 => depth -= 1,
            "AND" | "OR" if !wants_licence => wants_licence = true,
            "WITH" if !wants_licence => {
                if !words.next().is_some_and(is_exception) {
                    return false;
                }
            }
            licence if wants_licence && is_licence(licence) => wants_licence = false,
            _ => return false,
        }
    }
    depth == 0 && !wants_licence
}

fn is_licence(word: &str) -> bool {
    static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
        LICENSES
            .iter()
            .map(|licence| licence.name.to_ascii_lowercase())
            .collect()
    });
    let word = word.strip_suffix('+').unwrap_or(word);
    let reference = word.strip_prefix("LicenseRef-");
    reference.is_some_and(is_id) || NAMES.contains(&word.to_ascii_lowercase())
}

fn is_exception(word: &str) -> bool {
    static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
        EXCEPTIONS
            .iter()
            .map(|exception| exception.name.to_ascii_lowercase())
            .collect()
    });
    NAMES.contains(&word.to_ascii_lowercase())
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
}
