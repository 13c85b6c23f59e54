//! GitLab's Code Quality report (<https://docs.gitlab.com/ci/testing/code_quality/>).

use std::io::{self, Write};

use dflint_knowledge::Severity;
use serde_json::{Value, json};

use crate::fingerprint::Fingerprints;
use crate::model::{FileReport, Lines, Report};

/// Writes one JSON array.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let issues: Vec<Value> = report.files.iter().flat_map(issues_of).collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)
}

fn issues_of(file: &FileReport) -> Vec<Value> {
    let lines = Lines::new(&file.source);
    let mut fingerprints = Fingerprints::new(file);
    let findings = file.findings.iter().map(|finding| {
        let (start, end) = lines.positions(finding.span);
        json!({
            "description": finding.message,
            "check_name": finding.rule.name,
            "fingerprint": fingerprints.next(finding, &lines),
            "severity": severity_name(finding.severity),
            "location": {
                "path": file.path,
                "lines": {"begin": start.line, "end": end.line},
            },
        })
    });
    let mut issues: Vec<Value> = findings.collect();
    issues.extend(file.errors.iter().enumerate().map(|(count, error)| {
        let lines = match error.location {
            Some((start, end)) => json!({"begin": start.line, "end": end.line}),
            None => json!({"begin": 1}),
        };
        json!({
            "description": error.message,
            "check_name": "dflint",
            "fingerprint": format!("{}:error:{}", file.path, count + 1),
            "severity": "blocker",
            "location": {"path": file.path, "lines": lines},
        })
    }));
    issues
}

fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Info => "minor",
        Severity::Style => "info",
    }
}
