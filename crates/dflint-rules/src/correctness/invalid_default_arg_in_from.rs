//! Base images that depend on a build argument without a default.

use dflint_build::{ImageReference, Point};

use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct InvalidDefaultArgInFrom;

impl Rule for InvalidDefaultArgInFrom {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if !cx.reach.covers(Point::Whole) {
            return;
        }
        let mut bases = cx
            .model
            .stages()
            .iter()
            .map(|stage| stage.from.base.as_str());
        if bases.all(|base| is_plain(base) && ImageReference::parse(base).is_ok()) {
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
            let written = base.as_str();
            let message = match name {
                // What no argument can change is an error of the build, and reported as such.
                _ if name == written && cx.dialect == Dialect::Dflint => continue,
                _ if name == written => format!("`{name}` is not a valid name of an image"),
                "" => format!("`{written}` is empty by default, give the build argument a default"),
                _ => format!(
                    "`{written}` comes to `{name}` by default, which names no image; give the \
                     build argument a default",
                ),
            };
            findings.report(cx.anchor(stage.instruction, base.span()), message);
        }
    }
}

/// Whether `base` means what is written, so that no argument has to be looked up.
fn is_plain(base: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-/:@".contains(&byte);
    base.bytes().all(is_plain)
}
