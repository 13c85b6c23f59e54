//! A package index in a layer of its own.

use dflint_build::packages::Invocation;
use dflint_build::{Stage, Step};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_knowledge::package_manager::{Action, ManagerKind};
use dflint_parser::{Command, Dockerfile};

use crate::cache_mounts::may_run_anything;
use crate::lines::lines_of;
use crate::run_flags::have_equal_flags;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct StalePackageIndex;

impl Rule for StalePackageIndex {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for stage in cx.model.stages() {
            for (at, step) in stage.steps.iter().enumerate().skip(stage.first_own_step) {
                let calls: Vec<&Invocation> = cx.package_calls(step).collect();
                let Some(update) = calls.iter().rposition(|call| is_update(call)) else {
                    continue;
                };
                let used = calls.get(update..).unwrap_or_default().iter().any(|call| {
                    call.action() != Action::UpdateIndex
                        && call.fills_caches()
                        && calls
                            .get(update)
                            .is_some_and(|own| own.manager.name == call.manager.name)
                });
                let Some(update) = calls.get(update).filter(|_| !used) else {
                    continue;
                };
                let from = update.command.span().end;
                let mut behind = cx.run_commands(step).iter();
                if behind.any(|it| it.command.span().start >= from && may_run_anything(it)) {
                    continue;
                }
                let name = format!("{} {}", update.name, update.subcommand.words);
                let repair = joined(cx, stage, at, step, update);
                findings
                    .report(
                        update.command.span(),
                        format!(
                            "the index that `{name}` fetches here stays in the cache and grows old, \
                             fetch it in the RUN that installs: `{name} && {} install …`",
                            update.name,
                        ),
                    )
                    .fix_or_withhold(repair);
            }
        }
    }
}

/// Whether a call fetches the index that a system's package manager installs from.
fn is_update(call: &Invocation<'_>) -> bool {
    let needs_index = call
        .manager
        .system
        .is_some_and(|facts| facts.update.is_some());
    call.manager.kind == ManagerKind::System && call.action() == Action::UpdateIndex && needs_index
}

/// The fix that fetches the index at the beginning of the step behind. It is unsafe: one step has
/// another cache key than two, and no promise says that two are the same as one.
fn joined<'a>(
    cx: &Context<'_, 'a>,
    stage: &Stage<'a>,
    at: usize,
    step: &Step<'a>,
    update: &Invocation,
) -> Result<Fix, &'static str> {
    let file = cx.dockerfile;
    let own = only_command(file, step, update)?;
    let next = stage.steps.get(at + 1);
    let next = next.ok_or("no step right behind it installs")?;
    let (Command::Run(one), Command::Run(other)) =
        (&step.instruction.command, &next.instruction.command)
    else {
        return Err("the instruction behind it is no `RUN`");
    };
    if !have_equal_flags(one, other) {
        return Err("the `RUN` behind it has other flags");
    }
    let script = next.script().filter(|script| !script.is_exec());
    // Behind `;` the script would go on where the index is not to be had.
    let chain = script.and_then(|script| script.and_chain());
    if chain.is_none() || !next.instruction.heredocs.is_empty() {
        return Err("the `RUN` behind it is no chain of commands joined by `&&`");
    }
    let calls = cx.package_calls(next);
    let mut same = calls.filter(|call| call.manager.name == update.manager.name);
    if !same.next().is_some_and(Invocation::installs) {
        return Err("the `RUN` behind it does not begin with an installation");
    }
    let start = next.instruction.rest.span().start;
    Ok(Fix {
        title: format!("Fetch the index in the `RUN` that installs, with `{own} &&`"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![
            Edit::delete(lines_of(file, step.instruction)),
            Edit::insert(start, format!("{own} && ")),
        ],
    })
}

/// The text of the call, where it is all that its step does.
fn only_command<'s>(
    file: &Dockerfile<'s>,
    step: &Step,
    update: &Invocation,
) -> Result<&'s str, &'static str> {
    let text = update.command.span().text(file.source);
    let whole = step.instruction.rest.span().text(file.source);
    let is_plain = step
        .script()
        .is_some_and(|script| script.is_certain() && !script.is_exec());
    match is_plain && whole.trim() == text && !text.contains('\n') {
        true => Ok(text),
        false => Err("the step does more than that"),
    }
}
