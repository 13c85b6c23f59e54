//! What is said beside the report, on standard error.

use dflint_project::discovery::PathMessage;
use dflint_project::paths::relative;
use dflint_project::project::Project;
use dflint_report::Report;

use super::file::Outcome;
use crate::args::Color;
use crate::terminal::{Tone, say, say_plainly};

/// Every error, with its place.
pub(super) fn errors(color: Color, report: &Report) {
    for file in &report.files {
        for error in &file.errors {
            let place = match error.location {
                Some((start, _)) => format!("{}:{}:{}", file.path, start.line, start.column),
                None => file.path.clone(),
            };
            say(Tone::Error, color, &format!("{place}: {}", error.message));
        }
    }
}

/// What a search left out and may surprise.
pub(super) fn left_out(color: Color, project: &Project, notes: &[PathMessage]) {
    for note in notes {
        let path = relative(project.directory(), &note.path);
        say(Tone::Note, color, &format!("{path}: {}", note.message));
    }
}

/// What kept ShellCheck from being asked.
pub(super) fn shellcheck(color: Color, project: &Project) {
    for note in project.shellcheck_notes() {
        say(Tone::Note, color, &note.to_string());
    }
}

/// What `--verbose` tells of each file.
pub(super) fn details(outcomes: &[Outcome]) {
    for outcome in outcomes {
        for note in &outcome.notes {
            say_plainly(&format!("{}: {note}", outcome.report.path));
        }
    }
}

/// Which diffs cannot be applied, since what they change holds secret values.
pub(super) fn hidden(color: Color, outcomes: &[Outcome]) {
    for outcome in outcomes.iter().filter(|outcome| outcome.hides_secrets) {
        let path = &outcome.report.path;
        let text = format!(
            "{path}: the diff hides secret values and cannot be applied; `--fix` makes the change"
        );
        say(Tone::Note, color, &text);
    }
}
