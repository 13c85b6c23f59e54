//! A pipe whose first command may fail unseen.

use std::collections::HashSet;

use dflint_build::StageId;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_knowledge::base_image::Family;
use dflint_parser::{Command, Text};
use dflint_shell::{Construct, SimpleCommand};

use crate::lines::start_above;
use crate::run_view::RunView;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct PipeWithoutPipefail;

impl Rule for PipeWithoutPipefail {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        match cx.dialect {
            Dialect::Hadolint => check_like_hadolint(cx, findings),
            Dialect::Dflint | Dialect::Buildkit => check(cx, findings),
        }
    }
}

const MESSAGE: &str = "when a command in front of the `|` fails, the step still succeeds: set \
                       `pipefail` with `SHELL`, or take the pipe apart";

fn check(cx: &Context, findings: &mut Findings) {
    let mut fixed = HashSet::new();
    for run in cx.runs() {
        let Some(command) = run.commands().find(|command| may_fail_unseen(*command)) else {
            continue;
        };
        if run.place.is_some() {
            report(cx, &run, command, &mut fixed, findings);
        }
    }
}

/// Reports the pipe that `command` is part of; `fixed` are the stages that have a finding.
fn report(
    cx: &Context,
    run: &RunView,
    command: SimpleCommand<'_>,
    fixed: &mut HashSet<StageId>,
    findings: &mut Findings,
) {
    let is_first = run.place.is_some_and(|(stage, _)| fixed.insert(stage.id));
    let fix = match is_first || run.place.is_none() {
        true => fix(cx, run, command),
        false => Err("an earlier step of the stage is where `SHELL` belongs"),
    };
    run.report(cx, findings, command.span(), MESSAGE)
        .fix_or_withhold(fix);
}

/// Commands that never fail, or whose failure says nothing.
const HARMLESS: &[&str] = &[
    "echo", "printf", "yes", "true", ":", "cat", "grep", "head", "sort", "uname",
];

/// Whether it is a command in front of a pipe, in a place where a failure would count.
fn may_fail_unseen(command: SimpleCommand<'_>) -> bool {
    let inside = command.inside();
    if !command.in_pipeline() || command.under_pipefail() || inside.contains(Construct::Condition) {
        return false;
    }
    let text = command.script().as_str();
    let behind = text
        .get(command.range().end as usize..)
        .unwrap_or_default()
        .trim_start();
    let feeds = behind.starts_with('|') && !behind.starts_with("||");
    feeds && !command.name().is_some_and(|name| HARMLESS.contains(&name))
}

fn fix(cx: &Context, run: &RunView, command: SimpleCommand<'_>) -> Result<Fix, &'static str> {
    run.may_edit(command)?;
    let (_, step) = run.place.ok_or("the stage is not known")?;
    if step.state.shell().is_some() {
        return Err("the stage has a shell of its own");
    }
    let base = step
        .state
        .base()
        .known()
        .ok_or("the shells of the base image are not known")?;
    let shell = match base.family {
        Family::Alpine => r#"SHELL ["/bin/ash", "-o", "pipefail", "-c"]"#,
        _ if base.bash => r#"SHELL ["/bin/bash", "-o", "pipefail", "-c"]"#,
        _ => return Err("the base image is not known to have a shell with `pipefail`"),
    };
    let at = start_above(cx.dockerfile, run.instruction);
    Ok(Fix {
        title: "Set `pipefail` with `SHELL`".to_owned(),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::insert(at, format!("{shell}\n"))],
    })
}

/// hadolint takes every pipe for one, unless the last `SHELL` of the stage is one of those it
/// trusts.
fn check_like_hadolint(cx: &Context, findings: &mut Findings) {
    let mut runs = cx.runs().filter(|run| !run.onbuild).peekable();
    let mut is_trusted = false;
    let mut fixed = HashSet::new();
    for (index, instruction) in cx.dockerfile.instructions.iter().enumerate() {
        match &instruction.command {
            Command::From(_) => is_trusted = false,
            Command::Shell(words) => is_trusted = is_trusted_by_hadolint(words),
            _ => {}
        }
        while let Some(run) = runs.next_if(|run| run.index <= index) {
            if is_trusted || run.index < index {
                continue;
            }
            if let Some(command) = run.commands().find(|command| command.in_pipeline()) {
                report(cx, &run, command, &mut fixed, findings);
            }
        }
    }
}

/// Whether hadolint takes the shell for one that notices: Bash, Z shell or ash with `pipefail`,
/// and those of Windows.
fn is_trusted_by_hadolint(words: &[Text]) -> bool {
    let mut words = words
        .iter()
        .flat_map(|word| word.as_str().split_ascii_whitespace());
    let Some(shell) = words.next() else {
        return false;
    };
    if ["pwsh", "powershell", "cmd"]
        .iter()
        .any(|windows| shell.starts_with(windows))
    {
        return true;
    }
    let name = shell.strip_prefix("/bin/").unwrap_or(shell);
    let options: Vec<&str> = words.collect();
    let has_o = options
        .iter()
        .any(|option| option.starts_with('-') && !option.starts_with("--") && option.contains('o'));
    matches!(name, "bash" | "zsh" | "ash") && has_o && options.contains(&"pipefail")
}
