//! Base images that depend on a build argument without a default.

use dflint_build::{ImageReference, Point};

use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct InvalidDefaultArgInFrom;

impl Rule for InvalidDefaultArgInFrom {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if !cx.reach.covers(Point::Whole) {
            return;
        }
        let Some(args) = cx.model.default_args() else {
            return;
        };
        for stage in cx.model.stages() {
            let base = &stage.from.base;
            // BuildKit stops at the first that does not expand.
            let Ok(expansion) = cx.model.expander().word(base.as_str(), &args) else {
                return;
            };
            let Some(name) = expansion.value.to_known() else {
                continue;
            };
            if ImageReference::parse(name).is_ok() {
                continue;
            }
            let message = if name == base.as_str() {
                format!("`{name}` is not a valid name of an image")
            } else {
                format!(
                    "with default build arguments `{}` comes to `{name}`, which names no image; \
                     give the argument a default",
                    base.as_str(),
                )
            };
            findings.report(cx.anchor(stage.instruction, base.span()), message);
        }
    }
}
