//! Suite `fix-properties`: what fixing promises for any file, over the whole corpus, with safe and
//! with unsafe fixes, of the recommended and of all rules.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::Context;
use dflint_build::{Model, ModelOptions};
use dflint_fix::{Edit, Safety, Target};
use dflint_linter::{Applied, FixReport, Preset, Selection, Settings, Source, fix};
use dflint_parser::{Dockerfile, Instruction};

use super::recordings::{Recordings, text};
use super::suite::{Differences, Outcome, Suite};

/// See the module.
pub(crate) struct FixProperties;

impl Suite for FixProperties {
    fn name(&self) -> &'static str {
        "fix-properties"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        let recommended = settings(Preset::Recommended)?;
        let all = settings(Preset::All)?;
        recordings.compare("buildkit-parse.jsonl", |record| {
            let path = text(record, "path");
            let bytes = recordings.corpus_bytes(path)?;
            let source = Source::read(&bytes).context("the file is too large")?;
            let mut differences = Differences::default();
            for (rules, settings) in [("recommended", &recommended), ("all", &all)] {
                for level in [Safety::Safe, Safety::Unsafe] {
                    let judged = catch_unwind(AssertUnwindSafe(|| judge(&source, settings, level)));
                    let broken = judged.unwrap_or_else(|_| vec!["panics".to_owned()]);
                    for promise in broken {
                        differences.note(format!("{rules} rules, {level:?} fixes: {promise}"));
                    }
                }
            }
            Ok((path.to_owned(), differences))
        })
    }
}

fn settings(preset: Preset) -> anyhow::Result<Settings> {
    let selection = Selection {
        preset,
        ..Selection::default()
    };
    Ok(Settings::new(&selection)?)
}

/// The promises that fixing `source` breaks.
fn judge(source: &Source<'_>, settings: &Settings, level: Safety) -> Vec<String> {
    let report = fix(source, settings, None, level);
    let before = dflint_parser::parse(source.text());
    let after = dflint_parser::parse(&report.source);
    let mut broken = Vec::new();
    if !before.errors.is_empty() && report.source != source.text() {
        broken.push("edits a file that BuildKit refuses".to_owned());
    }
    if before.errors.is_empty()
        && let Some(error) = after.errors.first()
    {
        broken.push(format!(
            "line {} no longer parses: {}",
            error.line, error.message
        ));
    }
    if let Some(error) = new_build_error(&before, &after) {
        broken.push(format!("no longer builds: {error}"));
    }
    if let Some(comment) = lost_comment(&before, &after, level) {
        broken.push(format!("loses `{comment}`"));
    }
    if replay(source.text(), &report.applied) != report.source {
        broken.push("changes bytes outside of its edits".to_owned());
    }
    if !is_at_rest(&report, settings, level) {
        broken.push("does not come to rest".to_owned());
    }
    broken
}

fn is_at_rest(report: &FixReport, settings: &Settings, level: Safety) -> bool {
    let Ok(fixed) = Source::read(report.source.as_bytes()) else {
        return false;
    };
    fix(&fixed, settings, None, level).source == report.source
}

fn new_build_error(before: &Dockerfile<'_>, after: &Dockerfile<'_>) -> Option<String> {
    let options = ModelOptions::default();
    let (before, after) = (Model::new(before, &options), Model::new(after, &options));
    let known: Vec<_> = before.errors().iter().map(|error| &error.kind).collect();
    let new = after
        .errors()
        .iter()
        .find(|error| !known.contains(&&error.kind));
    new.map(|error| error.kind.to_string())
}

/// A comment that is gone. Unsafe fixes may take away an instruction with its comments.
fn lost_comment<'a>(
    before: &Dockerfile<'a>,
    after: &Dockerfile<'_>,
    level: Safety,
) -> Option<&'a str> {
    let mut kept: BTreeMap<&str, usize> = BTreeMap::new();
    for comment in &after.comments {
        *kept
            .entry(comment.span.text(after.source).trim())
            .or_default() += 1;
    }
    let lost = before.comments.iter().enumerate().find(|(index, comment)| {
        let count = kept
            .entry(comment.span.text(before.source).trim())
            .or_default();
        if *count > 0 {
            *count -= 1;
            return false;
        }
        level == Safety::Safe || !went_with_instruction(*index, before, after)
    });
    lost.map(|(_, comment)| comment.span.text(before.source))
}

fn went_with_instruction(comment: usize, before: &Dockerfile<'_>, after: &Dockerfile<'_>) -> bool {
    let has = |instruction: &&Instruction<'_>| {
        let inside = before
            .comments
            .get(comment)
            .is_some_and(|it| instruction.span.contains(it.span));
        inside || instruction.doc_comments.contains(&comment)
    };
    let count = |file: &Dockerfile<'_>, instruction: &Instruction<'_>| {
        let logical = instruction.logical.as_str();
        file.instructions
            .iter()
            .filter(|other| other.logical.as_str() == logical)
            .count()
    };
    before
        .instructions
        .iter()
        .find(has)
        .is_some_and(|instruction| count(after, instruction) < count(before, instruction))
}

/// `text` with nothing but the edits of `applied` made, round by round.
fn replay(text: &str, applied: &[Applied]) -> String {
    applied
        .chunk_by(|one, next| one.round == next.round)
        .fold(text.to_owned(), |text, round| {
            let mut edits: Vec<&Edit> = round
                .iter()
                .flat_map(|applied| &applied.edits)
                .filter(|edit| edit.target == Target::Dockerfile)
                .collect();
            edits.sort_by_key(|edit| (edit.span.start, !edit.span.is_empty()));
            let mut replayed = String::new();
            let mut from = 0;
            for edit in edits {
                let span = edit.span.range();
                replayed.push_str(text.get(from..span.start).unwrap_or_default());
                replayed.push_str(&edit.text);
                from = span.end;
            }
            replayed.push_str(text.get(from..).unwrap_or_default());
            replayed
        })
}
