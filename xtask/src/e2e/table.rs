//! The tables of `docs/evidence.md`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};

use super::case::Case;
use super::row::{Counts, Division, Row, Subject};

/// What ends the generated part of a table.
const END: &str = "<!-- end -->";

/// A table of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    /// Fixes that keep the image.
    Same,
    /// Fixes that make another image on purpose.
    Divided,
}

/// A row of a table.
pub(super) struct Entry {
    pub(super) table: Table,
    /// The case.
    pub(super) name: String,
    /// The row as a line of Markdown.
    pub(super) line: String,
    pub(super) passed: bool,
    /// What the table has no room for, one a line.
    pub(super) remarks: Vec<String>,
}

impl Table {
    /// The table that a case belongs to.
    pub(super) fn of(case: &Case) -> Self {
        match case.settings.output {
            None => Self::Same,
            Some(_) => Self::Divided,
        }
    }

    /// The first two lines.
    pub(super) fn head(self) -> &'static str {
        match self {
            Self::Same => {
                "\
| case | what is fixed | fix | with | files | same image (empty, full cache) | source change: steps | source change: packages | new dependency: packages | day, engine |
|---|---|---|---|---|---|---|---|---|---|"
            }
            Self::Divided => {
                "\
| case | what is fixed | fix | with | same output | image, MB | day, engine |
|---|---|---|---|---|---|---|"
            }
        }
    }

    /// What stands before the generated part.
    fn begin(self) -> &'static str {
        match self {
            Self::Same => "<!-- written by `cargo xtask e2e --write` -->",
            Self::Divided => "<!-- divided stages, written by `cargo xtask e2e --write` -->",
        }
    }
}

impl Entry {
    /// The row of a fix that keeps the image.
    pub(super) fn same(row: &Row) -> Self {
        let [empty, full] = row
            .differences
            .each_ref()
            .map(|it| yes_or_no(it.is_empty()));
        let count = |counts: Option<[Counts; 2]>, of: fn(Counts) -> usize| match counts {
            Some([before, after]) => format!("{} → {}", of(before), of(after)),
            None => "–".to_owned(),
        };
        let cells = [
            row.files.to_string(),
            format!("{empty}, {full}"),
            count(row.source, |it| it.steps),
            count(row.source, |it| it.packages),
            count(row.dependency, |it| it.packages),
        ];
        let mut remarks = Vec::new();
        for difference in &row.differences {
            let files = difference.files.iter();
            remarks.extend(files.map(|(path, what)| format!("{path}: {what}")));
            if difference.configuration {
                remarks.push("the image's configuration differs".to_owned());
            }
        }
        Self {
            table: Table::Same,
            name: row.subject.name.clone(),
            line: line(&row.subject, &cells),
            passed: row.passed(),
            remarks,
        }
    }

    /// The row of a fix that makes another image on purpose.
    pub(super) fn divided(division: &Division) -> Self {
        let [before, after] = division.sizes.map(|bytes| bytes / 1_000_000);
        let is_same = division.has_same_output();
        let cells = [yes_or_no(is_same).to_owned(), format!("{before} → {after}")];
        let remarks = match is_same {
            true => Vec::new(),
            false => division
                .outputs
                .iter()
                .map(|it| format!("printed: {it}"))
                .collect(),
        };
        Self {
            table: Table::Divided,
            name: division.subject.name.clone(),
            line: line(&division.subject, &cells),
            passed: division.passed(),
            remarks,
        }
    }
}

fn yes_or_no(is_so: bool) -> &'static str {
    match is_so {
        true => "yes",
        false => "**no**",
    }
}

/// A row of the columns that every table has, with `cells` between them.
fn line(subject: &Subject, cells: &[String]) -> String {
    format!(
        "| {} | {} | {} | {} | {} | {} |",
        subject.name,
        subject.about,
        if subject.is_unsafe { "unsafe" } else { "safe" },
        subject.version,
        cells.join(" | "),
        subject.stamp,
    )
}

/// What the cases leave out of the comparison, as a list.
pub(super) fn allowances(cases: &[Case]) -> String {
    let mut text = "Not compared, besides what is left out above:\n".to_owned();
    for case in cases {
        for allowance in &case.settings.allow {
            let of = match allowance.mode_only {
                true => "mode of ",
                false => "",
            };
            text += &format!(
                "\n- {}: {of}`/{}`, {}",
                case.name, allowance.path, allowance.why
            );
        }
    }
    text
}

/// Puts a row into its table of `file`, in the place of an earlier one of the same case; rows of
/// cases that are no more go.
///
/// # Errors
/// The file cannot be read or written, or has no place for the table.
pub(super) fn write(file: &Path, entry: &Entry, cases: &[Case]) -> anyhow::Result<()> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let begin = entry.table.begin();
    let parts = text.split_once(begin).and_then(|(before, rest)| {
        let (table, after) = rest.split_once(END)?;
        Some((before, table, after))
    });
    ensure!(parts.is_some(), "{} has no `{begin}`", file.display());
    let (before, table, after) = parts.unwrap_or_default();
    let mut rows: BTreeMap<&str, &str> = BTreeMap::new();
    for line in table.lines() {
        let name = line.split('|').nth(1).unwrap_or_default().trim();
        let is_row = |case: &&Case| case.name == name && Table::of(case) == entry.table;
        if let Some(case) = cases.iter().find(is_row) {
            rows.insert(&case.name, line);
        }
    }
    rows.insert(&entry.name, &entry.line);
    let rows: Vec<&str> = rows.into_values().collect();
    let mut table = format!("{}\n{}", entry.table.head(), rows.join("\n"));
    if entry.table == Table::Same {
        table += &format!("\n\n{}", allowances(cases));
    }
    fs::write(file, format!("{before}{begin}\n\n{table}\n\n{END}{after}"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn entry(table: Table, name: &str) -> Entry {
        Entry {
            table,
            name: name.to_owned(),
            line: format!("| {name} | new |"),
            passed: true,
            remarks: Vec::new(),
        }
    }

    #[test]
    fn a_row_goes_into_its_own_table_and_the_others_stay() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("cases");
        for (name, output) in [("apt", ""), ("pip", ""), ("split", "output = \"./run\"")] {
            fs::create_dir_all(data.join(name)).unwrap();
            let text =
                format!("about = \"x\"\nversion = \"x\"\nbase = []\nselect = []\n{output}\n");
            fs::write(data.join(name).join("case.toml"), text).unwrap();
        }
        let cases = Case::load_all(&data, &[]).unwrap();
        let [same, divided] = [Table::Same, Table::Divided].map(Table::begin);
        let file = folder.path().join("evidence.md");
        let text =
            format!("# A\n{same}\n| pip | old |\n| gone | old |\n{END}\nB\n{divided}\n{END}\nC\n");
        fs::write(&file, text).unwrap();
        for (table, name) in [(Table::Divided, "split"), (Table::Same, "apt")] {
            write(&file, &entry(table, name), &cases).unwrap();
        }
        let text = fs::read_to_string(&file).unwrap();
        let names: Vec<&str> = text
            .lines()
            .filter(|line| line.ends_with("old |") || line.ends_with("new |"))
            .collect();
        assert_eq!(names, ["| apt | new |", "| pip | old |", "| split | new |"]);
        assert!(text.starts_with("# A\n") && text.contains("\nB\n") && text.ends_with("\nC\n"));
    }

    #[test]
    fn every_package_manager_is_proven_or_named_as_not_proven() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/evidence.md");
        let text = fs::read_to_string(file).unwrap();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let known: BTreeSet<&str> = words.collect();
        for manager in dflint_knowledge::package_manager::package_managers() {
            assert!(known.contains(manager.name), "{}", manager.name);
        }
    }
}
