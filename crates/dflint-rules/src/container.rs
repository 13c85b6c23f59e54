//! What containers hold and start.

use std::collections::{HashMap, HashSet};
use std::mem::discriminant;

use dflint_build::{Base, Model, StageId, Step};
use dflint_parser::Command;

/// The instructions that say what containers of each stage run (`CMD`, `ENTRYPOINT`,
/// `HEALTHCHECK`), with those that a stage has from the one that it stands on.
pub(crate) fn starts<'m, 'a>(model: &'m Model<'a>) -> Vec<(StageId, &'m Step<'a>)> {
    let mut by_stage: HashMap<StageId, Vec<&'m Step<'a>>> = HashMap::new();
    for stage in model.stages() {
        let mut starts = match stage.base {
            Base::Stage(base) => by_stage.get(&base).cloned().unwrap_or_default(),
            _ => Vec::new(),
        };
        for step in &stage.steps {
            let command = &step.instruction.command;
            if is_start(command) {
                let kind = discriminant(command);
                starts.retain(|other| discriminant(&other.instruction.command) != kind);
                starts.push(step);
            }
        }
        by_stage.insert(stage.id, starts);
    }
    let stages = model.stages().iter();
    stages
        .flat_map(|stage| {
            let starts = by_stage.remove(&stage.id).unwrap_or_default();
            starts.into_iter().map(|step| (stage.id, step))
        })
        .collect()
}

/// Whether a command says what a container runs.
pub(crate) fn is_start(command: &Command<'_>) -> bool {
    matches!(
        command,
        Command::Cmd(_) | Command::Entrypoint(_) | Command::Healthcheck(_)
    )
}

/// The stages whose files end in the image: the target and those that it stands on.
pub(crate) fn shipped_stages(model: &Model<'_>) -> HashSet<StageId> {
    let mut shipped = HashSet::new();
    let mut at = model.target().and_then(|target| model.stage(target));
    while let Some(stage) = at.filter(|stage| shipped.insert(stage.id)) {
        at = match stage.base {
            Base::Stage(base) => model.stage(base),
            _ => None,
        };
    }
    shipped
}
