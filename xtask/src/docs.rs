//! `cargo xtask docs`: what is written from the rule pages.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use dflint_knowledge::{Category, Fixability, RulePage, pages};

/// What to do with the documents.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail where a document is out of date.
    #[arg(long)]
    check: bool,
}

/// Writes `docs/rules.md`, or checks it.
///
/// # Errors
/// The file cannot be read or written.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/rules.md"));
    let index = rule_index(pages::ALL);
    if arguments.check {
        let written = fs::read_to_string(&path).unwrap_or_default();
        if written == index {
            return Ok(ExitCode::SUCCESS);
        }
        eprintln!("docs/rules.md is out of date: run `cargo xtask docs`");
        return Ok(ExitCode::FAILURE);
    }
    fs::write(&path, index).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// A table a category, of the rules in `pages`.
fn rule_index(pages: &[&RulePage]) -> String {
    let mut out = String::from(
        "# Rules\n\n\
         <!-- Written by `cargo xtask docs` from the pages in rules/. -->\n\n\
         `dflint explain RULE` shows a rule's page. On: whether the `recommended` preset holds it. \
         Fix: the best one it offers; unsafe ones need `--unsafe-fixes`. Codes: names that other \
         tools know it by, which select and ignore it too.\n",
    );
    for category in Category::ALL {
        let mut rules = pages
            .iter()
            .filter(|page| page.category == category)
            .peekable();
        if rules.peek().is_none() {
            continue;
        }
        let _ = write!(
            out,
            "\n## {}\n\n| rule | level | on | fix | codes | finds |\n|---|---|---|---|---|---|\n",
            category.as_str()
        );
        for page in rules {
            out.push_str(&row(page));
        }
    }
    out
}

fn row(page: &RulePage) -> String {
    let name = page.name;
    let link = format!("[`{name}`](../rules/{}/{name}.md)", page.category.as_str());
    let on = if page.default { "yes" } else { "no" };
    let fix = match page.fix {
        Fixability::None => "–",
        fix => fix.as_str(),
    };
    let summary = page.summary.replace('|', "\\|");
    let (level, codes) = (page.severity.as_str(), page.listed_codes());
    format!("| {link} | {level} | {on} | {fix} | {codes} | {summary} |\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_row_under_its_category() {
        let page = RulePage {
            name: "a-rule",
            category: Category::Cache,
            summary: "Finds a | b.",
            codes: &["DL1", "DL2"],
            fix: Fixability::None,
            default: false,
            ..pages::SYNTAX_ERROR
        };
        let index = rule_index(&[&page]);
        let row =
            "| [`a-rule`](../rules/cache/a-rule.md) | error | no | – | DL1, DL2 | Finds a \\| b. |";
        assert!(index.ends_with(&format!("\n## cache\n\n| rule | level | on | fix | codes | finds |\n|---|---|---|---|---|---|\n{row}\n")), "{index}");
    }
}
