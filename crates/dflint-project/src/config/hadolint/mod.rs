//! hadolint's configuration: `.hadolint.yaml` and `HADOLINT_*`, read as what a `dflint.toml` would
//! say in their place.

mod environment;
mod migrate;
mod yaml;

use std::ops::Range;
use std::path::Path;

use toml::Spanned;

use self::yaml::{Node, Value};
use super::file::{ConfigFile, FailOn, LabelValue, Level};
use crate::config::ConfigError;

pub(crate) use environment::add as add_environment;

/// The names of hadolint's configuration file, the one that wins first.
pub(crate) const NAMES: [&str; 2] = [".hadolint.yaml", ".hadolint.yml"];

/// The keys of hadolint's configuration file.
const KEYS: [&str; 10] = [
    "failure-threshold",
    "format",
    "ignored",
    "label-schema",
    "no-color",
    "no-fail",
    "override",
    "strict-labels",
    "disable-ignore-pragma",
    "trustedRegistries",
];

/// Whether the file is read as hadolint's, which its ending says.
pub(crate) fn is_hadolints(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("yaml" | "yml"))
}

/// Reads `text`, which stands at `path`.
///
/// # Errors
///
/// What is no YAML, a key that hadolint does not have, a value of the wrong kind.
pub(crate) fn read(path: &Path, text: &str) -> Result<ConfigFile, ConfigError> {
    let reader = Reader { path, text };
    let mut file = ConfigFile::default();
    let Some(document) = yaml::read(path, text)? else {
        return Ok(file);
    };
    for (key, value) in reader.mapping(&document)? {
        reader.key(&mut file, key, value)?;
    }
    Ok(file)
}

/// The text of a `dflint.toml` that says what hadolint's configuration `text` at `path` says.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn migrate(path: &Path, text: &str) -> Result<String, ConfigError> {
    Ok(migrate::write(&read(path, text)?))
}

/// The file being read.
struct Reader<'f> {
    path: &'f Path,
    text: &'f str,
}

impl Reader<'_> {
    fn key(&self, file: &mut ConfigFile, key: &Node, value: &Node) -> Result<(), ConfigError> {
        match self.word(key)? {
            "ignored" => file.ignore = self.codes(value)?,
            "override" => {
                for (key, codes) in self.mapping(value)? {
                    let level = self.choice(key, level)?;
                    let codes = self.codes(codes)?.into_iter();
                    file.severity.extend(codes.map(|code| (code, level)));
                }
            }
            "failure-threshold" => {
                let threshold = self.choice(value, threshold)?;
                file.fail_on = file.fail_on.or(Some(threshold));
            }
            "no-fail" => {
                if self.choice(value, boolean)? {
                    file.fail_on = Some(FailOn::Never);
                }
            }
            "trustedRegistries" => {
                let registries = self.words(value)?;
                file.options.trusted_registries =
                    Some(registries.into_iter().map(Spanned::into_inner).collect());
            }
            "label-schema" => {
                for (label, format) in self.mapping(value)? {
                    let format = self.choice(format, label_value)?;
                    let label = self.word(label)?.to_owned();
                    file.options.label_schema.insert(label, format);
                }
            }
            "strict-labels" => file.options.strict_labels = Some(self.choice(value, boolean)?),
            "disable-ignore-pragma" => {
                file.ignore_comments = Some(!self.choice(value, boolean)?);
            }
            // The command line says how findings are written.
            "format" => {
                self.word(value)?;
            }
            "no-color" => {
                self.choice(value, boolean)?;
            }
            unknown => return Err(self.refuse(&key.span, unknown_key(unknown))),
        }
        Ok(())
    }

    fn mapping<'n>(&self, node: &'n Node) -> Result<&'n [(Node, Node)], ConfigError> {
        match &node.value {
            Value::Mapping(pairs) => Ok(pairs),
            // `override:` with everything below it commented out.
            Value::Word(word) if is_nothing(word) => Ok(&[]),
            _ => Err(self.refuse(&node.span, "expected a mapping, `key: value`".to_owned())),
        }
    }

    fn word<'n>(&self, node: &'n Node) -> Result<&'n str, ConfigError> {
        match &node.value {
            Value::Word(word) => Ok(word),
            _ => Err(self.refuse(&node.span, "expected a single word".to_owned())),
        }
    }

    /// A list of words, or one word that stands for itself.
    fn words(&self, node: &Node) -> Result<Vec<Spanned<String>>, ConfigError> {
        let nodes = match &node.value {
            Value::Word(word) if is_nothing(word) => &[],
            Value::Word(_) => std::slice::from_ref(node),
            Value::List(nodes) => nodes.as_slice(),
            Value::Mapping(_) => {
                return Err(self.refuse(&node.span, "expected a list".to_owned()));
            }
        };
        let words = nodes.iter().map(|node| {
            let word = self.word(node)?.to_owned();
            Ok(Spanned::new(node.span.clone(), word))
        });
        words.collect()
    }

    /// A list of rules, without those that nothing here answers to.
    fn codes(&self, node: &Node) -> Result<Vec<Spanned<String>>, ConfigError> {
        let mut codes = self.words(node)?;
        codes.retain(|code| !is_unknown_code(code.get_ref()));
        Ok(codes)
    }

    fn choice<T>(&self, node: &Node, find: fn(&str) -> Option<T>) -> Result<T, ConfigError> {
        let word = self.word(node)?;
        let unknown = || self.refuse(&node.span, format!("unknown value `{word}`"));
        find(word).ok_or_else(unknown)
    }

    fn refuse(&self, span: &Range<usize>, message: String) -> ConfigError {
        ConfigError::at(self.path, self.text, Some(span.clone()), message)
    }
}

fn unknown_key(key: &str) -> String {
    let nearest = KEYS
        .iter()
        .map(|known| (strsim::damerau_levenshtein(key, known), known))
        .min();
    match nearest {
        Some((distance, known)) if distance * 2 <= known.len() => {
            format!("unknown key `{key}`, did you mean `{known}`?")
        }
        _ => format!("unknown key `{key}`"),
    }
}

/// How YAML writes that a key has no value.
fn is_nothing(word: &str) -> bool {
    matches!(word, "" | "~" | "null")
}

/// Whether `code` looks like one of hadolint's or ShellCheck's but is none that dflint knows: such
/// a rule finds nothing here, whatever is said of it.
fn is_unknown_code(code: &str) -> bool {
    let number = code.strip_prefix("DL").or_else(|| code.strip_prefix("SC"));
    let is_code = number.is_some_and(|number| {
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    is_code && dflint_knowledge::pages_for_code(code).next().is_none()
}

fn level(word: &str) -> Option<Level> {
    match word {
        "error" => Some(Level::Error),
        "warning" => Some(Level::Warning),
        "info" => Some(Level::Info),
        "style" => Some(Level::Style),
        _ => None,
    }
}

/// `ignore` and `none` are hadolint's lowest severity, so that every finding reaches them.
fn threshold(word: &str) -> Option<FailOn> {
    match word {
        "error" => Some(FailOn::Error),
        "warning" => Some(FailOn::Warning),
        "info" => Some(FailOn::Info),
        "style" | "ignore" | "none" => Some(FailOn::Style),
        _ => None,
    }
}

fn label_value(word: &str) -> Option<LabelValue> {
    match word {
        "text" | "" => Some(LabelValue::Text),
        "url" => Some(LabelValue::Url),
        "rfc3339" => Some(LabelValue::Rfc3339),
        "spdx" => Some(LabelValue::Spdx),
        "hash" => Some(LabelValue::Hash),
        "semver" => Some(LabelValue::Semver),
        "email" => Some(LabelValue::Email),
        _ => None,
    }
}

fn boolean(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "y" => Some(true),
        "false" | "no" | "off" | "n" => Some(false),
        _ => None,
    }
}
