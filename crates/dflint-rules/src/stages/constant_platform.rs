//! `FROM --platform=linux/amd64`.

use dflint_build::{Platform, Stage};
use dflint_fix::{Keeps, Safety};

use crate::platform_flag::{platforms, remove};
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct ConstantPlatform;

impl Rule for ConstantPlatform {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for (stage, written) in platforms(cx) {
            let is_found = match cx.dialect {
                Dialect::Hadolint => names_no_platform_argument(written.as_str()),
                _ => constant(cx, written.as_str())
                    .is_some_and(|platform| !is_named_for(stage, &platform)),
            };
            if !is_found {
                continue;
            }
            findings
                .report(
                    cx.anchor(stage.instruction, written.span()),
                    format!(
                        "`--platform={}` ties the stage to one platform, choose it with \
                         `docker build --platform` instead",
                        written.as_str(),
                    ),
                )
                .fix_or_withhold(remove(
                    cx.dockerfile.source,
                    stage,
                    Safety::Unsafe,
                    Keeps::Nothing,
                ));
        }
    }
}

/// hadolint takes everything for a constant that does not name one of two arguments.
fn names_no_platform_argument(written: &str) -> bool {
    !written.contains("BUILDPLATFORM") && !written.contains("TARGETPLATFORM")
}

/// The platform that the text names without any variable.
fn constant(cx: &Context, written: &str) -> Option<Platform> {
    let expansion = cx
        .model
        .expander()
        .word(written, cx.model.global_args())
        .ok()?;
    let is_constant = expansion.matched.is_empty() && expansion.unmatched.is_empty();
    let text = expansion.value.to_known().filter(|_| is_constant)?;
    Platform::parse(text).ok()
}

/// Whether the stage's name says the platform, so that the constant is meant.
fn is_named_for(stage: &Stage, platform: &Platform) -> bool {
    let name = stage.name.as_deref().unwrap_or_default();
    name.contains(&platform.os) || name.contains(&platform.architecture)
}
