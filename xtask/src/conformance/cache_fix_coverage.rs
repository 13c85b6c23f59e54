//! Suite `cache-fix-coverage`: of the RUNs in the corpus that install as root with a package
//! manager whose cache is nothing but downloads, and that mount no cache, how many get a safe fix
//! from `missing-cache-mount`. The others are listed with the reason that the finding states.

use anyhow::Context;
use dflint_build::packages::{UnknownProject, invocation};
use dflint_build::{Action, Model, Step};
use dflint_fix::Safety;
use dflint_knowledge::package_manager::{CacheClass, PackageManager};
use dflint_linter::{Report, Selection, Settings, Source, lint_with_checked_fixes};
use dflint_parser::MountKind;

use super::recordings::{Recordings, text};
use super::suite::{Differences, Outcome, Suite};

/// See the module.
pub(crate) struct CacheFixCoverage;

impl Suite for CacheFixCoverage {
    fn name(&self) -> &'static str {
        "cache-fix-coverage"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        let settings = Settings::new(&Selection {
            select: vec!["missing-cache-mount".to_owned()],
            ..Selection::default()
        })?;
        let files = recordings.each("buildkit-parse.jsonl", |record| {
            let path = text(record, "path");
            let bytes = recordings.corpus_bytes(path)?;
            let source = Source::read(&bytes).context("the file is too large")?;
            Ok(cases(path, &source, &settings))
        })?;
        Ok(Outcome::of(files.into_iter().flatten().collect()))
    }
}

/// The RUNs of a file that count, with what keeps each from a safe fix.
fn cases(path: &str, source: &Source<'_>, settings: &Settings) -> Vec<(String, Differences)> {
    let file = dflint_parser::parse(source.text());
    if !file.errors.is_empty() {
        return Vec::new();
    }
    let model = Model::new(&file, &settings.model);
    let report = lint_with_checked_fixes(source, settings, None);
    if report.frozen.is_some() {
        return Vec::new();
    }
    let steps = model.steps().map(|(_, step)| step);
    steps
        .filter(|step| counts(step))
        .map(|step| {
            let line = step.instruction.start_line;
            (format!("{path}:{line}"), missed(step, &report))
        })
        .collect()
}

/// Whether the step installs as root, without any cache mount.
fn counts(step: &Step<'_>) -> bool {
    let Action::Run(run) = &step.action else {
        return false;
    };
    let is_bare = !run
        .mounts
        .iter()
        .any(|mount| mount.kind == MountKind::Cache);
    if step.is_trigger || !is_bare || !step.state.user().is_root() {
        return false;
    }
    let site = step.state.site(&UnknownProject);
    let Some(script) = step.script() else {
        return false;
    };
    let mut calls = script
        .commands()
        .filter_map(|command| invocation(command, &site));
    calls.any(|call| call.installs() && !call.is_offline && has_safe_cache(call.manager))
}

fn has_safe_cache(manager: &PackageManager) -> bool {
    manager
        .caches
        .iter()
        .any(|cache| cache.offered && cache.class == CacheClass::Safe)
}

/// Why the findings of the step have no safe fix.
fn missed(step: &Step<'_>, report: &Report) -> Differences {
    let mut differences = Differences::default();
    let span = step.instruction.span;
    let mut findings = report
        .findings
        .iter()
        .filter(|finding| span.contains(finding.span))
        .peekable();
    if findings.peek().is_none() {
        differences.note("not reported".to_owned());
    }
    for finding in findings {
        match &finding.fix {
            Some(fix) if fix.safety == Safety::Safe => {}
            Some(fix) => differences.note(format!("unsafe: {}", fix.title)),
            None => {
                let reason = finding.withheld.as_deref().unwrap_or("no reason stated");
                differences.note(format!("no fix: {reason}"));
            }
        }
    }
    differences
}
