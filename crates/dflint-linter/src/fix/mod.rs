//! The fix loop: lint, make what can be made, and again until nothing changes.

mod budget;
mod changed_context;
#[cfg(test)]
mod hostile_rules;
mod round;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use dflint_build::{BuildContext, Model};
use dflint_fix::{ContextChange, Edit, Safety};
use dflint_knowledge::RulePage;

use self::budget::{Budget, TOO_LARGE};
use self::changed_context::ChangedContext;
use self::round::{Outcome, Round};
use crate::finding::Finding;
use crate::lint::{Report, judge};
use crate::settings::Settings;
use crate::source::Source;
use crate::surroundings::Surroundings;

/// How many rounds a file may take until its fixes come to rest. Each round makes every fix that
/// overlaps no other, so that files of a project take two or three.
const ROUNDS: usize = 24;

/// What became of a file.
#[derive(Debug, Clone)]
pub struct FixReport {
    /// The file with the fixes made. Bytes outside of their edits are as they were.
    pub source: String,
    /// What becomes of other files, by their path below the build context's root.
    pub context_changes: BTreeMap<String, ContextChange>,
    /// The fixes made, in the order in which they were made.
    pub applied: Vec<Applied>,
    /// What is found in the file with the fixes made. Where a fix was held back, its finding says
    /// why.
    pub remaining: Report,
}

/// A fix that was made.
#[derive(Debug, Clone)]
pub struct Applied {
    /// The page of the rule that offered it.
    pub rule: &'static RulePage,
    /// What it did, imperative.
    pub title: String,
    /// How far it could be trusted.
    pub safety: Safety,
    /// The round in which it was made, counted from 0.
    pub round: usize,
    /// Its edits, in bytes of the file as the rounds before had left it.
    pub edits: Vec<Edit>,
}

/// Which fixes may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// The least trusted ones.
    pub level: Safety,
    /// Whether they may create or change files beside the Dockerfile.
    pub other_files: bool,
}

impl From<Safety> for Allowed {
    fn from(level: Safety) -> Self {
        Self {
            level,
            other_files: true,
        }
    }
}

/// Fixes a Dockerfile with all fixes that are allowed and keep their promises.
///
/// Fixing the result again changes nothing. A file that BuildKit refuses, that is not UTF-8, or
/// that says it is generated comes back as it was.
#[must_use]
pub fn fix<'s>(
    source: &Source<'_>,
    settings: &Settings,
    surroundings: impl Into<Surroundings<'s>>,
    allowed: impl Into<Allowed>,
) -> FixReport {
    let allowed = allowed.into();
    let mut attempt = Attempt {
        source,
        settings,
        around: surroundings.into(),
        // A manual fix is never made, whoever asks.
        allowed: Allowed {
            level: allowed.level.min(Safety::Unsafe),
            ..allowed
        },
        banned: BTreeMap::new(),
        budget: Budget::new(),
    };
    loop {
        match attempt.run() {
            Ok(report) => return report,
            Err(restless) => attempt.ban(&restless),
        }
    }
}

/// Judges a Dockerfile as [`lint`](crate::lint) does, and checks each fix as if it were the only
/// one made: what remains on offer can be made by itself by whoever reads the report.
#[must_use]
pub fn lint_with_checked_fixes<'s>(
    source: &Source<'_>,
    settings: &Settings,
    surroundings: impl Into<Surroundings<'s>>,
) -> Report {
    let around = surroundings.into();
    let file = dflint_parser::parse(source.text());
    let model = Model::new(&file, &settings.model);
    let mut report = judge(&file, &model, source.is_utf8(), settings, around);
    let withheld = Round {
        file: &file,
        model: &model,
        findings: &report.findings,
        settings,
        context: around.context,
        budget: &mut Budget::new(),
    }
    .vet();
    withhold(&mut report.findings, withheld);
    report
}

/// Rules whose fixes never come to rest.
struct Restless(Vec<&'static str>);

struct Attempt<'c> {
    source: &'c Source<'c>,
    settings: &'c Settings,
    around: Surroundings<'c>,
    allowed: Allowed,
    /// Rules whose fixes are not made, and why.
    banned: BTreeMap<&'static str, String>,
    budget: Budget,
}

/// What a round leaves behind.
enum Step {
    /// Nothing could be made.
    Rest(Report),
    /// The file with these findings' fixes made.
    Change { text: String, made: Vec<Finding> },
}

impl Attempt<'_> {
    /// Runs rounds until nothing changes.
    fn run(&mut self) -> Result<FixReport, Restless> {
        let mut text = self.source.text().to_owned();
        let mut context_changes = BTreeMap::new();
        let mut applied = Vec::new();
        let mut seen: Vec<(u64, Vec<&'static str>)> = Vec::new();
        for round in 0..ROUNDS {
            let before = state(&text, &context_changes);
            let step = self.step(&text, &mut context_changes);
            if self.budget.is_spent() {
                return Ok(self.give_up());
            }
            let (fixed, made) = match step {
                Step::Rest(remaining) => {
                    return Ok(FixReport {
                        source: text,
                        context_changes,
                        applied,
                        remaining,
                    });
                }
                Step::Change { text, made } => (text, made),
            };
            let rules = made.iter().map(|finding| finding.rule.name).collect();
            applied.extend(
                made.into_iter()
                    .filter_map(|finding| applied_fix(finding, round)),
            );
            seen.push((before, rules));
            text = fixed;
            let now = state(&text, &context_changes);
            if let Some(first) = seen.iter().position(|(before, _)| *before == now) {
                return Err(Restless::among(&seen, first));
            }
        }
        Err(Restless::among(&seen, ROUNDS / 2))
    }

    fn step(&mut self, text: &str, context_changes: &mut BTreeMap<String, ContextChange>) -> Step {
        let file = dflint_parser::parse(text);
        let model = Model::new(&file, &self.settings.model);
        let context = self
            .around
            .context
            .map(|context| ChangedContext::new(context, context_changes));
        let context = context.as_ref().map(|context| context as &dyn BuildContext);
        let around = Surroundings {
            context,
            ..self.around
        };
        let mut report = judge(&file, &model, self.source.is_utf8(), self.settings, around);
        let outcome = Round {
            file: &file,
            model: &model,
            findings: &report.findings,
            settings: self.settings,
            context,
            budget: &mut self.budget,
        }
        .run(self.allowed, &self.banned);
        let Outcome {
            made,
            withheld,
            fixed,
            context_changes: written,
        } = outcome;
        let Some(fixed) = fixed else {
            withhold(&mut report.findings, withheld);
            return Step::Rest(report);
        };
        for (path, change) in written {
            // What the file held at the beginning stays known.
            let before = match context_changes.remove(&path) {
                Some(earlier) => earlier.before,
                None => change.before,
            };
            let after = change.after;
            context_changes.insert(path, ContextChange { before, after });
        }
        let mut findings: Vec<_> = report.findings.into_iter().map(Some).collect();
        Step::Change {
            text: fixed,
            made: made
                .iter()
                .filter_map(|index| findings.get_mut(*index)?.take())
                .collect(),
        }
    }

    fn ban(&mut self, restless: &Restless) {
        for rule in &restless.0 {
            let reason = "its fixes do not come to rest: each makes another one necessary";
            self.banned.insert(rule, reason.to_owned());
        }
    }

    /// The file as it was, with every fix held back.
    fn give_up(&self) -> FixReport {
        let mut remaining = crate::lint(self.source, self.settings, self.around);
        let offered = remaining
            .findings
            .iter()
            .enumerate()
            .filter(|(_, finding)| {
                finding
                    .fix
                    .as_ref()
                    .is_some_and(|fix| fix.safety <= self.allowed.level)
            });
        let withheld = offered
            .map(|(index, _)| (index, TOO_LARGE.to_owned()))
            .collect();
        withhold(&mut remaining.findings, withheld);
        FixReport {
            source: self.source.text().to_owned(),
            context_changes: BTreeMap::new(),
            applied: Vec::new(),
            remaining,
        }
    }
}

impl Restless {
    /// The rules whose fixes were made since round `first`.
    fn among(rounds: &[(u64, Vec<&'static str>)], first: usize) -> Self {
        let mut rules: Vec<_> = rounds
            .iter()
            .skip(first)
            .flat_map(|(_, rules)| rules)
            .copied()
            .collect();
        rules.sort_unstable();
        rules.dedup();
        Self(rules)
    }
}

/// A number that stands for the text and what has become of other files.
fn state(text: &str, context_changes: &BTreeMap<String, ContextChange>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (text, context_changes).hash(&mut hasher);
    hasher.finish()
}

fn applied_fix(finding: Finding, round: usize) -> Option<Applied> {
    let fix = finding.fix?;
    Some(Applied {
        rule: finding.rule,
        title: fix.title,
        safety: fix.safety,
        round,
        edits: fix.edits,
    })
}

/// Takes away the fixes that are not made and says why.
fn withhold(findings: &mut [Finding], reasons: BTreeMap<usize, String>) {
    for (index, reason) in reasons {
        if let Some(finding) = findings.get_mut(index) {
            finding.fix = None;
            finding.withheld = Some(reason);
        }
    }
}
