//! `USER app`.

use std::collections::HashSet;

use dflint_build::env::NoVariables;
use dflint_parser::{Command, Text};

use crate::written::written_stages;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct NamedUser;

impl Rule for NamedUser {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if cx.dialect == Dialect::Hadolint {
            for user in users_by_name(cx) {
                report(user, findings);
            }
            return;
        }
        let target = cx.model.target().and_then(|target| cx.model.stage(target));
        let steps = target.into_iter().flat_map(|stage| &stage.steps);
        let last = steps.filter(|step| !step.is_trigger).filter_map(|step| {
            match &step.instruction.command {
                Command::User(user) => Some(user),
                _ => None,
            }
        });
        let by_name = |user: &&Text| is_name(user.as_str()) && !user.as_str().contains('$');
        if let Some(user) = last.last().filter(by_name) {
            report(user, findings);
        }
    }
}

fn report(user: &Text, findings: &mut Findings) {
    findings.report(
        user.span(),
        format!(
            "write the number of `{}`: Kubernetes cannot tell from a name that it is not root",
            user.as_str(),
        ),
    );
}

/// Every `USER` that is no number, and names no argument of the file so far.
fn users_by_name<'m, 'a>(cx: &Context<'m, 'a>) -> Vec<&'m Text<'a>> {
    let mut arguments: HashSet<&str> = HashSet::new();
    let mut users = Vec::new();
    for step in written_stages(cx.dockerfile).flat_map(|stage| stage.steps) {
        match &step.command {
            Command::Arg(words) => arguments.extend(words.iter().map(|word| word.key.as_str())),
            Command::User(user) if is_name(user.as_str()) && !names_any(cx, user, &arguments) => {
                users.push(user);
            }
            _ => {}
        }
    }
    users
}

fn names_any(cx: &Context, user: &Text, arguments: &HashSet<&str>) -> bool {
    let named = cx.model.expander().word(user.as_str(), &NoVariables);
    named.is_ok_and(|named| {
        named
            .unmatched
            .iter()
            .any(|name| arguments.contains(name.as_str()))
    })
}

fn is_name(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default();
    name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_digit())
}
