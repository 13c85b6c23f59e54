//! `data/presets.toml`.

use std::collections::BTreeMap;

use crate::literal::Literal;
use crate::schema::{TableFile, schema};

schema! {
    enum Severity { Error, Warning, Info, Style, }
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Preset {
    /// Codes by severity.
    #[serde(default)]
    error: Vec<String>,
    #[serde(default)]
    warning: Vec<String>,
    #[serde(default)]
    info: Vec<String>,
    #[serde(default)]
    style: Vec<String>,
    /// Codes that run only when selected, with the severity they then have.
    #[serde(default)]
    on_request: BTreeMap<String, Severity>,
}

/// The statics of the table.
///
/// # Errors
/// The first entry that breaks the schema, by name.
pub(crate) fn render(mut table: TableFile) -> Result<String, String> {
    let mut out = String::new();
    for name in ["buildkit", "hadolint"] {
        let preset: Preset = table.take(name)?;
        let codes = preset.codes().map_err(|what| table.error(name, what))?;
        out.push_str(&format!(
            "pub(crate) static {}: &[PresetCode] = &[{}];\n",
            name.to_uppercase(),
            codes.join(", "),
        ));
    }
    table.finish()?;
    Ok(out)
}

impl Preset {
    /// The codes as static entries, sorted.
    fn codes(&self) -> Result<Vec<String>, String> {
        let lists = [
            (Severity::Error, &self.error),
            (Severity::Warning, &self.warning),
            (Severity::Info, &self.info),
            (Severity::Style, &self.style),
        ];
        let by_default = lists
            .into_iter()
            .flat_map(|(severity, codes)| codes.iter().map(move |code| (code, severity, true)));
        let on_request = self
            .on_request
            .iter()
            .map(|(code, severity)| (code, *severity, false));
        let mut all: BTreeMap<&String, (Severity, bool)> = BTreeMap::new();
        for (code, severity, default) in by_default.chain(on_request) {
            if all.insert(code, (severity, default)).is_some() {
                return Err(format!("`{code}` stands twice"));
            }
        }
        let entries = all.into_iter().map(|(code, (severity, default))| {
            format!(
                "PresetCode {{ code: {}, severity: {}, default: {default} }}",
                code.literal(),
                severity.literal()
            )
        });
        Ok(entries.collect())
    }
}
