//! Suite `buildkit-mutants`: damaged files are accepted or refused at the level at which BuildKit
//! accepts or refuses them, and hold the same instructions where they parse.

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dflint_parser::{Dockerfile, Level};
use serde_json::Value;

use super::recordings::{Recordings, flag, list, text};
use super::suite::{Differences, Outcome, Suite};

/// See the module.
pub(crate) struct BuildkitMutants;

impl Suite for BuildkitMutants {
    fn name(&self) -> &'static str {
        "buildkit-mutants"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        recordings.compare("buildkit-mutants.jsonl", |record| {
            let bytes = STANDARD.decode(text(record, "b64")).context("bad base64")?;
            let source = String::from_utf8_lossy(&bytes);
            let file = dflint_parser::parse(&source);
            let case = format!("{:.40}", source.escape_debug().to_string());
            Ok((case, compare(&file, record)))
        })
    }
}

fn compare(file: &Dockerfile<'_>, record: &Value) -> Differences {
    let mut differences = Differences::default();
    let parses = file.errors.iter().all(|error| error.level != Level::Parse);
    differences.expect("parse_ok", &parses, &flag(record, "parse_ok"));
    differences.expect(
        "typed_ok",
        &file.errors.is_empty(),
        &flag(record, "typed_ok"),
    );
    if flag(record, "parse_ok") {
        let theirs: Vec<String> = list(record, "instructions")
            .iter()
            .map(Value::to_string)
            .collect();
        let ours: Vec<String> = file
            .instructions
            .iter()
            .map(|it| {
                Value::from(vec![
                    Value::from(it.keyword.as_str()),
                    Value::from(it.start_line),
                    Value::from(it.end_line),
                ])
                .to_string()
            })
            .collect();
        differences.expect("instructions", &ours, &theirs);
    }
    differences
}
