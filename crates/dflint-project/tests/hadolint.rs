//! hadolint's configuration, from disk and environment to what it means.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows test functions, but not the functions they share"
)]

use std::fs;
use std::path::Path;

use dflint_knowledge::Severity;
use dflint_linter::Preset;
use dflint_project::config::{Config, ConfigError, ConfigFiles, FailOn, migrate};
use tempfile::TempDir;

const EVERYTHING: &str = r#"# ours
failure-threshold: error
format: checkstyle
ignored:
  - DL4000
  - DL9999 # none of dflint's
override:
  error:
    - DL3000
  style: [DL3024]
trustedRegistries:
  - docker.io
  - "*.example.com"
label-schema:
  maintainer: email
  com.example.note: text
no-color: true
strict-labels: true
disable-ignore-pragma: true
"#;

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

fn load(text: &str) -> Result<Config, ConfigError> {
    let directory = directory(&[(".hadolint.yaml", text)]);
    Config::load(&directory.path().join(".hadolint.yaml"))
}

fn with_environment(directory: &Path, environment: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let path = ConfigFiles::default().of(directory);
    Config::load_with_environment(path.as_deref(), &environment)
}

/// What is compared of a configuration.
fn meaning(config: &Config) -> String {
    let labels = &config.options.label_schema;
    format!(
        "{:?} {:?} {:?} {labels:?} {:?} {} {:?} {}",
        config.selection.preset,
        config.selection.ignore,
        config.selection.severities,
        config.options.trusted_registries,
        config.options.strict_labels,
        config.fail_on,
        config.without_ignore_comments,
    )
}

#[test]
fn every_key_counts() {
    let config = load(EVERYTHING).unwrap();
    assert_eq!(config.selection.preset, Preset::Recommended);
    assert_eq!(config.selection.ignore, ["DL4000"]);
    assert_eq!(
        config.selection.severities,
        [
            ("DL3000".to_owned(), Severity::Error),
            ("DL3024".to_owned(), Severity::Style),
        ]
    );
    assert_eq!(config.fail_on, Some(FailOn::Error));
    assert_eq!(
        config.options.trusted_registries,
        ["docker.io", "*.example.com"]
    );
    assert_eq!(config.options.label_schema.len(), 2);
    assert!(config.options.strict_labels && config.without_ignore_comments);
}

#[test]
fn short_and_empty_forms_are_read() {
    assert_eq!(meaning(&load("").unwrap()), meaning(&Config::default()));
    let empty = "# nothing\n---\nignored:\noverride:\n  # error: []\n";
    assert_eq!(meaning(&load(empty).unwrap()), meaning(&Config::default()));
    let one = load("trustedRegistries: docker.io\n").unwrap();
    assert_eq!(one.options.trusted_registries, ["docker.io"]);
    let fail_on = |text: &str| load(text).unwrap().fail_on;
    assert_eq!(fail_on("no-fail: true\n"), Some(FailOn::Never));
    assert_eq!(fail_on("no-fail: false\n"), None);
    let both = "failure-threshold: error\nno-fail: yes\n";
    assert_eq!(fail_on(both), Some(FailOn::Never));
    // hadolint fails on findings at or above its lowest severity, not on none at all.
    assert_eq!(fail_on("failure-threshold: none\n"), Some(FailOn::Style));
}

#[test]
fn what_hadolint_does_not_have_is_refused_where_it_stands() {
    for (text, place, message) in [
        (
            "ignore:\n  - DL4000\n",
            (1, 1),
            "unknown key `ignore`, did you mean `ignored`?",
        ),
        ("zzzzzz: 1\n", (1, 1), "unknown key `zzzzzz`"),
        (
            "ignored:\n  - DL4000\n  - unused-stages-all\n",
            (3, 5),
            "there is no rule `unused-stages-all`",
        ),
        ("# é\nfailure-threshold: é\n", (2, 20), "unknown value `é`"),
        ("override:\n  fatal: []\n", (2, 3), "unknown value `fatal`"),
        ("ignored: {a: b}\n", (1, 10), "expected a list"),
        ("- DL4000\n", (1, 1), "expected a mapping, `key: value`"),
        (
            "ignored: &a [DL4000]\noverride: {error: *a}\n",
            (2, 19),
            "aliases",
        ),
        ("ignored: [DL4000\n", (2, 1), ""),
    ] {
        let error = load(text).unwrap_err();
        let (start, _) = error.place.unwrap();
        assert_eq!((start.line, start.column), place, "{text}: {error}");
        assert!(error.message.starts_with(message), "{text}: {error}");
    }
    let deep = format!("ignored: {}", "[".repeat(200_000));
    assert!(load(&deep).is_err());
}

#[test]
fn dflints_own_configuration_wins_wherever_it_stands() {
    let directory = directory(&[("dflint.toml", ""), ("a/.hadolint.yaml", "no-fail: true\n")]);
    let a = directory.path().join("a");
    let config = with_environment(&a, &[("HADOLINT_IGNORE", "DL4000")]).unwrap();
    assert!(config.fail_on.is_none() && config.selection.ignore.is_empty());
    fs::remove_file(directory.path().join("dflint.toml")).unwrap();
    let config = with_environment(&a, &[]).unwrap();
    assert_eq!(config.files, [a.join(".hadolint.yaml")]);
}

#[test]
fn the_environment_adds_to_the_file() {
    let directory = directory(&[(".hadolint.yaml", EVERYTHING)]);
    let config = with_environment(
        directory.path(),
        &[
            ("HADOLINT_IGNORE", "DL3025, DL9999"),
            ("HADOLINT_OVERRIDE_INFO", "DL3000"),
            ("HADOLINT_TRUSTED_REGISTRIES", "ghcr.io"),
            ("HADOLINT_REQUIRE_LABELS", "version:semver"),
            ("HADOLINT_STRICT_LABELS", "0"),
            ("HADOLINT_DISABLE_IGNORE_PRAGMA", "no"),
            ("HADOLINT_FAILURE_THRESHOLD", "warning"),
            ("HADOLINT_VERBOSE", "1"),
        ],
    )
    .unwrap();
    assert_eq!(config.selection.ignore, ["DL4000", "DL3025"]);
    assert_eq!(
        config.selection.severities,
        [
            ("DL3000".to_owned(), Severity::Info),
            ("DL3024".to_owned(), Severity::Style),
        ]
    );
    assert_eq!(
        config.options.trusted_registries,
        ["docker.io", "*.example.com", "ghcr.io"]
    );
    assert_eq!(config.options.label_schema.len(), 3);
    assert!(!config.options.strict_labels && !config.without_ignore_comments);
    assert_eq!(config.fail_on, Some(FailOn::Warning));
    let never = with_environment(directory.path(), &[("HADOLINT_NOFAIL", "On")]).unwrap();
    assert_eq!(never.fail_on, Some(FailOn::Never));
}

#[test]
fn the_environment_is_refused_by_name() {
    let directory = directory(&[]);
    for (name, value, message) in [
        ("HADOLINT_IGNORE", "nonsense", "there is no rule `nonsense`"),
        ("HADOLINT_FAILURE_THRESHOLD", "all", "unknown value `all`"),
        ("HADOLINT_REQUIRE_LABELS", "a:b", "unknown value `b`"),
    ] {
        let error = with_environment(directory.path(), &[(name, value)]).unwrap_err();
        assert_eq!(error.path, Path::new(name));
        assert_eq!(error.message, message);
    }
}

#[test]
fn what_is_migrated_means_the_same() {
    for text in [
        EVERYTHING,
        "",
        "no-fail: true\n",
        "label-schema: {\"a.b\": url, 'c\"d': hash}\n",
    ] {
        let directory = directory(&[(".hadolint.yaml", text)]);
        let (old, new) = (".hadolint.yaml", "dflint.toml");
        let at = |name: &str| directory.path().join(name);
        fs::write(at(new), migrate(&at(old)).unwrap()).unwrap();
        let (old, new) = (Config::load(&at(old)), Config::load(&at(new)));
        assert_eq!(meaning(&old.unwrap()), meaning(&new.unwrap()), "{text}");
    }
}
