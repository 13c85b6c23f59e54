//! `COPY --from=` the stage itself.

use dflint_parser::Command;

use crate::written::written_stages;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct CopyFromItself;

impl Rule for CopyFromItself {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for stage in written_stages(cx.dockerfile) {
            let Some(name) = stage.name() else {
                continue;
            };
            for step in stage.steps {
                let Command::Copy(copy) = &step.command else {
                    continue;
                };
                let Some(from) = copy.from.as_ref().filter(|from| from.as_str() == name) else {
                    continue;
                };
                // BuildKit refuses it too, which is reported as an error of the build.
                let mut errors = cx.model.errors().iter();
                let is_refused = errors.any(|error| error.line == step.start_line);
                if cx.dialect == Dialect::Hadolint || !is_refused {
                    findings.report(
                        cx.anchor(step, from.span()),
                        format!("the stage `{name}` cannot copy from itself, leave `--from` out"),
                    );
                }
            }
        }
    }
}
