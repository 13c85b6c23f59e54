//! Checkstyle XML, as Jenkins and other services read it.

use std::io::{self, Write};

use dflint_knowledge::Severity;

use crate::model::{FileReport, Lines, Report};
use crate::xml::escaped;

/// Writes one document with an element for each file.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, r#"<?xml version="1.0" encoding="utf-8"?>"#)?;
    writeln!(out, r#"<checkstyle version="4.3">"#)?;
    for file in &report.files {
        write_file(file, out)?;
    }
    writeln!(out, "</checkstyle>")
}

fn write_file(file: &FileReport, out: &mut dyn Write) -> io::Result<()> {
    let lines = Lines::new(&file.source);
    writeln!(out, r#"  <file name="{}">"#, escaped(&file.path))?;
    for error in &file.errors {
        let message = escaped(&error.message);
        let (line, column) = error
            .location
            .map_or((1, 1), |(start, _)| (start.line, start.column));
        writeln!(
            out,
            r#"    <error line="{line}" column="{column}" severity="error" message="{message}" source="dflint"/>"#,
        )?;
    }
    for finding in &file.findings {
        let (start, _) = lines.positions(finding.span);
        writeln!(
            out,
            r#"    <error line="{}" column="{}" severity="{}" message="{}" source="dflint.{}"/>"#,
            start.line,
            start.column,
            severity_name(finding.severity),
            escaped(&finding.message),
            escaped(finding.rule.name),
        )?;
    }
    writeln!(out, "  </file>")
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "info",
    }
}
