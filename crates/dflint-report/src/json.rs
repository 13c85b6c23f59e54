//! dflint's own JSON, stable and described by `docs/report.schema.json`.

use std::io::{self, Write};

use dflint_fix::Target;
use dflint_linter::Finding;
use dflint_parser::{Position, Span};
use schemars::JsonSchema;
use serde::Serialize;

use crate::batches::each_in_order;
use crate::model::{FileReport, Lines, Report};
use crate::names::safety_name;

/// The version of the shape; grows when a field changes its meaning or goes.
const VERSION: u32 = 1;

/// The result of a run of dflint.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "dflint report")]
struct JsonReport<'a> {
    /// The version of this shape.
    version: u32,
    /// One entry a file, sorted by path.
    files: Vec<JsonFile<'a>>,
    summary: JsonSummary,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "File")]
struct JsonFile<'a> {
    /// Relative to the working directory, with `/`.
    path: &'a str,
    findings: Vec<JsonFinding<'a>>,
    errors: Vec<JsonError<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Finding")]
struct JsonFinding<'a> {
    /// The rule's name, for example `missing-cache-mount`.
    rule: &'a str,
    /// Names that other tools know the rule by, for example `DL3042`.
    codes: &'a [&'a str],
    /// `error`, `warning`, `info` or `style`.
    severity: &'a str,
    message: &'a str,
    location: JsonLocation,
    /// Other places that explain the finding.
    related: Vec<JsonRelated<'a>>,
    fix: Option<JsonFix<'a>>,
    /// Why there is no fix, or why the fix is not applied.
    withheld: Option<&'a str>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Location")]
struct JsonLocation {
    start: JsonPosition,
    /// One past the last character.
    end: JsonPosition,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Position")]
struct JsonPosition {
    /// Counted from 1.
    line: u32,
    /// In characters (Unicode scalar values), counted from 1.
    column: u32,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Related")]
struct JsonRelated<'a> {
    message: &'a str,
    location: JsonLocation,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fix")]
struct JsonFix<'a> {
    /// `safe`, `unsafe` or `manual`.
    safety: &'a str,
    title: &'a str,
    edits: Vec<JsonEdit<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Edit")]
struct JsonEdit<'a> {
    /// Absent for the file itself, else a file of the build context, which is created where it is
    /// not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    /// First byte that is replaced, counted from 0, byte order mark included.
    start: u32,
    /// One past the last byte that is replaced.
    end: u32,
    text: &'a str,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Error")]
struct JsonError<'a> {
    message: &'a str,
    location: Option<JsonLocation>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct JsonSummary {
    files: usize,
    /// Findings that are left.
    findings: usize,
    /// Findings that were repaired.
    fixed: usize,
    /// Findings left without a fix, with the reason.
    withheld: usize,
    errors: usize,
}

/// Writes `report` as one JSON document: the [`JsonReport`] of it.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{{\n  \"version\": {VERSION},\n  \"files\": [")?;
    let mut separator = "\n    ";
    each_in_order(&report.files, nested, |text| {
        let entry = inside(&text, "[\n  [\n    ", "\n  ]\n]");
        write!(out, "{separator}{entry}")?;
        separator = ",\n    ";
        Ok(())
    })?;
    let end = if report.files.is_empty() { "" } else { "\n  " };
    let summary = serde_json::to_string_pretty(&[summary(report)])?;
    let summary = inside(&summary, "[\n  ", "\n]");
    writeln!(out, "{end}],\n  \"summary\": {summary}\n}}")
}

/// The entry of a file within two lists, so that its lines are indented as in the document.
fn nested(of: &FileReport) -> io::Result<String> {
    Ok(serde_json::to_string_pretty(&[[file(of)]])?)
}

/// What stands in the lists that begin and end so.
fn inside<'t>(text: &'t str, begin: &str, end: &str) -> &'t str {
    let text = text.strip_prefix(begin).unwrap_or(text);
    text.strip_suffix(end).unwrap_or(text)
}

fn summary(report: &Report) -> JsonSummary {
    let summary = report.summary();
    JsonSummary {
        files: summary.files,
        findings: summary.findings,
        fixed: summary.fixed,
        withheld: summary.withheld,
        errors: summary.errors,
    }
}

/// The JSON Schema of the report, as kept in `docs/report.schema.json`.
#[must_use]
pub fn schema() -> String {
    let schema = schemars::schema_for!(JsonReport<'_>);
    format!("{:#}\n", schema.to_value())
}

fn file(file: &FileReport) -> JsonFile<'_> {
    let lines = Lines::new(&file.source);
    JsonFile {
        path: &file.path,
        findings: file
            .findings
            .iter()
            .map(|each| finding(each, &lines))
            .collect(),
        errors: file
            .errors
            .iter()
            .map(|error| JsonError {
                message: &error.message,
                location: error.location.map(between),
            })
            .collect(),
    }
}

fn finding<'a>(finding: &'a Finding, lines: &Lines<'_>) -> JsonFinding<'a> {
    JsonFinding {
        rule: finding.rule.name,
        codes: &finding.codes,
        severity: finding.severity.as_str(),
        message: &finding.message,
        location: location(finding.span, lines),
        related: finding
            .related
            .iter()
            .map(|(span, message)| JsonRelated {
                message,
                location: location(*span, lines),
            })
            .collect(),
        fix: finding.fix.as_ref().map(|fix| JsonFix {
            safety: safety_name(fix.safety),
            title: &fix.title,
            edits: fix.edits.iter().map(edit).collect(),
        }),
        withheld: finding.withheld.as_deref(),
    }
}

fn edit(edit: &dflint_fix::Edit) -> JsonEdit<'_> {
    JsonEdit {
        path: match &edit.target {
            Target::Dockerfile => None,
            Target::ContextFile(file) => Some(&file.path),
        },
        start: edit.span.start,
        end: edit.span.end,
        text: &edit.text,
    }
}

fn location(span: Span, lines: &Lines<'_>) -> JsonLocation {
    between(lines.positions(span))
}

fn between((start, end): (Position, Position)) -> JsonLocation {
    JsonLocation {
        start: position(start),
        end: position(end),
    }
}

fn position(position: Position) -> JsonPosition {
    JsonPosition {
        line: position.line,
        column: position.column,
    }
}

#[cfg(test)]
mod tests {
    use super::{JsonReport, VERSION, file, summary, write};
    use crate::batches::BATCH;
    use crate::model::{FileError, FileReport, Report};

    #[test]
    fn the_document_is_what_serde_makes_of_the_whole_report() {
        for count in [0, 1, 2, BATCH + 1] {
            let files = (0..count).map(|number| FileReport {
                path: format!("{number}/Dockerfile"),
                errors: vec![FileError {
                    message: "two\nlines, \"quoted\"".to_owned(),
                    location: None,
                }],
                ..FileReport::default()
            });
            let report = Report {
                files: files.collect(),
            };
            let document = JsonReport {
                version: VERSION,
                files: report.files.iter().map(file).collect(),
                summary: summary(&report),
            };
            let whole = serde_json::to_string_pretty(&document).unwrap() + "\n";
            let mut written = Vec::new();
            write(&report, &mut written).unwrap();
            assert_eq!(String::from_utf8(written).unwrap(), whole);
        }
    }
}
