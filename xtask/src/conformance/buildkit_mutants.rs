//! Suite `buildkit-mutants`: damaged files are accepted or refused at the level at which BuildKit
//! accepts or refuses them, hold the same instructions where they parse, and draw the same warnings
//! up to the first error.

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use dflint_build::ModelOptions;
use dflint_parser::{Dockerfile, Level};
use serde_json::{Value, json};

use super::buildkit_checks::{ends, recorded, warnings, with_experimental};
use super::recordings::{Recordings, flag, list, text};
use super::suite::{Differences, Outcome, Suite};

/// See the module.
pub(crate) struct BuildkitMutants;

impl Suite for BuildkitMutants {
    fn name(&self) -> &'static str {
        "buildkit-mutants"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        let settings = with_experimental(ModelOptions::like_buildkit_checks())?;
        recordings.compare("buildkit-mutants.jsonl", |record| {
            let bytes = STANDARD.decode(text(record, "b64")).context("bad base64")?;
            let source = String::from_utf8_lossy(&bytes);
            let file = dflint_parser::parse(&source);
            let case = format!("{:.40}", source.escape_debug().to_string());
            let mut differences = compare(&file, record);
            let ours = warnings(&bytes, &settings, None)?;
            differences.expect("warnings", &ours, &recorded(record, ends));
            Ok((case, differences))
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
    compare_error(file, record, &mut differences);
    if flag(record, "parse_ok") {
        let ours: Vec<Value> = file
            .instructions
            .iter()
            .map(|it| json!([it.keyword.as_str(), it.start_line, it.end_line]))
            .collect();
        differences.expect(
            "instructions",
            ours.as_slice(),
            list(record, "instructions"),
        );
    }
    differences
}

/// The first error has the cause that BuildKit gives, at its line.
fn compare_error(file: &Dockerfile<'_>, record: &Value, differences: &mut Differences) {
    let theirs = match text(record, "parse_error") {
        "" => text(record, "typed_error"),
        error => error,
    };
    let Some(ours) = file.errors.first() else {
        return;
    };
    if !super::buildkit_causes::same_cause(&ours.message, theirs) {
        differences.note(format!("error: ours {:?}, theirs {theirs:?}", ours.message));
    }
    let line = theirs.strip_prefix("dockerfile parse error on line ");
    if let Some((line, _)) = line.and_then(|rest| rest.split_once(':')) {
        differences.expect("error line", ours.line.to_string().as_str(), line);
    }
}
