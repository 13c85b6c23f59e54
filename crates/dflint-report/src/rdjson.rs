//! Reviewdog's diagnostic formats
//! (<https://github.com/reviewdog/reviewdog/tree/master/proto/rdf>): columns count bytes of UTF-8.

use std::io::{self, Write};

use dflint_fix::{Fix, Target};
use dflint_knowledge::Severity;
use dflint_linter::Finding;
use dflint_parser::{Position, Span};
use serde_json::{Value, json};

use crate::model::{FileReport, Lines, Report};
use crate::names::page_url;

/// Writes one `DiagnosticResult`.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let document = json!({
        "source": source(),
        "diagnostics": diagnostics(report).collect::<Vec<Value>>(),
    });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// Writes one `Diagnostic` a line.
pub(crate) fn write_lines(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for mut diagnostic in diagnostics(report) {
        diagnostic["source"] = source();
        serde_json::to_writer(&mut *out, &diagnostic)?;
        writeln!(out)?;
    }
    Ok(())
}

fn source() -> Value {
    json!({"name": "dflint", "url": env!("CARGO_PKG_REPOSITORY")})
}

fn diagnostics(report: &Report) -> impl Iterator<Item = Value> + '_ {
    report.files.iter().flat_map(|file| {
        let lines = Lines::new(&file.source);
        let errors = file.errors.iter().map(|error| {
            let mut location = json!({"path": file.path});
            // Columns are known in characters only, and the format wants bytes.
            if let Some((start, _)) = error.location {
                location["range"] = json!({"start": {"line": start.line}});
            }
            json!({"message": error.message, "location": location, "severity": "ERROR"})
        });
        let findings = file
            .findings
            .iter()
            .map(|finding| diagnostic(file, &lines, finding));
        errors.chain(findings).collect::<Vec<Value>>()
    })
}

fn diagnostic(file: &FileReport, lines: &Lines<'_>, finding: &Finding) -> Value {
    let mut diagnostic = json!({
        "message": finding.message,
        "location": {"path": file.path, "range": range(lines, finding.span)},
        "severity": severity_name(finding.severity),
        "code": {"value": finding.rule.name, "url": page_url(finding.rule)},
    });
    let related = finding.related.iter().map(|(span, label)| {
        json!({
            "message": label,
            "location": {"path": file.path, "range": range(lines, *span)},
        })
    });
    let related: Vec<Value> = related.collect();
    if !related.is_empty() {
        diagnostic["related_locations"] = related.into();
    }
    if let Some(fix) = &finding.fix
        && let Some(suggestions) = suggestions(lines, fix)
    {
        diagnostic["suggestions"] = suggestions.into();
    }
    diagnostic
}

/// The format has no suggestion for another file: a fix that writes one is left out.
fn suggestions(lines: &Lines<'_>, fix: &Fix) -> Option<Vec<Value>> {
    fix.edits
        .iter()
        .map(|edit| match edit.target {
            Target::Dockerfile => Some(json!({
                "range": range(lines, edit.span),
                "text": edit.text,
            })),
            Target::ContextFile(_) => None,
        })
        .collect()
}

fn range(lines: &Lines<'_>, span: Span) -> Value {
    json!({
        "start": position(lines.position_in_bytes(span.start)),
        "end": position(lines.position_in_bytes(span.end)),
    })
}

fn position(position: Position) -> Value {
    json!({"line": position.line, "column": position.column})
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Info | Severity::Style => "INFO",
    }
}
