//! The formats by name.

use std::io::{self, Write};

use crate::human::{self, HumanOptions};
use crate::model::Report;
use crate::redact::{FixText, redact};
use crate::{checkstyle, github, gitlab, json, junit, rdjson, sarif};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Source with the places marked, for people.
    Human,
    /// dflint's own JSON.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// GitHub workflow commands.
    Github,
    /// GitLab Code Quality.
    Gitlab,
    /// Checkstyle XML.
    Checkstyle,
    /// JUnit XML.
    Junit,
    /// Reviewdog's JSON.
    Rdjson,
    /// Reviewdog's JSON, one diagnostic a line.
    Rdjsonl,
}

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Self; 9] = [
        Self::Human,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Checkstyle,
        Self::Junit,
        Self::Rdjson,
        Self::Rdjsonl,
    ];

    /// The name used on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Checkstyle => "checkstyle",
            Self::Junit => "junit",
            Self::Rdjson => "rdjson",
            Self::Rdjsonl => "rdjsonl",
        }
    }
}

/// Hides the secret values of its files in `report` and writes it to `out`; the same report gives
/// the same bytes.
///
/// # Errors
///
/// What `out` refuses.
pub fn write(
    report: &mut Report,
    format: Format,
    options: HumanOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let fixes = match format {
        Format::Human => FixText::Hidden,
        _ => FixText::LeftOut,
    };
    redact(report, fixes);
    let report = &*report;
    match format {
        Format::Human => human::write(report, options, out),
        Format::Json => json::write(report, out),
        Format::Sarif => sarif::write(report, out),
        Format::Github => github::write(report, out),
        Format::Gitlab => gitlab::write(report, out),
        Format::Checkstyle => checkstyle::write(report, out),
        Format::Junit => junit::write(report, out),
        Format::Rdjson => rdjson::write(report, out),
        Format::Rdjsonl => rdjson::write_lines(report, out),
    }
}
