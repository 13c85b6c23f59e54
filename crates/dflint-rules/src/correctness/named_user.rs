//! `USER app`.

use dflint_parser::{Command, Text};

use crate::written::{has_blank_behind, written_stages};
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
///
/// hadolint looks for `$NAME` and `${NAME}` anywhere in the text, knows the first word of an `ARG`
/// alone, and takes blanks at the line's end for a part of the name.
fn users_by_name<'m, 'a>(cx: &Context<'m, 'a>) -> Vec<&'m Text<'a>> {
    let mut arguments: Vec<&str> = Vec::new();
    let mut users = Vec::new();
    for step in written_stages(cx.dockerfile).flat_map(|stage| stage.steps) {
        match &step.command {
            Command::Arg(words) => arguments.extend(words.first().map(|word| word.key.as_str())),
            Command::User(user) => {
                let text = user.as_str();
                let has_blank = has_blank_behind(cx.dockerfile, user) && !text.contains(':');
                let by_name = is_name(text) || has_blank;
                if by_name && !arguments.iter().any(|name| refers_to(text, name)) {
                    users.push(user);
                }
            }
            _ => {}
        }
    }
    users
}

fn refers_to(text: &str, name: &str) -> bool {
    text.match_indices('$').any(|(at, _)| {
        let behind = text.get(at + 1..).unwrap_or_default();
        let braced = behind
            .strip_prefix('{')
            .and_then(|rest| rest.strip_prefix(name));
        behind.starts_with(name) || braced.is_some_and(|rest| rest.starts_with('}'))
    })
}

/// Whether the part in front of the colon is something else than a number, or nothing.
fn is_name(user: &str) -> bool {
    let name = user.split(':').next().unwrap_or_default();
    !name.bytes().all(|byte| byte.is_ascii_digit())
}
