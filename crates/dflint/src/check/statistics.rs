//! `--statistics`: how often each rule found something.

use std::collections::BTreeMap;
use std::io::{self, Write};

use dflint_fix::Safety;
use dflint_report::{Format, Report};
use serde_json::{Value, json};

use crate::Failure;

/// How often a rule found something, and what is offered for it.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    findings: usize,
    /// With a safe fix.
    safe: usize,
    /// With a fix that a person decides about.
    others: usize,
    /// Without a fix, for a stated reason.
    refused: usize,
}

impl Count {
    /// "(2 with a safe fix, 1 with another fix, 3 with a reason why there is none)"
    fn offers(self) -> String {
        let parts = [
            (self.safe, "with a safe fix"),
            (self.others, "with another fix"),
            (self.refused, "with a reason why there is none"),
        ];
        let told = parts.iter().filter(|(number, _)| *number > 0);
        let told: Vec<String> = told
            .map(|(number, what)| format!("{number} {what}"))
            .collect();
        match told.is_empty() {
            true => String::new(),
            false => format!(" ({})", told.join(", ")),
        }
    }
}

/// Refuses the formats that have no form for counts. A table in their place would break what reads
/// them.
pub(crate) fn refuse(format: Format) -> Result<(), Failure> {
    match format {
        Format::Human | Format::Json => Ok(()),
        other => Err(Failure::Usage(format!(
            "`--statistics` cannot be written as `{}`, only as `human` or `json`",
            other.name()
        ))),
    }
}

/// Writes the counts, the most frequent rule first: as JSON or, for people, as a table.
pub(crate) fn write(report: &Report, format: Format, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<&str, Count> = BTreeMap::new();
    for finding in report.files.iter().flat_map(|file| &file.findings) {
        let count = counts.entry(finding.rule.name).or_default();
        count.findings += 1;
        match &finding.fix {
            Some(fix) if fix.safety == Safety::Safe => count.safe += 1,
            Some(_) => count.others += 1,
            None => count.refused += usize::from(finding.withheld.is_some()),
        }
    }
    let mut counts: Vec<(&str, Count)> = counts.into_iter().collect();
    counts.sort_by_key(|(rule, count)| (std::cmp::Reverse(count.findings), *rule));
    if format == Format::Json {
        return write_json(&counts, out);
    }
    let width = |number: usize| number.to_string().len();
    let widest = counts.first().map_or(1, |(_, count)| width(count.findings));
    for (rule, count) in &counts {
        writeln!(out, "{:>widest$}  {rule}{}", count.findings, count.offers())?;
    }
    Ok(())
}

fn write_json(counts: &[(&str, Count)], out: &mut dyn Write) -> io::Result<()> {
    let rows = counts.iter().map(|(rule, count)| {
        json!({
            "rule": rule,
            "findings": count.findings,
            "fixable": count.safe + count.others,
            "safe": count.safe,
            "withheld": count.refused,
        })
    });
    serde_json::to_writer_pretty(&mut *out, &rows.collect::<Vec<Value>>())?;
    writeln!(out)
}
