//! hadolint's environment variables.

use std::path::Path;

use toml::Spanned;

use super::{is_unknown_code, label_value, threshold};
use crate::config::ConfigError;
use crate::config::file::{ConfigFile, FailOn, Level};

/// Adds what the variables say (name and value; others are left aside) to `file`: lists grow,
/// single values win over the file's.
///
/// # Errors
///
/// A rule that does not exist, a value that is not understood. The error names the variable in
/// place of a file.
pub(crate) fn add(
    file: &mut ConfigFile,
    variables: &[(String, String)],
) -> Result<(), ConfigError> {
    let mut never_fails = None;
    for (name, value) in variables {
        let refuse = |message: String| ConfigError::whole(Path::new(name), message);
        match name.as_str() {
            "HADOLINT_IGNORE" => file.ignore.extend(codes(value).map_err(refuse)?),
            "HADOLINT_OVERRIDE_ERROR" => {
                overrule(file, value, Level::Error).map_err(refuse)?;
            }
            "HADOLINT_OVERRIDE_WARNING" => {
                overrule(file, value, Level::Warning).map_err(refuse)?;
            }
            "HADOLINT_OVERRIDE_INFO" => overrule(file, value, Level::Info).map_err(refuse)?,
            "HADOLINT_OVERRIDE_STYLE" => overrule(file, value, Level::Style).map_err(refuse)?,
            "HADOLINT_TRUSTED_REGISTRIES" => {
                let trusted = file.options.trusted_registries.get_or_insert_default();
                trusted.extend(listed(value).map(str::to_owned));
            }
            "HADOLINT_REQUIRE_LABELS" => {
                for label in listed(value) {
                    let (label, format) = label.split_once(':').unwrap_or((label, ""));
                    let format = label_value(format)
                        .ok_or_else(|| refuse(format!("unknown value `{format}`")))?;
                    file.options.label_schema.insert(label.to_owned(), format);
                }
            }
            "HADOLINT_STRICT_LABELS" => file.options.strict_labels = Some(is_true(value)),
            "HADOLINT_DISABLE_IGNORE_PRAGMA" => file.ignore_comments = Some(!is_true(value)),
            "HADOLINT_FAILURE_THRESHOLD" => {
                let threshold =
                    threshold(value).ok_or_else(|| refuse(format!("unknown value `{value}`")))?;
                if file.fail_on != Some(FailOn::Never) {
                    file.fail_on = Some(threshold);
                }
            }
            "HADOLINT_NOFAIL" => never_fails = Some(is_true(value)),
            _ => {}
        }
    }
    if never_fails == Some(true) {
        file.fail_on = Some(FailOn::Never);
    }
    Ok(())
}

fn listed(value: &str) -> impl Iterator<Item = &str> {
    value
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
}

/// The rules of a list. They stand in no file, so they have no place.
fn codes(value: &str) -> Result<Vec<Spanned<String>>, String> {
    let known = listed(value).filter(|code| !is_unknown_code(code));
    known
        .map(|code| {
            let is_rule = dflint_knowledge::page(code).is_some()
                || dflint_knowledge::pages_for_code(code).next().is_some();
            if is_rule {
                Ok(Spanned::new(0..0, code.to_owned()))
            } else {
                Err(format!("there is no rule `{code}`"))
            }
        })
        .collect()
}

fn overrule(file: &mut ConfigFile, value: &str, level: Level) -> Result<(), String> {
    let codes = codes(value)?.into_iter();
    file.severity.extend(codes.map(|code| (code, level)));
    Ok(())
}

fn is_true(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    ["1", "y", "on", "true", "yes"].contains(&value.as_str())
}
