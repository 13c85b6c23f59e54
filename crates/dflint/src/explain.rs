//! `dflint explain RULE`.

use std::process::ExitCode;

use dflint_knowledge::{Fixability, RulePage};
use dflint_linter::Selection;

use crate::Failure;
use crate::terminal::print;

/// Prints the pages that `name`, a rule's name or another tool's code, stands for.
pub(crate) fn run(name: &str) -> Result<ExitCode, Failure> {
    let pages = pages(name)?;
    print(|out| {
        for (index, page) in pages.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            writeln!(out, "# {}\n\n{}\n", page.name, facts(page))?;
            writeln!(out, "{}", page.markdown.trim())?;
        }
        Ok(())
    })?;
    Ok(ExitCode::SUCCESS)
}

fn pages(name: &str) -> Result<Vec<&'static RulePage>, Failure> {
    if let Some(page) = dflint_knowledge::page(name) {
        return Ok(vec![page]);
    }
    let pages: Vec<_> = dflint_knowledge::pages_for_code(name).collect();
    if !pages.is_empty() {
        return Ok(pages);
    }
    let asked = Selection {
        select: vec![name.to_owned()],
        ..Selection::default()
    };
    let message = match asked.resolve() {
        Err(unknown) => unknown.to_string(),
        Ok(rules) => {
            let names: Vec<&str> = rules.pages().map(|page| page.name).collect();
            format!(
                "`{name}` means several rules, name one: {}",
                names.join(", ")
            )
        }
    };
    Err(Failure::Usage(message))
}

/// What the front matter says, as one line.
fn facts(page: &RulePage) -> String {
    let fix = match page.fix {
        Fixability::Safe => "safe fix",
        Fixability::Unsafe => "unsafe fix",
        Fixability::None => "no fix",
    };
    let preset = if page.default {
        "on in `recommended`"
    } else {
        "off in `recommended`"
    };
    let mut facts = vec![page.category.as_str(), page.severity.as_str(), fix, preset];
    let codes = page.listed_codes();
    let known_as = format!("also {codes}");
    if !codes.is_empty() {
        facts.push(&known_as);
    }
    facts.join(" · ")
}
