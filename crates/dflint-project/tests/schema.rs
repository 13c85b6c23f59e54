//! The schema in `docs/` is the one that the code has; `SNAPSHOTS=overwrite cargo test` renews it.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows test functions, but not the functions they share"
)]

use std::fs;
use std::path::Path;

use dflint_project::config::Config;
use snapbox::{assert_data_eq, file};

#[test]
fn the_configuration_schema_is_current() {
    assert_data_eq!(
        dflint_project::config::schema(),
        file!["../../../docs/dflint.schema.json"].raw()
    );
}

/// The first block of the page that is in TOML and long: the one that shows every key.
fn documented() -> String {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, block) = page.split_once("```toml\n").unwrap();
    block.split_once("```").unwrap().0.to_owned()
}

#[test]
fn the_documented_configuration_holds_every_key_and_keeps_to_the_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(&dflint_project::config::schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let written: toml::Table = documented().parse().unwrap();
    let written = serde_json::to_value(written).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&written)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    for key in schema["properties"].as_object().unwrap().keys() {
        assert!(written.get(key).is_some(), "`{key}` is not documented");
    }
}

#[test]
fn the_documented_configuration_can_be_loaded() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(directory.path().join("dflint.toml"), "").unwrap();
    fs::write(inner.join("dflint.toml"), documented()).unwrap();
    let config = Config::load(&inner.join("dflint.toml")).unwrap();
    assert_eq!(config.files.len(), 2, "it extends the other one");
}

#[test]
fn what_cannot_be_is_not_in_the_schema() {
    let schema = serde_json::from_str(&dflint_project::config::schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for wrong in [
        r#"{"selekt": []}"#,
        r#"{"preset": "none"}"#,
        r#"{"severity": {"DL3000": "bad"}}"#,
        r#"{"options": {"cache-policy": 1}}"#,
        r#"{"shellcheck": {"enable": true}}"#,
    ] {
        let document: serde_json::Value = serde_json::from_str(wrong).unwrap();
        assert!(!validator.is_valid(&document), "{wrong}");
    }
}
