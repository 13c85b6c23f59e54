//! `data/leftovers.toml`.

use crate::literal::Literal;
use crate::schema::{TableFile, schema};

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Entry {
    #[serde(default)]
    beside: Vec<String>,
    #[serde(default)]
    needs_step: bool,
    #[serde(default)]
    marks: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    made_with: Vec<String>,
}

schema! {
    struct LeftoverFolder {
        name: String,
        beside: Vec<String>,
        needs_step: bool,
        marks: Vec<String>,
        only: Vec<String>,
        made_with: Vec<String>,
    }
}

schema! {
    struct UnnamedReader { line: String, files: Vec<String>, words: Vec<String>, }
}

/// The statics of the table.
///
/// # Errors
/// The first entry that breaks the schema, by name.
pub(crate) fn render(mut table: TableFile) -> Result<String, String> {
    let folders = table.take_section::<Entry>("folders")?;
    let readers: Vec<UnnamedReader> = table.take("readers")?;
    if let Some(empty) = readers
        .iter()
        .find(|reader| reader.files.is_empty() || reader.words.is_empty())
    {
        return Err(table.error("readers", format!("`{}` has no files or words", empty.line)));
    }
    table.finish()?;
    let folders: Vec<LeftoverFolder> = folders
        .into_iter()
        .map(|(name, entry)| LeftoverFolder {
            name,
            beside: entry.beside,
            needs_step: entry.needs_step,
            marks: entry.marks,
            only: entry.only,
            made_with: entry.made_with,
        })
        .collect();
    Ok(format!(
        "pub(crate) static FOLDERS: &[LeftoverFolder] = {};\n\
         pub(crate) static READERS: &[UnnamedReader] = {};\n",
        folders.literal(),
        readers.literal(),
    ))
}
