//! Licence expressions of SPDX.

/// The most parentheses that may be open at once.
const MAX_DEPTH: usize = 64;

/// Families of licences that come in versions, with the versions: `Apache-2.0`.
const VERSIONED: [(&str, &[&str]); 32] = [
    ("AFL", &["1.1", "1.2", "2.0", "2.1", "3.0"]),
    (
        "AGPL",
        &[
            "1.0",
            "1.0-only",
            "1.0-or-later",
            "3.0",
            "3.0-only",
            "3.0-or-later",
        ],
    ),
    ("Apache", &["1.0", "1.1", "2.0"]),
    ("APSL", &["1.0", "1.1", "1.2", "2.0"]),
    ("Artistic", &["1.0", "1.0-Perl", "1.0-cl8", "2.0"]),
    ("BSL", &["1.0"]),
    ("BUSL", &["1.1"]),
    ("CC-BY", &["1.0", "2.0", "2.5", "3.0", "4.0"]),
    ("CC-BY-NC", &["1.0", "2.0", "2.5", "3.0", "4.0"]),
    ("CC-BY-NC-ND", &["1.0", "2.0", "2.5", "3.0", "4.0"]),
    ("CC-BY-NC-SA", &["1.0", "2.0", "2.5", "3.0", "4.0"]),
    ("CC-BY-ND", &["1.0", "2.0", "2.5", "3.0", "4.0"]),
    ("CC-BY-SA", &["1.0", "2.0", "2.5", "3.0", "4.0"]),
    ("CC0", &["1.0"]),
    ("CDDL", &["1.0", "1.1"]),
    ("CECILL", &["1.0", "1.1", "2.0", "2.1", "B", "C"]),
    ("CPL", &["1.0"]),
    ("ECL", &["1.0", "2.0"]),
    ("EPL", &["1.0", "2.0"]),
    ("EUPL", &["1.0", "1.1", "1.2"]),
    ("GFDL", &["1.1", "1.2", "1.3", "1.3-only", "1.3-or-later"]),
    (
        "GPL",
        &[
            "1.0",
            "1.0-only",
            "1.0-or-later",
            "2.0",
            "2.0-only",
            "2.0-or-later",
            "3.0",
            "3.0-only",
            "3.0-or-later",
        ],
    ),
    (
        "LGPL",
        &[
            "2.0",
            "2.0-only",
            "2.0-or-later",
            "2.1",
            "2.1-only",
            "2.1-or-later",
            "3.0",
            "3.0-only",
            "3.0-or-later",
        ],
    ),
    ("LPPL", &["1.0", "1.1", "1.2", "1.3a", "1.3c"]),
    ("MPL", &["1.0", "1.1", "2.0", "2.0-no-copyleft-exception"]),
    ("MulanPSL", &["1.0", "2.0"]),
    ("OFL", &["1.0", "1.1"]),
    ("OSL", &["1.0", "1.1", "2.0", "2.1", "3.0"]),
    ("PHP", &["3.0", "3.01"]),
    ("SSPL", &["1.0"]),
    ("UPL", &["1.0"]),
    ("ZPL", &["1.1", "2.0", "2.1"]),
];

/// Licences that stand alone.
const SINGLE: [&str; 46] = [
    "0BSD",
    "AAL",
    "Beerware",
    "BlueOak-1.0.0",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-2-Clause-Patent",
    "BSD-3-Clause",
    "BSD-3-Clause-Clear",
    "BSD-3-Clause-LBNL",
    "BSD-4-Clause",
    "BSD-4-Clause-UC",
    "bzip2-1.0.6",
    "curl",
    "Elastic-2.0",
    "FSFAP",
    "FTL",
    "HPND",
    "ICU",
    "IJG",
    "ImageMagick",
    "Info-ZIP",
    "ISC",
    "JSON",
    "Libpng",
    "libtiff",
    "MIT",
    "MIT-0",
    "MS-PL",
    "MS-RL",
    "NCSA",
    "ODbL-1.0",
    "OLDAP-2.8",
    "OpenSSL",
    "PostgreSQL",
    "PSF-2.0",
    "Python-2.0",
    "Ruby",
    "SISSL",
    "Unicode-DFS-2016",
    "Unlicense",
    "Vim",
    "W3C",
    "WTFPL",
    "X11",
    "Zlib",
];

/// Whether `text` is a licence expression. Knows the licences that are in use; a reference of
/// one's own begins with `LicenseRef-`.
pub(crate) fn is_expression(text: &str) -> bool {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut depth = 0;
    let mut wants_licence = true;
    let mut words = spaced.split_whitespace().peekable();
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
    let word = word.strip_suffix('+').unwrap_or(word);
    let reference = word.strip_prefix("LicenseRef-");
    reference.is_some_and(is_id)
        || SINGLE
            .iter()
            .any(|single| single.eq_ignore_ascii_case(word))
        || VERSIONED
            .iter()
            .any(|(family, versions)| is_version_of(word, family, versions))
}

fn is_version_of(word: &str, family: &str, versions: &[&str]) -> bool {
    let head = word.get(..family.len());
    head.is_some_and(|head| head.eq_ignore_ascii_case(family))
        && word
            .get(family.len()..)
            .and_then(|rest| rest.strip_prefix('-'))
            .is_some_and(|rest| {
                versions
                    .iter()
                    .any(|version| version.eq_ignore_ascii_case(rest))
            })
}

fn is_exception(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    is_id(&word) && word.contains("exception")
}

fn is_id(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
}
