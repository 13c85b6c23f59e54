//! The table of `docs/evidence.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use super::case::Case;
use super::proof::{Counts, Row};

/// The table's first two lines.
pub(super) const HEAD: &str = "\
| case | what is fixed | fix | with | files | same image (empty, full cache) | source change: steps | source change: packages | new dependency: packages | day, engine |
|---|---|---|---|---|---|---|---|---|---|";

/// What stands around the generated part of the file.
const BEGIN: &str = "<!-- written by `cargo xtask e2e --write` -->";
const END: &str = "<!-- end -->";

/// A row as a line of Markdown.
pub(super) fn line(row: &Row) -> String {
    let [empty, full] = row.differences.each_ref().map(|it| match it.is_empty() {
        true => "yes",
        false => "**no**",
    });
    let count = |counts: Option<[Counts; 2]>, of: fn(Counts) -> usize| match counts {
        Some([before, after]) => format!("{} → {}", of(before), of(after)),
        None => "–".to_owned(),
    };
    format!(
        "| {} | {} | {} | {} | {} | {empty}, {full} | {} | {} | {} | {} |",
        row.name,
        row.about,
        if row.is_unsafe { "unsafe" } else { "safe" },
        row.version,
        row.files,
        count(row.source, |it| it.steps),
        count(row.source, |it| it.packages),
        count(row.dependency, |it| it.packages),
        row.stamp,
    )
}

/// What the cases leave out of the comparison, as a list.
pub(super) fn allowances(cases: &[Case]) -> String {
    let mut text = "Not compared, besides what is left out above:\n".to_owned();
    for case in cases {
        for allowance in &case.settings.allow {
            text += &format!(
                "\n- {}: `/{}`, {}",
                case.name, allowance.path, allowance.why
            );
        }
    }
    text
}

/// Puts a row into the table of `file`, in the place of an earlier one of the same case; rows of
/// cases that are no more go.
///
/// # Errors
/// The file cannot be read or written, or has no place for the table.
pub(super) fn write(file: &Path, row: &Row, cases: &[Case]) -> anyhow::Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (table, after) = rest.split_once(END)?;
        Some((before, table, after))
    });
    ensure!(parts.is_some(), "{} has no `{BEGIN}`", file.display());
    let (before, table, after) = parts.unwrap_or_default();
    let mut rows: BTreeMap<&str, String> = BTreeMap::new();
    for line in table.lines() {
        let name = line.split('|').nth(1).unwrap_or_default().trim();
        if let Some(case) = cases.iter().find(|case| case.name == name) {
            rows.insert(&case.name, line.to_owned());
        }
    }
    rows.insert(&row.name, line(row));
    let rows: Vec<String> = rows.into_values().collect();
    let table = format!("{HEAD}\n{}\n\n{}", rows.join("\n"), allowances(cases));
    fs::write(file, format!("{before}{BEGIN}\n\n{table}\n\n{END}{after}"))?;
    Ok(())
}
