//! Stages called `context` or `scratch`.

use dflint_build::Point;

use crate::stage_name::rename;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct ReservedStageName;

impl Rule for ReservedStageName {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if !cx.reach.covers(Point::Whole) {
            return;
        }
        for stage in cx.model.stages() {
            let (Some(name), Some(written)) = (&stage.name, &stage.from.name) else {
                continue;
            };
            let is_read = match cx.dialect {
                Dialect::Hadolint => written.as_str(),
                _ => name,
            };
            let meaning = match is_read {
                "context" => "the build context",
                "scratch" => "the empty base",
                _ => continue,
            };
            findings
                .report(
                    cx.anchor(stage.instruction, written.span()),
                    format!("`{name}` means {meaning}, give the stage another name"),
                )
                .fix_or_withhold(rename(cx.model, stage));
        }
    }
}
