//! GitHub workflow commands
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).

use std::borrow::Cow;
use std::io::{self, Write};

use dflint_knowledge::Severity;
use dflint_linter::Finding;

use crate::model::{FileReport, Lines, Report};
use crate::summary;

/// Writes one annotation a line: errors first, because GitHub shows only the first ten of a kind,
/// and a summary last.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for file in &report.files {
        for error in &file.errors {
            let path = property(&file.path);
            let message = data(&error.message);
            writeln!(out, "::error file={path},title=dflint::{message}")?;
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
    let (start, end) = lines.positions(finding.span);
    // GitHub takes columns only where the annotation stays on one line.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    writeln!(
        out,
        "::{command} file={},line={},endLine={}{columns},title={}::{}",
        property(&file.path),
        start.line,
        end.line,
        property(&format!("dflint {}", finding.rule.name)),
        data(&finding.message),
    )
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
