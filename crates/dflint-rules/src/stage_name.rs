//! Giving a stage another name.

use dflint_build::{Action, Base, Model, Origin, Stage, StageId};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Text};

/// Files with more stages are not renamed in: every name is looked for in every step.
const MOST_STAGES: usize = 500;

/// A name that no stage has: the stage's own with a number behind it.
fn free_name(model: &Model, stage: &Stage, name: &str) -> String {
    let taken = |candidate: &String| {
        let stages = model.stages().iter();
        stages
            .filter_map(|stage| stage.name.as_ref())
            .any(|name| name == candidate)
    };
    let numbers = stage.id.0.max(1)..;
    let mut candidates = numbers.map(|number| format!("{name}-{number}"));
    candidates
        .find(|candidate| !taken(candidate))
        .unwrap_or_default()
}

/// Gives a stage a name that no other has, wherever the file refers to it. Unsafe: `--target` and
/// other files may know the old name.
///
/// # Errors
///
/// Why it cannot be done.
pub(crate) fn rename(model: &Model, stage: &Stage) -> Result<Fix, &'static str> {
    if model.stages().len() > MOST_STAGES {
        return Err("the file has too many stages to look for the name in");
    }
    let old = stage.from.name.as_ref().ok_or("the stage has no name")?;
    let name = &free_name(model, stage, &old.as_str().to_lowercase());
    let mut edits = vec![replace(old, name)?];
    for other in model.stages() {
        if other.base == Base::Stage(stage.id) {
            if !other.from.base.as_str().eq_ignore_ascii_case(old.as_str()) {
                return Err("a build argument may hold the name");
            }
            edits.push(replace(&other.from.base, name)?);
        }
        for step in &other.steps {
            for reference in references(&step.action, step.instruction, stage.id) {
                // A number stands for the position, which stays.
                if step.is_trigger {
                    return Err("a trigger of ONBUILD names the stage");
                }
                edits.push(replace(reference, name)?);
            }
        }
    }
    Ok(Fix {
        title: format!("Rename the stage to `{name}`"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits,
    })
}

/// The words of an instruction that name the stage `id`.
fn references<'m, 'a>(
    action: &Action,
    instruction: &'m dflint_parser::Instruction<'a>,
    id: StageId,
) -> Vec<&'m Text<'a>> {
    let to_stage = |origin: &Origin| origin.stage() == Some(id);
    let words: Vec<&Text> = match (action, &instruction.command) {
        (Action::Copy(step), Command::Copy(copy)) if to_stage(&step.from) => {
            copy.from.iter().collect()
        }
        (Action::Run(step), _) => {
            let mounts = step.mounts.iter().filter(|mount| to_stage(&mount.from));
            let Command::Run(run) = &instruction.command else {
                return Vec::new();
            };
            let written = mounts.filter_map(|mount| {
                run.mounts
                    .iter()
                    .find(|written| written.flag == mount.mount.flag)
            });
            let fields = written.flat_map(|mount| &mount.fields);
            let from = fields.filter(|field| field.key == "from");
            from.filter_map(|field| field.value.as_ref()).collect()
        }
        _ => Vec::new(),
    };
    words
        .into_iter()
        .filter(|word| word.as_str().parse::<usize>().is_err())
        .collect()
}

fn replace(word: &Text, name: &str) -> Result<Edit, &'static str> {
    if !word.is_contiguous() {
        return Err("a reference to the stage is written on several lines");
    }
    Ok(Edit::replace(word.span(), name))
}
