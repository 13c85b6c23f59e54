//! wget's progress bar in a build log.

use dflint_build::BaseFacts;
use dflint_fix::Safety;
use dflint_knowledge::base_image::Family;
use dflint_parser::InstructionName;

use crate::run_view::{RunView, Said};
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct WgetWithoutProgress;

/// What keeps the log short, as flags without dashes.
const QUIET: &[&str] = &[
    "progress",
    "q",
    "quiet",
    "no-verbose",
    "o",
    "output-file",
    "a",
    "append-output",
];

impl Rule for WgetWithoutProgress {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn sees_onbuild(&self) -> bool {
        true
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Some(run) = cx.run_at(site) else {
            return;
        };
        let mut said = Said::default();
        for call in run.calls_of(&["wget"]) {
            let is_quiet = call.has_flag(QUIET) || call.has_arg(&["-nv"]);
            if is_quiet || !said.admits(cx.dialect, &["DL3047"]) {
                continue;
            }
            let flag = "--progress=dot:giga";
            let fix = match knows_progress(&run) {
                true => run.add_flag(call.command, call.name_word, flag, Safety::Unsafe),
                false => Err("BusyBox's wget, which this may be, does not know `--progress`"),
            };
            run.report(
                cx,
                findings,
                call.name_word.span(),
                format!("wget's progress bar fills the build log, add `{flag}` or `-nv`"),
            )
            .fix_or_withhold(fix);
        }
    }
}

/// Whether wget is GNU's: the base image is known and does not bring BusyBox.
fn knows_progress(run: &RunView) -> bool {
    let BaseFacts::Known(image) = run.base() else {
        return false;
    };
    !matches!(
        image.family,
        Family::Alpine | Family::Wolfi | Family::Busybox | Family::Unknown | Family::Windows
    )
}
