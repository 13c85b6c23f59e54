//! The last line that people read.

use dflint_fix::Safety;
use dflint_knowledge::Severity;

use crate::model::Report;

/// One line that says how many problems there are, how bad, and what would repair them; `None`
/// where nothing was looked at.
#[must_use]
pub(crate) fn line(report: &Report) -> Option<String> {
    let sentences = [findings_line(report), errors_line(report)];
    let said: Vec<String> = sentences.into_iter().flatten().collect();
    (!said.is_empty()).then(|| said.join(" "))
}

fn errors_line(report: &Report) -> Option<String> {
    let errors = report.summary().errors;
    (errors > 0).then(|| format!("{} could not be read or written.", count(errors, "path")))
}

/// `None` where no file could be looked at.
fn findings_line(report: &Report) -> Option<String> {
    let summary = report.summary();
    let unread = report
        .files
        .iter()
        .filter(|file| file.findings.is_empty() && !file.errors.is_empty());
    let files = match summary.files - unread.count() {
        0 => return None,
        number => count(number, "file"),
    };
    let mut line = String::new();
    if summary.fixed > 0 {
        line.push_str(&format!("Fixed {}. ", count(summary.fixed, "problem")));
    }
    if summary.findings == 0 {
        let left = if summary.fixed > 0 {
            "No problem left"
        } else {
            "No problem"
        };
        line.push_str(&format!("{left} in {files}."));
    } else {
        let left = if summary.fixed > 0 { " left" } else { "" };
        let problems = count(summary.findings, "problem");
        line.push_str(&format!("{problems}{left} ({}) in {files}", levels(report)));
        line.push_str(&remedies(report));
        line.push('.');
    }
    Some(line)
}

/// `1 error, 2 warnings`.
fn levels(report: &Report) -> String {
    let levels = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Info, "info"),
        (Severity::Style, "style"),
    ];
    let named = levels.iter().filter_map(|(severity, name)| {
        let number = findings(report).filter(|f| f.severity == *severity).count();
        match (number, severity) {
            (0, _) => None,
            (_, Severity::Info | Severity::Style) => Some(format!("{number} {name}")),
            _ => Some(count(number, name)),
        }
    });
    named.collect::<Vec<String>>().join(", ")
}

/// What `--fix` would do about it.
fn remedies(report: &Report) -> String {
    let with = |safety: Safety| {
        findings(report)
            .filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safety == safety))
            .count()
    };
    match (with(Safety::Safe), with(Safety::Unsafe)) {
        (0, 0) => String::new(),
        (safe, 0) => format!("; --fix repairs {safe}"),
        (0, risky) => format!("; --fix --unsafe-fixes repairs {risky}"),
        (safe, risky) => format!("; --fix repairs {safe}, --unsafe-fixes {risky} more"),
    }
}

fn findings(report: &Report) -> impl Iterator<Item = &dflint_linter::Finding> {
    report.files.iter().flat_map(|file| &file.findings)
}

/// `1 file`, `2 files`.
fn count(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}
