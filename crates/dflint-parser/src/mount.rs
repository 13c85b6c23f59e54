//! `RUN --mount`: the fields as they are written. What they come to, variables expanded, is known
//! only when the build is planned.

use crate::ast::{Flag, Mount, MountField, MountKind};
use crate::csv::split_fields;
use crate::lowercase::lowercase;
use crate::problem::Problem;
use crate::text::Text;

/// Reads a `--mount` flag of the file `source`.
pub(crate) fn read_mount<'a>(source: &'a str, flag: &Flag<'a>) -> Result<Mount<'a>, Problem> {
    let mut kind = MountKind::Bind;
    let mut fields = Vec::new();
    for field in split_fields(source, flag)? {
        let field = read_field(field.text);
        if let Some(value) = &field.value {
            match field.key.as_str() {
                "type" => kind = MountKind::from_word(value.as_str()),
                "from" => refuse_variable(value)?,
                _ => {}
            }
        }
        fields.push(field);
    }
    Ok(Mount {
        flag: flag.word.clone(),
        kind,
        fields,
    })
}

fn read_field(text: Text<'_>) -> MountField<'_> {
    let written = text.as_str();
    let equals = written.find('=');
    let key = written
        .get(..equals.unwrap_or(written.len()))
        .unwrap_or_default();
    MountField {
        key: lowercase(key),
        value: equals.map(|equals| text.slice(equals + 1..text.len())),
        text: text.clone(),
    }
}

fn refuse_variable(value: &Text<'_>) -> Result<(), Problem> {
    let dollar = value.as_str().find('$');
    if dollar.is_none_or(|at| at + 1 == value.len()) {
        return Ok(());
    }
    let message = "`from` takes no variable here: name a stage that is FROM the variable instead";
    Err(Problem::new(value.span(), message))
}

impl MountKind {
    /// The type that `word` names, in any case.
    fn from_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "bind" => Self::Bind,
            "cache" => Self::Cache,
            "tmpfs" => Self::Tmpfs,
            "secret" => Self::Secret,
            "ssh" => Self::Ssh,
            _ => Self::Unknown,
        }
    }
}
