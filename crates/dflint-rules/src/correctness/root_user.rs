//! `USER root` at the end.

use dflint_parser::{Command, Text};

use crate::written::{has_blank_behind, written_stages};
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct RootUser;

impl Rule for RootUser {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let target = cx.model.target().and_then(|target| cx.model.stage(target));
        for stage in written_stages(cx.dockerfile) {
            let is_target = match (target, stage.instruction) {
                (Some(target), Some(from)) => target.instruction.span == from.span,
                _ => false,
            };
            if cx.dialect == Dialect::Dflint && !is_target {
                continue;
            }
            let users = stage
                .steps
                .iter()
                .rev()
                .filter_map(|step| match &step.command {
                    Command::User(user) => Some(user),
                    _ => None,
                });
            // hadolint takes blanks at the line's end for a part of the name.
            let is_other = |user: &Text| {
                cx.dialect == Dialect::Hadolint
                    && !user.as_str().contains(':')
                    && has_blank_behind(cx.dockerfile, user)
            };
            if let Some(user) = users.take(1).find(|user| is_root(user) && !is_other(user)) {
                findings.report(
                    user.span(),
                    "the container runs as root: end the stage with a USER without privileges",
                );
            }
        }
    }
}

fn is_root(user: &Text) -> bool {
    let name = user.as_str().split(':').next();
    matches!(name, Some("root" | "0"))
}
