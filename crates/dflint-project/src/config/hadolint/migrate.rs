//! hadolint's configuration, written as a `dflint.toml`.

use std::fmt::Write;

use toml::{Spanned, Value};

use crate::config::file::{ConfigFile, FailOn, LabelValue, Level};

/// What stands above everything else.
const HEAD: &str = "\
# What was said to hadolint, for dflint. These settings change dflint's own choice of rules; the
# next line would run exactly hadolint's rules at hadolint's severities instead.
# preset = \"hadolint\"
";

/// The text of a `dflint.toml` that says what `file`, read from hadolint's configuration, says.
pub(super) fn write(file: &ConfigFile) -> String {
    let mut out = HEAD.to_owned();
    if !file.ignore.is_empty() {
        let codes = file.ignore.iter().map(|code| code.get_ref().as_str());
        key(&mut out, "ignore", &list(codes));
    }
    if let Some(fail_on) = file.fail_on {
        if fail_on == FailOn::Never {
            out.push_str("# Findings never fail a run.\n");
        }
        key(&mut out, "fail-on", &quoted(fail_on.as_str()));
    }
    if let Some(count) = file.ignore_comments {
        key(&mut out, "ignore-comments", &count.to_string());
    }
    if !file.severity.is_empty() {
        out.push_str("\n[severity]\n");
        for (code, level) in &file.severity {
            key(&mut out, &name(code), &quoted(word_of(*level)));
        }
    }
    let options = &file.options;
    if options.trusted_registries.is_some() || options.strict_labels.is_some() {
        out.push_str("\n[options]\n");
    }
    if let Some(registries) = &options.trusted_registries {
        let registries = list(registries.iter().map(String::as_str));
        key(&mut out, "trusted-registries", &registries);
    }
    if let Some(strict) = options.strict_labels {
        key(&mut out, "strict-labels", &strict.to_string());
    }
    if !options.label_schema.is_empty() {
        out.push_str("\n[options.label-schema]\n");
        for (label, format) in &options.label_schema {
            key(&mut out, &quoted(label), &quoted(format_of(*format)));
        }
    }
    out
}

fn key(out: &mut String, name: &str, value: &str) {
    // Writing to a string cannot fail.
    let _ = writeln!(out, "{name} = {value}");
}

/// A rule's name or code as a key: bare where TOML allows it.
fn name(code: &Spanned<String>) -> String {
    let code = code.get_ref();
    let is_bare = code.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if is_bare { code.clone() } else { quoted(code) }
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn list<'t>(words: impl Iterator<Item = &'t str>) -> String {
    let words: Vec<String> = words.map(quoted).collect();
    format!("[{}]", words.join(", "))
}

fn word_of(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "info",
        Level::Style => "style",
    }
}

fn format_of(format: LabelValue) -> &'static str {
    match format {
        LabelValue::Text => "text",
        LabelValue::Url => "url",
        LabelValue::Rfc3339 => "rfc3339",
        LabelValue::Spdx => "spdx",
        LabelValue::Hash => "hash",
        LabelValue::Semver => "semver",
        LabelValue::Email => "email",
    }
}
