//! `data/secrets.toml`.

use std::collections::BTreeSet;

use crate::literal::Literal;
use crate::schema::{TableFile, schema};

schema! {
    struct SecretNames { words: Vec<String>, exceptions: Vec<String>, }
}

schema! {
    struct LooseNames { parts: Vec<String>, names: Vec<String>, }
}

schema! {
    enum Alphabet { Alphanumeric, Base64, Base64Url, Hex, UpperAlphanumeric, UrlEncoded, Printable, }
}

schema! {
    struct TokenShape {
        name: String,
        prefix: String,
        alphabet: Alphabet,
        min: u32,
        max: u32,
        #[serde(default = "one")]
        parts: u32,
        #[serde(default)]
        digits: u32,
    }
}

/// Most tokens are not divided by dots.
fn one() -> u32 {
    1
}

schema! {
    enum ToldBy { Name, Assignments, PasswordElement, PasswordInUrl, PrivateKey, RegistryToken, }
}

schema! {
    struct SecretReader {
        id: String,
        place: String,
        #[serde(default)]
        managers: Vec<String>,
        #[serde(default)]
        commands: Vec<String>,
    }
}

schema! {
    struct SecretFile {
        pattern: String,
        holds: String,
        #[serde(default = "name")]
        told_by: ToldBy,
        #[serde(default)]
        often_harmless: bool,
        #[serde(default)]
        agent: bool,
        reader: Option<SecretReader>,
    }
}

/// The name of most files says it all.
fn name() -> ToldBy {
    ToldBy::Name
}

impl SecretFile {
    /// What is wrong with the entry; `managers` are the known package managers.
    fn check(&self, managers: &BTreeSet<String>) -> Result<(), String> {
        let Some(reader) = &self.reader else {
            return Ok(());
        };
        if let Some(unknown) = reader.managers.iter().find(|it| !managers.contains(*it)) {
            return Err(format!("`{unknown}` is no package manager"));
        }
        if !["/", "{home}/", "{project}/"]
            .iter()
            .any(|start| reader.place.starts_with(start))
        {
            return Err(format!("`{}` begins nowhere", reader.place));
        }
        Ok(())
    }
}

/// The statics of the table.
///
/// # Errors
/// The first entry that breaks the schema, by name.
pub(crate) fn render(mut table: TableFile, managers: &BTreeSet<String>) -> Result<String, String> {
    let buildkit: SecretNames = table.take("buildkit-names")?;
    let hadolint: LooseNames = table.take("hadolint-names")?;
    let mut tokens: Vec<TokenShape> = table.take("tokens")?;
    let mut files: Vec<SecretFile> = table.take("files")?;
    let harmless: Vec<String> = table.take("harmless-files")?;
    if let Some(token) = tokens
        .iter()
        .find(|token| token.prefix.is_empty() || token.min > token.max)
    {
        return Err(table.error(
            "tokens",
            format!("`{}` has no prefix or no length", token.name),
        ));
    }
    for file in &files {
        file.check(managers)
            .map_err(|what| table.error("files", format!("`{}`: {what}", file.pattern)))?;
    }
    table.finish()?;
    tokens.sort_by(|a, b| a.prefix.cmp(&b.prefix));
    // Whole names come before patterns that also fit them.
    files.sort_by_key(|file| (file.pattern.contains('*'), file.pattern.clone()));
    Ok(format!(
        "pub(crate) static BUILDKIT_NAMES: SecretNames = {};\n\
         pub(crate) static HADOLINT_NAMES: LooseNames = {};\n\
         pub(crate) static TOKENS: &[TokenShape] = {};\n\
         pub(crate) static FILES: &[SecretFile] = {};\n\
         pub(crate) static HARMLESS_FILES: &[&str] = {};\n",
        buildkit.literal(),
        hadolint.literal(),
        tokens.literal(),
        files.literal(),
        harmless.literal(),
    ))
}
