//! `zypper dist-upgrade`.

use dflint_parser::InstructionName;

use crate::run_view::Said;
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct ZypperDistUpgrade;

impl Rule for ZypperDistUpgrade {
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
        for call in run.calls_of(&["zypper"]) {
            let Some(upgrade) = call.arg(&["dist-upgrade", "dup"]) else {
                continue;
            };
            if !said.admits(cx.dialect, &["DL3035"]) {
                continue;
            }
            run.report(
                cx,
                findings,
                upgrade.word.span(),
                format!(
                    "`zypper {}` moves the image to another release, take a base image of that \
                     release instead",
                    upgrade.text,
                ),
            );
        }
    }
}
