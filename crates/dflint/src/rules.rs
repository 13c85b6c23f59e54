//! `dflint rules`.

use std::process::ExitCode;

use dflint_knowledge::{Category, RulePage, pages};

use crate::Failure;
use crate::terminal::print;

/// Prints one line a rule, by category.
pub(crate) fn run() -> Result<ExitCode, Failure> {
    print(|out| {
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
    })?;
    Ok(ExitCode::SUCCESS)
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
