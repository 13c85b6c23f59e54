//! GitHub workflow commands
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).

use std::borrow::Cow;
use std::io::{self, Write};

use dflint_knowledge::Severity;
use dflint_linter::Finding;
use dflint_parser::Position;

use crate::model::{FileReport, Lines, Report};
use crate::summary;

/// Writes one annotation a line: errors first, because GitHub shows only the first ten of a kind,
/// and a summary last.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        for error in &file.errors {
            let path = property(&file.path);
            let place = error.location.map(place).unwrap_or_default();
            let message = data(&error.message);
            writeln!(out, "::error file={path}{place},title=dflint::{message}")?;
        }
    }
    let by_file: Vec<(&FileReport, Lines<'_>)> = report
        .files
        .iter()
        .map(|file| (file, Lines::new(&file.source)))
        .collect();
    for wanted in [
        Severity::Error,
        Severity::Warning,
        Severity::Info,
        Severity::Style,
    ] {
        for (file, lines) in &by_file {
            let findings = file.findings.iter();
            for finding in findings.filter(|finding| finding.severity == wanted) {
                annotation(file, lines, finding, out)?;
            }
        }
    }
    let counts = report.summary();
    match summary::line(report) {
        Some(line) if counts.findings + counts.errors > 0 => writeln!(out, "dflint: {line}"),
        _ => Ok(()),
    }
}

fn annotation(
    file: &FileReport,
    lines: &Lines<'_>,
    finding: &Finding,
    out: &mut dyn Write,
) -> io::Result<()> {
    let command = match finding.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Style => "notice",
    };
    writeln!(
        out,
        "::{command} file={}{},title={}::{}",
        property(&file.path),
        place(lines.positions(finding.span)),
        property(&format!("dflint {}", finding.rule.name)),
        data(&finding.message),
    )
}

/// The properties of a place, start and end.
fn place((start, end): (Position, Position)) -> String {
    let lines = format!(",line={},endLine={}", start.line, end.line);
    // GitHub takes columns only where the annotation stays on one line.
    if start.line != end.line {
        return lines;
    }
    format!("{lines},col={},endColumn={}", start.column, end.column)
}

/// A message, with the characters that would end the command escaped.
fn data(text: &str) -> Cow<'_, str> {
    escaped(text, &['%', '\r', '\n'])
}

/// The value of a property, where two more characters have a meaning.
fn property(text: &str) -> Cow<'_, str> {
    escaped(text, &['%', '\r', '\n', ':', ','])
}

fn escaped<'a>(text: &'a str, special: &[char]) -> Cow<'a, str> {
    if !text.contains(special) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if special.contains(&letter) {
            escaped.push_str(&format!("%{:02X}", u32::from(letter)));
        } else {
            escaped.push(letter);
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::{data, property};

    #[test]
    fn nothing_ends_a_command_early() {
        assert_eq!(
            data("50% of a:b,\r\n::error::"),
            "50%25 of a:b,%0D%0A::error::"
        );
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
