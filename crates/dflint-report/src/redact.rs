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

/// Hides the secret values of its files in everything that `report` says.
pub(crate) fn redact(report: &mut Report, fixes: FixText) {
    match report.files.as_mut_slice() {
        // Starting threads would take longer than the work.
        files @ ([] | [_]) => files.iter_mut().for_each(|file| redact_file(file, fixes)),
        files => files
            .par_iter_mut()
            .for_each(|file| redact_file(file, fixes)),
    }
}

fn redact_file(file: &mut FileReport, fixes: FixText) {
    let secrets = Secrets::of(&file.source);
    if secrets.is_empty() {
        return;
    }
    file.source = secrets.hide_source(&file.source).into_owned();
    for error in &mut file.errors {
        hide(&mut error.message, &secrets);
    }
    for finding in &mut file.findings {
        hide_in(finding, &secrets, fixes);
    }
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
