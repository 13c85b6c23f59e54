//! Suites `buildkit-lint` and `buildkit-checks`: the warnings of BuildKit's build checks by code
//! and line. The recordings of the corpus hold the experimental check too.

use anyhow::Context;
use dflint_build::{BuildContext, MemoryContext, ModelOptions, Platform};
use dflint_linter::{Preset, Selection, Settings, Source, lint};
use dflint_parser::LineIndex;
use serde_json::Value;

use super::recordings::{Recordings, list, text};
use super::suite::{Differences, Outcome, Suite};

/// Code and line of a warning.
pub(super) type Warning = (String, u64);

/// The corpus.
pub(crate) struct BuildkitLint;

impl Suite for BuildkitLint {
    fn name(&self) -> &'static str {
        "buildkit-lint"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        let settings = with_experimental(ModelOptions::like_buildkit_checks())?;
        recordings.compare("buildkit-lint.jsonl", |record| {
            let path = text(record, "path");
            let bytes = recordings.corpus_bytes(path)?;
            let theirs = recorded(record, |warning| {
                Some((
                    warning.get("rule")?.as_str()?,
                    warning.get("start_line")?.as_u64()?,
                ))
            });
            let mut differences = Differences::default();
            differences.expect("warnings", &warnings(&bytes, &settings, None)?, &theirs);
            Ok((path.to_owned(), differences))
        })
    }
}

/// Small cases with a `.dockerignore` and build arguments.
pub(crate) struct BuildkitChecks;

impl Suite for BuildkitChecks {
    fn name(&self) -> &'static str {
        "buildkit-checks"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        recordings.compare("buildkit-checks.jsonl", |record| {
            let settings = settings(options(record)?, &[])?;
            let ignore = text(record, "dockerignore");
            let context = MemoryContext::new([(".dockerignore", ignore)]);
            let source = text(record, "dockerfile").as_bytes();
            let ours = warnings(source, &settings, Some(&context))?;
            let mut differences = Differences::default();
            differences.expect("warnings", &ours, &recorded(record, ends));
            Ok((text(record, "id").to_owned(), differences))
        })
    }
}

/// What a recording calls `attrs`: build arguments, target and platform.
fn options(record: &Value) -> anyhow::Result<ModelOptions> {
    let mut options = ModelOptions::like_buildkit_checks();
    let attributes = record.get("attrs").and_then(Value::as_object);
    for (key, value) in attributes.into_iter().flatten() {
        let value = value.as_str().context("an attribute is not a string")?;
        match key.strip_prefix("build-arg:") {
            Some(name) => options.build_args.push((name.to_owned(), value.to_owned())),
            None if key == "target" => options.target = Some(value.to_owned()),
            None if key == "platform" => options.target_platform = Platform::parse(value)?,
            None => {}
        }
    }
    Ok(options)
}

/// BuildKit's checks, the experimental one included.
pub(super) fn with_experimental(model: ModelOptions) -> anyhow::Result<Settings> {
    settings(model, &["InvalidDefinitionDescription"])
}

fn settings(model: ModelOptions, more: &[&str]) -> anyhow::Result<Settings> {
    let mut settings = Settings::new(&Selection {
        preset: Preset::Buildkit,
        extend_select: more.iter().map(|&code| code.to_owned()).collect(),
        ..Selection::default()
    })?;
    settings.model = model;
    Ok(settings)
}

/// dflint's warnings, sorted.
pub(super) fn warnings(
    bytes: &[u8],
    settings: &Settings,
    context: Option<&dyn BuildContext>,
) -> anyhow::Result<Vec<Warning>> {
    let source = Source::read(bytes)?;
    let lines = LineIndex::new(source.text());
    let report = lint(&source, settings, context);
    let mut warnings: Vec<Warning> = Vec::new();
    for finding in &report.findings {
        let line = u64::from(lines.line(finding.span.start));
        let codes = finding.codes.iter().filter(|code| !code.starts_with("DL"));
        warnings.extend(codes.map(|code| ((*code).to_owned(), line)));
    }
    warnings.sort();
    Ok(warnings)
}

/// The recorded warnings, sorted.
pub(super) fn recorded(
    record: &Value,
    read: impl Fn(&Value) -> Option<(&str, u64)>,
) -> Vec<Warning> {
    let read = |warning| read(warning).map(|(code, line)| (code.to_owned(), line));
    let mut warnings: Vec<Warning> = list(record, "warnings").iter().filter_map(read).collect();
    warnings.sort();
    warnings
}

/// A warning recorded as an array that begins with the code and ends with the line.
pub(super) fn ends(warning: &Value) -> Option<(&str, u64)> {
    let parts = warning.as_array()?;
    Some((parts.first()?.as_str()?, parts.last()?.as_u64()?))
}
