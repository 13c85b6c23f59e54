//! Two stages of the same name.

use std::collections::HashMap;

use dflint_build::{Point, Stage};

use crate::stage_name::rename;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct DuplicateStageName;

impl Rule for DuplicateStageName {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if !cx.reach.covers(Point::Whole) {
            return;
        }
        let mut seen: HashMap<&str, &Stage> = HashMap::new();
        for stage in cx.model.stages() {
            let (Some(name), Some(written)) = (&stage.name, &stage.from.name) else {
                continue;
            };
            let key = match cx.dialect {
                Dialect::Hadolint => written.as_str(),
                _ => name,
            };
            let Some(earlier) = seen.insert(key, stage) else {
                continue;
            };
            findings
                .report(
                    cx.anchor(stage.instruction, written.span()),
                    format!(
                        "the stage name `{name}` is taken by an earlier stage, which it shadows"
                    ),
                )
                .related(earlier.instruction.keyword.span(), "the earlier stage")
                .fix_or_withhold(rename(cx.model, earlier));
        }
    }
}
