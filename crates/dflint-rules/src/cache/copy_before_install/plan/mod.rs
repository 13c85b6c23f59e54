//! The repair: manifests first, then the installation, then the source.

mod division;
mod further_files;
mod lines;
mod manifests;
mod passage;
mod prepare;
mod source;

use dflint_build::{Stage, Step};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_knowledge::package_manager::TwoStep;

use crate::Context;

use super::Late;
use super::install::Install;
use division::Division;
use manifests::Wanted;
use passage::Passage;

pub(super) use source::Source;

/// Whether the manifests show that a command which builds the project has nothing to fetch.
pub(super) fn is_needless(cx: &Context, stage: &Stage, late: &Late) -> bool {
    let order = late.install.order;
    let Some(context) = cx.build_context.filter(|_| order.by_hand.is_some()) else {
        return false;
    };
    !order.stops.is_empty()
        && manifests::wanted(context, stage, late, std::slice::from_ref(&late.install)).is_err()
}

/// The repair of a late installation, or why there is none.
pub(super) fn plan(cx: &Context, stage: &Stage, late: &Late) -> Result<Fix, String> {
    if let Some(by_hand) = &late.install.order.by_hand {
        return prepare::plan(cx, stage, late, by_hand);
    }
    let context = cx.build_context.ok_or("the build context is not known")?;
    let step = stage
        .steps
        .get(late.install.at)
        .ok_or("the step is not known")?;
    let source = Source {
        context,
        late,
        reads: &[],
    };
    let Passage { installs, division } = passage::check(cx, stage, &source)?;
    let wanted = manifests::wanted(context, stage, late, &installs)?;
    let source = Source {
        reads: &wanted.reads,
        ..source
    };
    for install in &installs {
        further_files::check(&source, step, install)?;
    }
    let second = second_step(&late.install);
    if second.is_some() && (installs.len() > 1 || !stands_alone(step)) {
        return Err("the RUN that installs does other things as well".to_owned());
    }
    let mut edits = edits(cx, stage, late, step, &wanted, second, division.as_ref())?;
    edits.extend(division.as_ref().map(Division::cut));
    let is_add = late.copies.iter().any(|copy| copy.copy.is_add);
    let keeps_steps = second.is_none() && division.is_none();
    let safe = installs.iter().all(|install| install.order.safe) && keeps_steps && !is_add;
    Ok(Fix {
        title: title(&late.install, &wanted, division.is_some()),
        safety: if safe { Safety::Safe } else { Safety::Unsafe },
        keeps: match keeps_steps {
            true => Keeps::Order {
                reads: wanted.reads,
            },
            false => Keeps::Nothing,
        },
        edits,
    })
}

fn title(install: &Install, wanted: &Wanted, is_divided: bool) -> String {
    let name = install.name();
    let rest = match is_divided {
        true => ", and run the rest behind that",
        false => "",
    };
    match wanted.missing.is_empty() {
        true => format!("Copy the source after `{name}`{rest}"),
        false => format!("Copy what `{name}` reads first, the source after it{rest}"),
    }
}

/// The second step that the manager needs for the project itself, unless the call leaves the
/// project out already.
fn second_step(install: &Install) -> Option<&'static TwoStep> {
    let two_step = install.order.two_step.as_ref()?;
    let has = |flag: &&str| install.call.flag(flag).is_some();
    let is_first = !two_step.first_flags.is_empty() && two_step.first_flags.iter().all(has);
    (!is_first).then_some(two_step)
}

/// Whether the step's script is one command and nothing else.
fn stands_alone(step: &Step) -> bool {
    let commands = step.script().map(|script| script.commands().count());
    commands == Some(1) && step.instruction.heredocs.is_empty() && !step.instruction.json
}

fn edits(
    cx: &Context,
    stage: &Stage,
    late: &Late,
    step: &Step,
    wanted: &Wanted,
    second: Option<&TwoStep>,
    division: Option<&Division>,
) -> Result<Vec<Edit>, String> {
    let file = cx.dockerfile;
    let mut edits = Vec::new();
    let mut moved = String::new();
    for (number, copy) in late.copies.iter().enumerate() {
        let copied = stage.steps.get(copy.at).ok_or("the step is not known")?;
        let block = lines::block(file, copied.instruction);
        moved.push_str(&block.text);
        let first = match number {
            0 => wanted.instructions(stage)?,
            _ => String::new(),
        };
        edits.push(Edit::replace(block.span_for(first.is_empty()), first));
    }
    if let Some(second) = second {
        let words = late.install.call.command.words();
        let last = words.last().ok_or("the command has no words")?;
        let flags: String = second
            .first_flags
            .iter()
            .map(|flag| format!(" {flag}"))
            .collect();
        if !flags.is_empty() {
            edits.push(Edit::insert(last.span().end, flags));
        }
        moved.push_str(&lines::second_run(file, step.instruction, second)?);
    }
    if let Some(division) = division {
        moved.push_str(&division.second_run(file));
    }
    edits.push(lines::insertion_behind(file, step.instruction, &moved));
    Ok(edits)
}
