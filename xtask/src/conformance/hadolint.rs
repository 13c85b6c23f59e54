//! Suites `hadolint-cases` and `hadolint-corpus`: hadolint's own findings, by code and line.

use std::collections::BTreeSet;

use anyhow::Context;
use dflint_knowledge::hadolint_preset;
use dflint_linter::{Preset, Selection, Settings, Source, lint};
use dflint_parser::LineIndex;
use dflint_rules::{LabelFormat, RuleOptions};
use serde_json::Value;

use super::recordings::{Recordings, flag, list, text};
use super::suite::{Differences, Outcome, Suite};

/// Code and line of a finding.
type Found = (String, u64);

/// The code by which hadolint says that it could not read a file.
const UNREADABLE: &str = "DL1000";

/// What a case about all rules, and one about ShellCheck's, has in the place of a rule.
const EVERY_RULE: &str = "*";
pub(super) const SHELLCHECK: &str = "SC*";

/// Small cases, some with a configuration. Each is about one rule, or about all of them.
pub(crate) struct HadolintCases;

impl Suite for HadolintCases {
    fn name(&self) -> &'static str {
        "hadolint-cases"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        let cases = recordings.each("hadolint-cases.jsonl", |record| {
            let rule = text(record, "rule");
            if rule == SHELLCHECK {
                return Ok(None);
            }
            let asked_for = Some(rule).filter(|rule| *rule != EVERY_RULE);
            let mut settings = settings(asked_for)?;
            settings.options = options(record)?;
            let mut found = findings(text(record, "dockerfile").as_bytes(), &settings)?;
            found.retain(|(code, _)| asked_for.is_none_or(|rule| rule == code));
            let ours: BTreeSet<u64> = found.into_iter().map(|(_, line)| line).collect();
            let theirs = list(record, "lines").iter().filter_map(Value::as_u64);
            let mut differences = Differences::default();
            differences.expect("lines", &ours, &theirs.collect::<BTreeSet<_>>());
            Ok(Some((text(record, "id").to_owned(), differences)))
        })?;
        Ok(Outcome::of(cases.into_iter().flatten().collect()))
    }
}

/// The corpus, but for the files that hadolint cannot read. Every finding that one of the two
/// tools has is a case.
pub(crate) struct HadolintCorpus;

impl Suite for HadolintCorpus {
    fn name(&self) -> &'static str {
        "hadolint-corpus"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        let settings = settings(None)?;
        let cases = recordings.each("hadolint-corpus.jsonl", |record| {
            let theirs = recorded(record);
            if theirs.iter().any(|(code, _)| code == UNREADABLE) {
                return Ok(Vec::new());
            }
            let path = text(record, "path");
            let ours = findings(&recordings.corpus_bytes(path)?, &settings)?;
            let compare = |found: &Found| {
                let (code, line) = found;
                let mut differences = Differences::default();
                differences.expect("reported", &ours.contains(found), &theirs.contains(found));
                (format!("{code} {path}:{line}"), differences)
            };
            Ok(ours.union(&theirs).map(compare).collect())
        })?;
        Ok(Outcome::of(cases.into_iter().flatten().collect()))
    }
}

/// hadolint's rules, and `asked_for` in case that it is one which hadolint runs only when asked.
pub(super) fn settings(asked_for: Option<&str>) -> anyhow::Result<Settings> {
    let on_request = |rule: &&str| {
        let mut known = hadolint_preset().iter();
        known.any(|known| known.code == *rule && !known.default)
    };
    Ok(Settings::new(&Selection {
        preset: Preset::Hadolint,
        extend_select: asked_for
            .filter(on_request)
            .map(str::to_owned)
            .into_iter()
            .collect(),
        ..Selection::default()
    })?)
}

/// What a case calls `config`: hadolint's own configuration.
fn options(record: &Value) -> anyhow::Result<RuleOptions> {
    let mut options = RuleOptions::default();
    let Some(config) = record.get("config") else {
        return Ok(options);
    };
    let registries = list(config, "trustedRegistries").iter();
    options.trusted_registries = registries
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    options.strict_labels = flag(config, "strict-labels");
    let schema = config.get("label-schema").and_then(Value::as_object);
    for (label, format) in schema.into_iter().flatten() {
        let format = format.as_str().and_then(label_format);
        let format = format.with_context(|| format!("the format of label {label} is unknown"))?;
        options.label_schema.insert(label.clone(), format);
    }
    Ok(options)
}

fn label_format(name: &str) -> Option<LabelFormat> {
    Some(match name {
        "text" => LabelFormat::Text,
        "url" => LabelFormat::Url,
        "rfc3339" => LabelFormat::Rfc3339,
        "spdx" => LabelFormat::Spdx,
        "hash" => LabelFormat::Hash,
        "semver" => LabelFormat::SemVer,
        "email" => LabelFormat::Email,
        _ => return None,
    })
}

/// dflint's findings.
pub(super) fn findings(bytes: &[u8], settings: &Settings) -> anyhow::Result<BTreeSet<Found>> {
    let source = Source::read(bytes)?;
    let lines = LineIndex::new(source.text());
    let mut found = BTreeSet::new();
    for finding in lint(&source, settings, None).findings {
        let line = u64::from(lines.line(finding.span.start));
        let codes = finding.codes.into_iter().filter(|code| *code != UNREADABLE);
        found.extend(codes.map(|code| (code.to_owned(), line)));
    }
    Ok(found)
}

/// The recorded findings.
fn recorded(record: &Value) -> BTreeSet<Found> {
    let found = |finding: &Value| {
        let line = finding.get("line").and_then(Value::as_u64)?;
        Some((text(finding, "code").to_owned(), line))
    };
    list(record, "findings").iter().filter_map(found).collect()
}
