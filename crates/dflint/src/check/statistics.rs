//! `--statistics`: how often each rule found something.

use std::collections::BTreeMap;
use std::io::{self, Write};

use dflint_report::{Format, Report};
use serde_json::{Value, json};

/// How often a rule found something, and how much of it has a fix.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    findings: usize,
    fixable: usize,
}

/// Writes the counts, the most frequent rule first: as JSON where the format is JSON, as a table
/// in every other.
pub(crate) fn write(report: &Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for finding in report.files.iter().flat_map(|file| &file.findings) {
        let count = counts.entry(finding.rule.name).or_default();
        count.findings += 1;
        count.fixable += usize::from(finding.fix.is_some());
    }
    let mut counts: Vec<(&str, Count)> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, count)| (std::cmp::Reverse(count.findings), *rule));
    if format == Format::Json {
        return write_json(&counts, out);
    }
    let width = |number: usize| number.to_string().len();
    let widest = counts.first().map_or(1, |(_, count)| width(count.findings));
    for (rule, count) in &counts {
        let fixable = match count.fixable {
            0 => String::new(),
            number => format!(" ({number} with a fix)"),
        };
        writeln!(out, "{:>widest$}  {rule}{fixable}", count.findings)?;
    }
    Ok(())
}

fn write_json(counts: &[(&str, Count)], out: &mut dyn Write) -> io::Result<()> {
    let rows = counts.iter().map(
        |(rule, count)| json!({"rule": rule, "findings": count.findings, "fixable": count.fixable}),
    );
    serde_json::to_writer_pretty(&mut *out, &rows.collect::<Vec<Value>>())?;
    writeln!(out)
}
