//! A relative `WORKDIR` on top of whatever the base image says.

use std::borrow::Cow;

use dflint_build::{Action, Base, BaseImages, ErrorKind, Model, Stage, Step, Value};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, InstructionName, Text};

use crate::visit::Visit;
use crate::written::{may_be_absolute, unquoted};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct RelativeWorkdir;

impl Rule for RelativeWorkdir {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Workdir]
    }

    /// hadolint wants every directory absolute, also below an absolute one.
    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Command::Workdir(word) = &site.instruction.command else {
            return;
        };
        if cx.dialect == Dialect::Hadolint && !may_be_absolute(unquoted(word.as_str())) {
            let written = word.as_str();
            let fix = match cx.model.step_at(site.index) {
                Some((stage, step)) => fix(cx.model, stage, step, word),
                None => Err("the working directory is not known"),
            };
            findings
                .report(
                    cx.anchor(site.instruction, word.span()),
                    format!("the directory `{written}` is relative, write an absolute one"),
                )
                .fix_or_withhold(fix);
        }
    }

    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if cx.dialect == Dialect::Hadolint {
            return;
        }
        for visit in cx.visits() {
            let step = visit.step;
            let Command::Workdir(word) = &step.instruction.command else {
                continue;
            };
            let Some(relative) = relative(cx, &visit) else {
                continue;
            };
            let written: &str = match relative.is_empty() {
                true => word.as_str(),
                false => &relative,
            };
            if step.state.is_workdir_set() {
                continue;
            }
            findings
                .report(
                    visit.anchor(cx, word.span()),
                    format!(
                        "the relative directory `{written}` depends on the working directory of \
                         the base image, write an absolute one",
                    ),
                )
                .fix_or_withhold(fix(cx.model, visit.stage, step, word));
        }
    }
}

/// What the `WORKDIR` of `visit` expands to, if that is surely relative.
fn relative<'m>(cx: &Context<'m, '_>, visit: &Visit<'m, '_>) -> Option<Cow<'m, str>> {
    if let Some(ErrorKind::BadDrive(written)) = visit.error.map(|error| &error.kind) {
        // BuildKit takes what is not on drive C for relative, before it refuses it.
        let is_met = cx.dialect == Dialect::Buildkit;
        return is_met.then(|| written.as_str().into());
    }
    let Action::Workdir { written, .. } = &visit.step.action else {
        return None;
    };
    // Nobody but Windows has drives, whatever platform the build is for.
    let windows = visit.step.state.platform().is_windows()
        || cx.dialect == Dialect::Dflint && has_drive(written.as_str());
    let may_be_absolute = !written.has_known_start() || is_absolute(written, windows);
    (!may_be_absolute).then(|| written.as_str().into())
}

fn is_absolute(path: &Value, windows: bool) -> bool {
    let path = path.as_str();
    if !windows {
        return path.starts_with('/');
    }
    let path = if has_drive(path) {
        path.get(2..).unwrap_or_default()
    } else {
        path
    };
    path.starts_with(['/', '\\'])
}

fn has_drive(path: &str) -> bool {
    matches!(path.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic())
}

fn fix(model: &Model, stage: &Stage, step: &Step, word: &Text) -> Result<Fix, &'static str> {
    let state = &step.state;
    let unknown = "the working directory of the base image is not known";
    let Action::Workdir { written, path } = &step.action else {
        return Err(unknown);
    };
    let before = state.workdir().to_known().ok_or(unknown)?;
    if !state.is_workdir_set() && is_taken_for_empty(model, stage) {
        return Err(unknown);
    }
    if !written.has_known_start() || is_absolute(written, state.platform().is_windows()) {
        return Err("what the directory comes to is not known");
    }
    if written.to_known() == Some("") {
        return Err("what it names is not set and comes to nothing");
    }
    if step.is_trigger || !word.is_contiguous() || state.platform().is_windows() {
        return Err("the directory cannot be written out here");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let edit = match path.to_known() {
        Some(path) if word.as_str().chars().all(plain) => Edit::replace(word.span(), path),
        _ => Edit::insert(
            word.span().start,
            format!("{}/", before.trim_end_matches('/')),
        ),
    };
    Ok(Fix {
        title: "Write the absolute directory".to_owned(),
        safety: Safety::Safe,
        keeps: Keeps::Everything,
        edits: vec![edit],
    })
}

/// Whether the stage stands on an image of which nothing is known because the settings say that
/// images set nothing.
fn is_taken_for_empty(model: &Model, stage: &Stage) -> bool {
    let mut bottom = (stage.id, &stage.base);
    // A stage is based on an earlier one, so this ends.
    while let (id, Base::Stage(below)) = bottom {
        match model.stage(*below) {
            Some(next) if next.id < id => bottom = (next.id, &next.base),
            _ => return true,
        }
    }
    model.options().base_images == BaseImages::Empty && *bottom.1 != Base::Scratch
}
