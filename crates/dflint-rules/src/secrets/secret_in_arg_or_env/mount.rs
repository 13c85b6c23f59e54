//! From an argument to a secret mount in exactly the `RUN`s that use it.

use dflint_build::{Action, Base, Stage, Step};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Span};

use crate::Context;
use crate::blind_command::is_blind;
use crate::cache_mounts::insert_mounts;
use crate::lines::{lines_of, start_above};
use crate::scan::is_named_in;
use crate::secret_mount::{env_mount, env_option, knows_secret_variables};

/// The fix for the argument `name` that `step` of `stage` declares.
pub(super) fn fix(cx: &Context, stage: &Stage, step: &Step, name: &str) -> Result<Fix, String> {
    let file = cx.dockerfile;
    knows_secret_variables(file)?;
    let Command::Arg(definitions) = &step.instruction.command else {
        return Err("a variable of the image is needed when the container runs".to_owned());
    };
    match definitions.as_slice() {
        [only] if only.value.is_some() => {
            return Err("its default is written in the file: revoke it first".to_owned());
        }
        [_] => {}
        _ => return Err("the instruction declares several arguments".to_owned()),
    }
    if step.is_trigger || step.state.has_arg(name) {
        return Err(format!("`{name}` is declared more than once"));
    }
    let is_base = |other: &Stage| other.base == Base::Stage(stage.id);
    if let Some(heir) = cx.model.stages().iter().find(|other| is_base(other)) {
        let line = heir.instruction.start_line;
        return Err(format!("the stage at line {line} gets the argument, too"));
    }
    let mount = env_mount(name);
    let mut edits = Vec::new();
    for other in stage.steps.iter().filter(|it| it.index != step.index) {
        if uses(cx, other, other.index > step.index, name)? {
            edits.extend(insert_mounts(
                file,
                other.instruction,
                std::slice::from_ref(&mount),
            ));
        }
    }
    if edits.is_empty() {
        return Err(format!("no `RUN` of this stage names `{name}`"));
    }
    let start = start_above(file, step.instruction);
    let argument = Span::new(start, lines_of(file, step.instruction).end);
    edits.push(Edit::delete(argument));
    Ok(Fix {
        title: format!("Mount the secret, and build with `{}`", env_option(name)),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits,
    })
}

/// Whether a step needs the mount.
fn uses(cx: &Context, step: &Step, is_behind: bool, name: &str) -> Result<bool, String> {
    let line = step.instruction.start_line;
    let names = |span: Span| is_named_in(span.text(cx.dockerfile.source), name);
    let is_named = names(step.instruction.span);
    if step.is_trigger {
        return Err(format!("a trigger of the base runs at line {line}"));
    }
    let (Action::Run(_), Some(script)) = (&step.action, step.script()) else {
        return match is_named {
            true => Err(format!("line {line} uses it outside of a `RUN`")),
            false => Ok(false),
        };
    };
    if !is_behind {
        return Ok(false);
    }
    if step
        .instruction
        .flags
        .iter()
        .any(|flag| names(flag.word.span()))
    {
        return Err(format!("the flags at line {line} use it"));
    }
    if script.is_exec() || !script.is_certain() {
        return Err(format!(
            "the command at line {line} is not wholly understood"
        ));
    }
    if is_named {
        return Ok(true);
    }
    let reader = script.commands().find(|command| {
        let is_call = command.words().len() > 0;
        is_call && command.name().is_none_or(|called| !is_blind(called))
    });
    match reader {
        Some(_) => Err(format!(
            "a command at line {line} may read `{name}` from its environment without naming it"
        )),
        None => Ok(false),
    }
}
