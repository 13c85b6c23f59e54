//! JUnit XML: one suite a file, one failed case a finding.

use std::io::{self, Write};

use dflint_parser::Position;

use crate::model::{FileError, FileReport, Lines, Report};
use crate::xml::escaped;

/// Writes one document.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let summary = report.summary();
    let cases: usize = report.files.iter().map(cases).sum();
    writeln!(out, r#"<?xml version="1.0" encoding="utf-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuites name="dflint" tests="{cases}" failures="{}" errors="{}">"#,
        summary.findings, summary.errors
    )?;
    for file in &report.files {
        write_file(file, out)?;
    }
    writeln!(out, "</testsuites>")
}

/// A file without findings is one passed case, so that it is seen to have been linted.
fn cases(file: &FileReport) -> usize {
    (file.findings.len() + file.errors.len()).max(1)
}

fn write_file(file: &FileReport, out: &mut dyn Write) -> io::Result<()> {
    let lines = Lines::new(&file.source);
    let path = escaped(&file.path);
    writeln!(
        out,
        r#"  <testsuite name="{path}" tests="{}" failures="{}" errors="{}">"#,
        cases(file),
        file.findings.len(),
        file.errors.len()
    )?;
    if file.findings.is_empty() && file.errors.is_empty() {
        writeln!(out, r#"    <testcase name="dflint" classname="{path}"/>"#)?;
    }
    for error in &file.errors {
        write_error(&path, error, out)?;
    }
    for finding in &file.findings {
        let (start, _) = lines.positions(finding.span);
        let rule = escaped(finding.rule.name);
        let message = escaped(&finding.message);
        let severity = finding.severity.as_str();
        let at = at(start);
        writeln!(
            out,
            r#"    <testcase name="{rule}: {at}" classname="{path}" file="{path}" line="{}">"#,
            start.line
        )?;
        writeln!(
            out,
            r#"      <failure message="{message}" type="{severity}">{at}: {message}</failure>"#
        )?;
        writeln!(out, "    </testcase>")?;
    }
    writeln!(out, "  </testsuite>")
}

fn write_error(path: &str, error: &FileError, out: &mut dyn Write) -> io::Result<()> {
    let message = escaped(&error.message);
    write!(out, r#"    <testcase name="dflint" classname="{path}""#)?;
    match error.location {
        None => {
            writeln!(out, ">")?;
            writeln!(out, r#"      <error message="{message}"/>"#)?;
        }
        Some((start, _)) => {
            let at = at(start);
            writeln!(out, r#" file="{path}" line="{}">"#, start.line)?;
            writeln!(
                out,
                r#"      <error message="{message}">{at}: {message}</error>"#
            )?;
        }
    }
    writeln!(out, "    </testcase>")
}

fn at(place: Position) -> String {
    format!("line {}, column {}", place.line, place.column)
}
