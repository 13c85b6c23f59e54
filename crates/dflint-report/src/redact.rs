//! A report without the secret values of the files it is about.
//!
//! What a format writes has gone through here, so that none of them has to think of it:
//! `docs/output-formats.md` tells what is hidden and what cannot be.

use std::borrow::Cow;

use dflint_linter::{Finding, Secrets};
use rayon::prelude::*;

use crate::model::{FileReport, Report};

/// What becomes of a fix whose text repeats a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FixText {
    /// It is shown with the value hidden: nobody applies what people read.
    Hidden,
    /// It is left out: applied, it would write `***` into the file.
    LeftOut,
}

/// Why a fix is left out.
const LEFT_OUT: &str = "its text repeats a secret value, which is never printed; `--fix` makes it";

/// `report` with the secret values of its files hidden in everything it says.
pub(crate) fn redact(report: &Report, fixes: FixText) -> Cow<'_, Report> {
    let of_file = |file: &FileReport| Secrets::of(&file.source);
    let secrets: Vec<Secrets> = match report.files.as_slice() {
        // Starting threads would take longer than the work.
        files @ ([] | [_]) => files.iter().map(of_file).collect(),
        files => files.par_iter().map(of_file).collect(),
    };
    if secrets.iter().all(Secrets::is_empty) {
        return Cow::Borrowed(report);
    }
    let files = report.files.par_iter().zip(&secrets);
    let files = files.map(|(file, secrets)| match secrets.is_empty() {
        true => file.clone(),
        false => redacted(file, secrets, fixes),
    });
    Cow::Owned(Report {
        files: files.collect(),
    })
}

fn redacted(file: &FileReport, secrets: &Secrets, fixes: FixText) -> FileReport {
    let mut file = file.clone();
    file.source = secrets.hide_source(&file.source).into_owned();
    for error in &mut file.errors {
        hide(&mut error.message, secrets);
    }
    for finding in &mut file.findings {
        hide_in(finding, secrets, fixes);
    }
    file
}

fn hide_in(finding: &mut Finding, secrets: &Secrets, fixes: FixText) {
    hide(&mut finding.message, secrets);
    for (_, label) in &mut finding.related {
        hide(label, secrets);
    }
    if let Some(reason) = &mut finding.withheld {
        hide(reason, secrets);
    }
    let Some(fix) = &mut finding.fix else { return };
    hide(&mut fix.title, secrets);
    let mut repeats = false;
    for edit in &mut fix.edits {
        repeats |= hide(&mut edit.text, secrets);
    }
    if repeats && fixes == FixText::LeftOut {
        finding.fix = None;
        finding.withheld = Some(LEFT_OUT.to_owned());
    }
}

/// Hides the values in `text`; whether there were any.
fn hide(text: &mut String, secrets: &Secrets) -> bool {
    let hidden = match secrets.hide(text) {
        Cow::Borrowed(_) => return false,
        Cow::Owned(hidden) => hidden,
    };
    *text = hidden;
    true
}
