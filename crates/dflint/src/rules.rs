//! `dflint rules`.

use std::io::{self, Write};
use std::process::ExitCode;

use dflint_knowledge::{Category, RulePage, pages};
use serde_json::{Value, json};

use crate::Failure;
use crate::args::ListFormat;
use crate::terminal::print;

/// Prints all rules: for people one line a rule, by category; as JSON an array.
pub(crate) fn run(format: ListFormat) -> Result<ExitCode, Failure> {
    match format {
        ListFormat::Human => print(write_lines)?,
        ListFormat::Json => print(write_json)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn write_json(out: &mut dyn Write) -> io::Result<()> {
    let rules = pages::ALL.iter().map(|page| {
        json!({
            "name": page.name,
            "category": page.category.as_str(),
            "severity": page.severity.as_str(),
            "default": page.default,
            "fix": page.fix.as_str(),
            "codes": page.codes,
            "summary": page.summary,
        })
    });
    serde_json::to_writer_pretty(&mut *out, &rules.collect::<Vec<Value>>())?;
    writeln!(out)
}

fn write_lines(out: &mut dyn Write) -> io::Result<()> {
    let width = |text: fn(&RulePage) -> usize| pages::ALL.iter().map(|page| text(page)).max();
    let names = width(|page| page.name.len()).unwrap_or_default();
    let mut is_first = true;
    for category in Category::ALL {
        let mut rules = pages::ALL
            .iter()
            .filter(|page| page.category == category)
            .peekable();
        if rules.peek().is_none() {
            continue;
        }
        if !is_first {
            writeln!(out)?;
        }
        is_first = false;
        writeln!(out, "{}", category.as_str())?;
        for page in rules {
            writeln!(out, "  {:names$}  {}", page.name, facts(page))?;
        }
    }
    Ok(())
}

fn facts(page: &RulePage) -> String {
    let default = if page.default { "on " } else { "off" };
    let severity = page.severity.as_str();
    let fix = page.fix.as_str();
    let codes = if page.codes.is_empty() {
        String::new()
    } else {
        format!(" ({})", page.listed_codes())
    };
    format!(
        "{default}  {severity:7}  fix: {fix:6}  {}{codes}",
        page.summary
    )
}
