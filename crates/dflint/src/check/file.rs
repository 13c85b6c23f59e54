//! One file: read, lint, fix, write.

use std::path::{Path, PathBuf};

use dflint_build::BuildContext;
use dflint_fix::{ContextChange, Safety, Shown, new_file_diff, unified_diff};
use dflint_linter::{Allowed, Applied, Finding, Secrets, Source, Surroundings, fix, lint_parsed};
use dflint_parser::Dockerfile;
use dflint_project::builds::DockerfileFacts;
use dflint_project::config::{ConfigError, FailOn};
use dflint_project::context::DiskContext;
use dflint_project::paths::relative;
use dflint_project::project::{Governing, Project};
use dflint_project::source::read;
use dflint_project::write::{WriteError, create, replace, replace_within};
use dflint_report::{FileError, FileReport};

/// What is done with a file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Mode {
    /// Findings only.
    Lint,
    /// Fixes of at most this level are made.
    Fix(Safety),
}

/// What became of a file.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    pub(crate) report: FileReport,
    /// The text with the fixes made, where it differs.
    pub(crate) fixed: Option<String>,
    /// What would be changed, as a unified diff.
    pub(crate) diff: String,
    /// Whether the diff hides secret values that it changes.
    pub(crate) hides_secrets: bool,
    /// What becomes of other files.
    pub(crate) other_files: Vec<OtherFile>,
    /// Whether a finding reaches the severity that fails the run.
    pub(crate) fails: bool,
    /// What `--verbose` tells.
    pub(crate) notes: Vec<String>,
    /// What is wrong with the configuration; it concerns other files too.
    pub(crate) config_error: Option<ConfigError>,
}

/// A file beside the Dockerfile that fixes create or change.
#[derive(Debug)]
pub(crate) struct OtherFile {
    /// The build context's directory, which it is in.
    pub(crate) directory: PathBuf,
    /// Its absolute path.
    pub(crate) path: PathBuf,
    pub(crate) change: ContextChange,
}

impl OtherFile {
    /// The change as a unified diff of the file called `path`.
    pub(crate) fn diff(&self, path: &str) -> String {
        let after = &self.change.after;
        match &self.change.before {
            None => new_file_diff(path, after),
            Some(before) => unified_diff(path, Shown::whole(before), Shown::whole(after)),
        }
    }

    pub(crate) fn write(&self) -> Result<(), WriteError> {
        let after = &self.change.after;
        match &self.change.before {
            None => create(&self.path, after),
            Some(before) => replace_within(&self.directory, &self.path, before, after),
        }
    }
}

/// What a run does with every file.
pub(crate) struct Work<'p> {
    pub(crate) project: &'p Project,
    pub(crate) mode: Mode,
    /// Whether fixed files are written.
    pub(crate) write: bool,
    /// Whether fixes may create or change files beside the Dockerfiles.
    pub(crate) other_files: bool,
    /// The severity that fails the run, where the command line says it.
    pub(crate) fail_on: Option<FailOn>,
}

impl Work<'_> {
    /// Does the work with the file at `path` (absolute and clean). Whatever goes wrong is in the
    /// outcome; a defect of dflint itself as well, so that no other file suffers from it.
    pub(crate) fn file(&self, path: &Path) -> Outcome {
        self.guarded(path, || match read(path) {
            Ok(bytes) => self.bytes(path, &bytes),
            Err(error) => self.failed(path, error.to_string()),
        })
    }

    /// Does the work with `bytes`, which are called `path` (absolute and clean).
    pub(crate) fn buffer(&self, path: &Path, bytes: &[u8]) -> Outcome {
        self.guarded(path, || self.bytes(path, bytes))
    }

    /// The one place where a panic is caught: nothing that a file started is used after it.
    fn guarded(&self, path: &Path, work: impl FnOnce() -> Outcome) -> Outcome {
        let work = std::panic::AssertUnwindSafe(work);
        std::panic::catch_unwind(work).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().map(String::as_str);
            let reason = text.or_else(|| panic.downcast_ref::<&str>().copied());
            let reason = reason.unwrap_or("panic");
            // The reason may quote the file.
            let reason = Secrets::of(reason).hide(reason);
            self.failed(
                path,
                format!("defect in dflint, please report it: {reason}"),
            )
        })
    }

    fn bytes(&self, path: &Path, bytes: &[u8]) -> Outcome {
        let governing = match self.project.governing(path) {
            Ok(governing) => governing,
            Err(error) => {
                return Outcome {
                    config_error: Some(error),
                    ..Outcome::default()
                };
            }
        };
        let source = match Source::read(bytes) {
            Ok(source) => source,
            Err(error) => return self.failed(path, error.to_string()),
        };
        let file = dflint_parser::parse(source.text());
        let directory = self
            .project
            .context_directory(path, &governing.config, &file);
        let context = directory
            .as_deref()
            .and_then(|directory| self.project.open_context(directory, path));
        let facts = self.project.facts(path, &governing.config);
        let subject = Subject {
            path,
            source: &source,
            file: &file,
            governing: &governing,
            directory: directory.as_deref(),
            context: context.as_ref(),
            facts: &facts,
        };
        let mut outcome = match self.mode {
            Mode::Lint => self.lint(&subject),
            Mode::Fix(level) => self.fix(&subject, level),
        };
        outcome.notes.splice(0..0, subject.notes(self.project));
        let fail_on = self
            .fail_on
            .or(governing.config.fail_on)
            .unwrap_or_default();
        outcome.fails = outcome
            .report
            .findings
            .iter()
            .any(|finding| fail_on.reached_by(finding.severity));
        outcome
    }

    fn lint(&self, subject: &Subject<'_>) -> Outcome {
        let found = lint_parsed(
            subject.file,
            subject.source.is_utf8(),
            &subject.governing.settings,
            subject.surroundings(),
        );
        self.outcome(subject.path, subject.source.text(), found.findings)
    }

    fn fix(&self, subject: &Subject<'_>, level: Safety) -> Outcome {
        let before = subject.source.text();
        let settings = &subject.governing.settings;
        let allowed = Allowed {
            level,
            other_files: self.other_files,
        };
        let done = fix(subject.source, settings, subject.surroundings(), allowed);
        let changed = done.source != before;
        if changed
            && self.write
            && let Err(error) = replace(subject.path, before, &done.source)
        {
            // Nothing was repaired, so what was found still stands.
            let mut outcome = self.lint(subject);
            outcome.report.errors.push(FileError {
                message: error.to_string(),
                location: None,
            });
            return outcome;
        }
        let mut outcome = self.outcome(subject.path, &done.source, done.remaining.findings);
        outcome.report.fixed = done.applied.len();
        outcome.notes = done.applied.iter().map(made).collect();
        if changed {
            let diff = Diff::between(&outcome.report.path, before, &done.source);
            outcome.diff = diff.text;
            outcome.hides_secrets = diff.hides_secrets;
        }
        outcome.fixed = changed.then_some(done.source);
        if let Some(directory) = subject.directory {
            let changes = done.context_changes.into_iter();
            outcome.other_files = changes
                .map(|(path, change)| OtherFile {
                    directory: directory.to_owned(),
                    path: directory.join(path),
                    change,
                })
                .collect();
        }
        outcome
    }

    fn outcome(&self, path: &Path, text: &str, findings: Vec<Finding>) -> Outcome {
        // The text is there to show findings; without them it only takes memory.
        let source = if findings.is_empty() { "" } else { text };
        Outcome {
            report: FileReport {
                path: relative(self.project.directory(), path),
                source: source.to_owned(),
                findings,
                ..FileReport::default()
            },
            ..Outcome::default()
        }
    }

    fn failed(&self, path: &Path, message: String) -> Outcome {
        let mut outcome = self.outcome(path, "", Vec::new());
        outcome.report.errors.push(FileError {
            message,
            location: None,
        });
        outcome
    }
}

/// A file with what holds for it.
struct Subject<'s> {
    path: &'s Path,
    source: &'s Source<'s>,
    file: &'s Dockerfile<'s>,
    governing: &'s Governing,
    /// The build context's directory, where it is known.
    directory: Option<&'s Path>,
    context: Option<&'s DiskContext>,
    facts: &'s DockerfileFacts,
}

impl<'s> Subject<'s> {
    fn surroundings(&self) -> Surroundings<'s> {
        Surroundings {
            context: self.context.map(|context| context as &dyn BuildContext),
            project: Some(self.facts),
        }
    }

    /// Which configuration and build context are used.
    fn notes(&self, project: &Project) -> Vec<String> {
        let told = |path: &Path| relative(project.directory(), path);
        let files = &self.governing.config.files;
        let configuration = match files.last() {
            Some(file) => told(file),
            None => "none".to_owned(),
        };
        let context = self.directory.map_or_else(|| "unknown".to_owned(), told);
        vec![
            format!("configuration: {configuration}"),
            format!("build context: {context}"),
        ]
    }
}

/// A change as a unified diff.
struct Diff {
    text: String,
    /// Whether a changed line holds a secret value, which is hidden: then it cannot be applied.
    hides_secrets: bool,
}

impl Diff {
    fn between(path: &str, before: &str, after: &str) -> Self {
        let whole = || unified_diff(path, Shown::whole(before), Shown::whole(after));
        let (old, new) = (Secrets::of(before), Secrets::of(after));
        if old.is_empty() && new.is_empty() {
            return Self {
                text: whole(),
                hides_secrets: false,
            };
        }
        let before = Shown {
            text: before,
            shown: &old.hide_source(before),
        };
        let after = Shown {
            text: after,
            shown: &new.hide_source(after),
        };
        let text = unified_diff(path, before, after);
        let hides_secrets = changed_lines(&text).ne(changed_lines(&whole()));
        Self {
            text,
            hides_secrets,
        }
    }
}

/// The lines of a diff that are taken out or put in.
fn changed_lines(diff: &str) -> impl Iterator<Item = &str> {
    diff.lines().filter(|line| line.starts_with(['+', '-']))
}

fn made(fix: &Applied) -> String {
    format!("fixed {}: {}", fix.rule.name, fix.title)
}
