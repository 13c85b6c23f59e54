//! `# hadolint ignore=…` above an instruction.

use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct InlineIgnore;

impl Rule for InlineIgnore {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for comment in &cx.dockerfile.comments {
            let is_read = cx.dialect == Dialect::Dflint || !comment.inside_instruction;
            let text = comment.span.text(cx.dockerfile.source);
            if is_read && is_ignore(text, cx.dialect) {
                findings.report(
                    comment.span,
                    "findings are left out here: mend them, or leave the rule out for all files",
                );
            }
        }
    }
}

/// Whether a comment leaves out findings of one instruction; hadolint knows only its own.
fn is_ignore(text: &str, dialect: Dialect) -> bool {
    let text = text.trim_start_matches('#').trim_start();
    let rest = match text.strip_prefix("hadolint") {
        Some(rest) => rest,
        None if dialect == Dialect::Hadolint => return false,
        None => match text.strip_prefix("dflint") {
            Some(rest) => rest,
            None => return false,
        },
    };
    let verb = rest.trim_start().strip_prefix("ignore");
    verb.is_some_and(|rest| rest.trim_start().starts_with('='))
}
