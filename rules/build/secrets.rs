//! `data/secrets.toml`.

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
    }
}

/// Most tokens are not divided by dots.
fn one() -> u32 {
    1
}

schema! {
    struct SecretFile { pattern: String, holds: String, }
}

/// The statics of the table.
///
/// # Errors
/// The first entry that breaks the schema, by name.
pub(crate) fn render(mut table: TableFile) -> Result<String, String> {
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
    table.finish()?;
    tokens.sort_by(|a, b| a.prefix.cmp(&b.prefix));
    files.sort_by(|a, b| a.pattern.cmp(&b.pattern));
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
