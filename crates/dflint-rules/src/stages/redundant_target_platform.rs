//! `FROM --platform=$TARGETPLATFORM`.

use dflint_build::Stage;
use dflint_build::platform::is_target_platform;
use dflint_fix::{Fix, Keeps, Safety};

use crate::platform_flag::{platforms, remove};
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct RedundantTargetPlatform;

impl Rule for RedundantTargetPlatform {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for (stage, written) in platforms(cx) {
            if !comes_to_target_platform(cx, written.as_str()) {
                continue;
            }
            findings
                .report(
                    cx.anchor(stage.instruction, written.span()),
                    format!(
                        "`--platform={}` is what a stage is built for anyway, leave it out",
                        written.as_str(),
                    ),
                )
                .fix_or_withhold(fix(cx, stage, written.as_str()));
        }
    }
}

fn fix(cx: &Context, stage: &Stage, written: &str) -> Result<Fix, &'static str> {
    if !is_target_platform(written) {
        return Err("on another platform the flag may say something else");
    }
    remove(cx.dockerfile.source, stage, Safety::Safe, Keeps::Everything)
}

/// Whether the text names `TARGETPLATFORM`, no other variable, and comes to its value.
fn comes_to_target_platform(cx: &Context, written: &str) -> bool {
    if cx.dialect == Dialect::Hadolint {
        return matches!(written, "$TARGETPLATFORM" | "${TARGETPLATFORM}");
    }
    let Ok(expansion) = cx.model.expander().word(written, cx.model.global_args()) else {
        return false;
    };
    let target = cx.model.global_args().get("TARGETPLATFORM");
    let only = expansion.unmatched.is_empty()
        && matches!(expansion.matched.as_slice(), [name] if name == "TARGETPLATFORM");
    only && target == Some(&expansion.value)
}
