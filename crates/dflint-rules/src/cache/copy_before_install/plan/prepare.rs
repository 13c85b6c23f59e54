//! A step in front of the source that fetches the dependencies, where the manager has one and the
//! command that comes after the source does so itself: `go mod download` before `go build`.

use dflint_build::{Action, Stage, Step};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_knowledge::package_manager::{ByHand, CopyOrder};
use dflint_shell::Script;

use crate::Context;
use crate::lines::start_above;
use crate::package_calls::RunCommand;

use super::super::Late;
use super::super::install::{Install, needs_in};
use super::source::Source;
use super::{further_files, manifests};

/// Variables that decide what is compiled, not what is fetched.
const COMPILER_VARIABLES: &[&str] = &[
    "CGO_ENABLED",
    "CGO_CFLAGS",
    "CGO_LDFLAGS",
    "GOAMD64",
    "GOARCH",
    "GOARM",
    "GOOS",
];

/// The repair, or why there is none.
pub(super) fn plan(
    cx: &Context,
    stage: &Stage,
    late: &Late,
    by_hand: &ByHand,
) -> Result<Fix, String> {
    let name = late.install.name();
    let (words, order) = preparation(late, by_hand).ok_or_else(|| {
        format!("`{name}` reads the source itself, so moving a COPY does not help")
    })?;
    let context = cx.build_context.ok_or("the build context is not known")?;
    let first = late.copies.first().ok_or("the copy is not known")?;
    let first = stage.steps.get(first.at).ok_or("the step is not known")?;
    let directory = check(cx, stage, late, first)?;
    let install = Install {
        at: late.install.at,
        call: late.install.call,
        order,
        needs: needs_in(order, &directory),
        directory: Some(directory),
    };
    let wanted = manifests::wanted(context, stage, late, std::slice::from_ref(&install))?;
    let source = Source {
        context,
        late,
        reads: &wanted.reads,
    };
    further_files::check_configuration(&source, &install)?;
    further_files::check_surroundings(&source, first, &install)?;
    let manager = &late.install.call.name;
    let copies = wanted.instructions(stage)?;
    let keyword = match copies.starts_with("copy") {
        true => "run",
        false => "RUN",
    };
    let at = start_above(cx.dockerfile, first.instruction);
    Ok(Fix {
        title: format!("Run `{manager} {words}` before the source is copied"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::insert(
            at,
            format!("{copies}{keyword} {manager} {words}\n"),
        )],
    })
}

/// The subcommand that fetches, and what it needs.
fn preparation(late: &Late, by_hand: &ByHand) -> Option<(&'static str, &'static CopyOrder)> {
    let words = by_hand.prepare?;
    let mut orders = late.install.call.manager.copy_orders.iter();
    let order = orders.find(|order| order.subcommands.contains(&words))?;
    Some((words, order))
}

/// Checks that the new step does in front of the first copy what it would do beside the command;
/// the directory it runs in.
fn check(cx: &Context, stage: &Stage, late: &Late, first: &Step) -> Result<String, String> {
    let is_late = |step: &Step| {
        let late = late
            .copies
            .iter()
            .filter_map(|copy| stage.steps.get(copy.at));
        late.into_iter().any(|copied| copied.index == step.index)
    };
    let until = stage.steps.iter().take(late.install.at);
    for step in until.skip_while(|step| step.index <= first.index) {
        let line = step.instruction.start_line;
        match &step.action {
            Action::Label(_) => {}
            // Another one may bring the manifests.
            Action::Copy(_) if is_late(step) => {}
            Action::Run(_) | Action::Env(_) | Action::Arg(_) => {
                return Err(format!("line {line} may change how modules are fetched"));
            }
            _ => {
                return Err(format!(
                    "line {line} stands between the source and the build"
                ));
            }
        }
    }
    let step = stage
        .steps
        .get(late.install.at)
        .ok_or("the step is not known")?;
    let Action::Run(run) = &step.action else {
        return Err("the step is not known".to_owned());
    };
    if !run.mounts.is_empty() {
        return Err("the RUN has mounts, which the new step may need too".to_owned());
    }
    if !step.script().is_some_and(Script::is_certain) {
        return Err("the script of the RUN is not understood".to_owned());
    }
    let is_own = |it: &RunCommand| {
        let call = it.call.as_ref();
        call.is_some_and(|call| call.manager.name == late.install.call.manager.name)
    };
    if !cx.run_commands(step).iter().all(is_own) {
        return Err("the RUN does other things as well".to_owned());
    }
    let command = late.install.call.command;
    let mut assigned = command.assignments().map(|assignment| assignment.name());
    if let Some(name) = assigned.find(|name| !COMPILER_VARIABLES.contains(name)) {
        return Err(format!("`{name}` may change how modules are fetched"));
    }
    let directory = late.install.directory.clone();
    let directory = directory.ok_or("the directory it runs in is not known")?;
    match first.state.workdir().to_known() == Some(directory.as_str()) {
        true => Ok(directory),
        false => Err("it runs in another directory than the COPY".to_owned()),
    }
}
