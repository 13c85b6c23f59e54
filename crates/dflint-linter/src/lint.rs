//! From source and settings to findings.

use dflint_build::{BuildContext, Model, Reach};
use dflint_fix::{Fix, LineEnding, Target};
use dflint_knowledge::{Severity, pages};
use dflint_parser::{Dockerfile, Span};
use dflint_rules::{Context, Dialect, FileFacts};

use crate::builders::gate_builders;
use crate::finding::{self, Finding};
use crate::frozen::{Frozen, says_generated};
use crate::ignore::{Ignores, UnusedIgnore};
use crate::protected::ProtectedPlaces;
use crate::selection::Origin;
use crate::settings::Settings;
use crate::source::Source;
use crate::surroundings::Surroundings;

/// What is found in a file.
#[derive(Debug, Clone)]
pub struct Report {
    /// The findings, by place. Syntax errors are among them, whatever is selected.
    pub findings: Vec<Finding>,
    /// The ignore comments that left out nothing, in file order.
    pub unused_ignores: Vec<UnusedIgnore>,
    /// Why the file is never edited; `None` where it may be.
    pub frozen: Option<Frozen>,
}

/// Judges a Dockerfile. Takes time linear in its size but for what rules do, and never fails.
///
/// `surroundings` may be the build context alone.
#[must_use]
pub fn lint<'s>(
    source: &Source<'_>,
    settings: &Settings,
    surroundings: impl Into<Surroundings<'s>>,
) -> Report {
    let file = dflint_parser::parse(source.text());
    lint_parsed(&file, source.is_utf8(), settings, surroundings)
}

/// Judges a Dockerfile as [`lint`] does, for who has parsed it already. `is_utf8` says whether the
/// file's bytes are the text that was parsed.
#[must_use]
pub fn lint_parsed<'s>(
    file: &Dockerfile<'_>,
    is_utf8: bool,
    settings: &Settings,
    surroundings: impl Into<Surroundings<'s>>,
) -> Report {
    let model = Model::new(file, &settings.model);
    judge(file, &model, is_utf8, settings, surroundings.into())
}

/// Judges a file that is parsed already.
pub(crate) fn judge<'a>(
    file: &Dockerfile<'a>,
    model: &Model<'a>,
    is_utf8: bool,
    settings: &Settings,
    around: Surroundings<'_>,
) -> Report {
    let mut ignores = Ignores::of(file, settings);
    let mut findings = syntax_errors(file, &ignores, settings);
    let frozen = frozen(file, is_utf8, !findings.is_empty());
    findings.extend(found_by_rules(file, model, &mut ignores, settings, around));
    findings.extend(unused_ignores(file, &mut ignores, settings));
    finding::sort(&mut findings);
    if findings.iter().any(|finding| finding.fix.is_some()) {
        prepare_fixes(&mut findings, model, frozen);
        gate_builders(&mut findings, file.source, around.project);
    }
    Report {
        findings,
        unused_ignores: ignores.into_unused(),
        frozen,
    }
}

fn found_by_rules<'a>(
    file: &Dockerfile<'a>,
    model: &Model<'a>,
    ignores: &mut Ignores<'_>,
    settings: &Settings,
    around: Surroundings<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let facts = FileFacts::default();
    for (dialect, rules) in settings.rules.sets(ignores.wants_experimental()) {
        let cx = Context {
            dockerfile: file,
            model,
            build_context: around.context,
            project: around.project,
            facts: &facts,
            options: &settings.options,
            dialect,
            reach: reach(model, ignores, around.context, dialect),
        };
        findings.extend(
            rules
                .run(&cx)
                .into_iter()
                .filter_map(|found| settings.rules.admit(found)),
        );
    }
    let build_errors = build_errors(model);
    findings.extend(build_errors.filter_map(|found| settings.rules.admit(found)));
    findings
        .extend(found_in_scripts(model, settings).filter_map(|found| settings.rules.admit(found)));
    findings.retain(|finding| !ignores.cover(finding));
    if ignores.makes_errors() {
        for finding in &mut findings {
            if finding
                .codes
                .iter()
                .any(|code| Origin::of(code) == Origin::Buildkit)
            {
                finding.severity = Severity::Error;
            }
        }
    }
    findings
}

/// What the program for scripts finds, where there is one and its rule runs.
fn found_in_scripts(
    model: &Model<'_>,
    settings: &Settings,
) -> impl Iterator<Item = dflint_rules::Finding> {
    let judge = settings.script_judge.as_ref();
    let asked = judge.filter(|_| settings.rules.has(&pages::SHELLCHECK));
    asked
        .map(|judge| judge.judge(model))
        .unwrap_or_default()
        .into_iter()
}

/// The ignore comments that left out nothing, once all findings are known.
fn unused_ignores(
    file: &Dockerfile<'_>,
    ignores: &mut Ignores<'_>,
    settings: &Settings,
) -> Vec<Finding> {
    if !settings.rules.has(&pages::UNUSED_IGNORE) {
        return Vec::new();
    }
    let found = ignores.unused_findings(file.source, settings).into_iter();
    let mut findings: Vec<Finding> = found
        .filter_map(|found| settings.rules.admit(found))
        .collect();
    findings.retain(|finding| !ignores.cover(finding));
    findings
}

/// What BuildKit refuses once it has read the file.
fn build_errors(model: &Model<'_>) -> impl Iterator<Item = dflint_rules::Finding> {
    model.errors().iter().map(|error| {
        dflint_rules::Finding::new(&pages::BUILD_ERROR, error.span, error.kind.to_string())
    })
}

/// How far the tool gets whose line is drawn.
fn reach(
    model: &Model<'_>,
    ignores: &Ignores<'_>,
    context: Option<&dyn BuildContext>,
    dialect: Dialect,
) -> Reach {
    if dialect != Dialect::Buildkit {
        return Reach::EVERYTHING;
    }
    // BuildKit reads the directive before it reads anything else.
    if ignores.check_error().is_some() {
        return Reach::NOTHING;
    }
    let reach = Reach::of(model);
    // BuildKit refuses a pattern that is not valid whether or not a step copies something.
    let ignore = context.and_then(BuildContext::ignore);
    match ignore.is_some_and(|ignore| !ignore.errors().is_empty()) {
        true => reach.before_steps(),
        false => reach,
    }
}

/// What BuildKit refuses. These findings cannot be deselected or ignored: nothing else that is
/// said of the file is sure while they stand.
fn syntax_errors(
    file: &Dockerfile<'_>,
    ignores: &Ignores<'_>,
    settings: &Settings,
) -> Vec<Finding> {
    let page = &pages::SYNTAX_ERROR;
    let found = |span: Span, message: String| Finding {
        rule: page,
        codes: page.codes.to_vec(),
        severity: settings.rules.severity(page, page.codes, None),
        span,
        message,
        related: Vec::new(),
        fix: None,
        withheld: None,
    };
    let refused = ignores
        .check_error()
        .map(|(span, error)| found(span, error.to_owned()));
    let errors = file
        .errors
        .iter()
        .map(|error| found(error.span, error.message.clone()));
    refused.into_iter().chain(errors).collect()
}

fn frozen(file: &Dockerfile<'_>, is_utf8: bool, is_broken: bool) -> Option<Frozen> {
    if !is_utf8 {
        Some(Frozen::NotUtf8)
    } else if is_broken {
        Some(Frozen::Broken)
    } else if says_generated(file) {
        Some(Frozen::Generated)
    } else {
        None
    }
}

/// The places of what surely stops the build of the target.
fn stopping_errors(model: &Model<'_>) -> Vec<Span> {
    let is_met = |stage| model.stage(stage).is_some_and(|stage| stage.reachable);
    let errors = model.errors().iter();
    errors
        .filter(|error| error.stage.is_none_or(is_met))
        .map(|error| error.span)
        .collect()
}

/// Whether the build stops, and neither the finding nor its fix is about what stops it.
fn is_kept_back(found: Span, fix: &Fix, stopping: &[Span]) -> bool {
    let edits = fix.edits.iter();
    let edited = edits.filter(|edit| edit.target == Target::Dockerfile);
    let mut places = edited.map(|edit| edit.span).chain([found]);
    let stops = |place: Span| {
        let meets = |error: &Span| place.start <= error.end && error.start <= place.end;
        stopping.iter().any(meets)
    };
    !stopping.is_empty() && !places.any(stops)
}

/// Gives the fixes the line ends of the file, and takes those away that must not be made.
fn prepare_fixes(findings: &mut [Finding], model: &Model<'_>, frozen: Option<Frozen>) {
    let line_ending = LineEnding::of(model.file().source);
    let protected = ProtectedPlaces::of(model);
    let stopping = stopping_errors(model);
    for finding in findings {
        let Some(fix) = &mut finding.fix else {
            continue;
        };
        fix.adopt(line_ending);
        let refusal = frozen
            .map(|frozen| frozen.to_string())
            .or_else(|| {
                is_kept_back(finding.span, fix, &stopping).then(|| Frozen::Broken.to_string())
            })
            .or_else(|| protected.refuse(fix).map(str::to_owned));
        if refusal.is_some() {
            finding.fix = None;
            finding.withheld = refusal;
        }
    }
}
