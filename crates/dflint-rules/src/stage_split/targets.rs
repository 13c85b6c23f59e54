//! Whether what commands of the final stage work on is there.

use dflint_build::{Action, Step};
use dflint_knowledge::stage_split::Artefact;
use dflint_shell::SimpleCommand;

use crate::package_calls::directory;
use crate::place::{is_within, resolve};

use super::Ground;
use super::artefact::Made;
use super::division::{Division, all_commands};

/// Folders that every image has.
const EVERYWHERE: [&str; 9] = [
    "/etc",
    "/home",
    "/opt",
    "/run",
    "/srv",
    "/tmp",
    "/usr/local",
    "/var/log",
    "/var/tmp",
];

/// What is in the final stage at some point.
struct There {
    /// Files and folders that exist, whatever is in them.
    existing: Vec<String>,
    /// Files, and folders with all that the program had in them.
    whole: Vec<String>,
}

impl There {
    fn has(&self, path: &str) -> bool {
        let known = self.existing.iter().chain(&self.whole);
        path.starts_with("/home/")
            || known.into_iter().any(|known| is_within(known, path))
            || self.whole.iter().any(|whole| is_within(path, whole))
    }
}

/// Refuses a command of the final stage that works on a file or folder which no instruction in
/// front of it brings.
///
/// # Errors
/// The line, and what is not there.
pub(super) fn are_there(
    ground: &Ground,
    division: &Division,
    made: &Made,
    data: &[String],
) -> Result<(), String> {
    // What Python's packages stand beside comes by the same instructions as before.
    if ground.call.language.artefact == Artefact::PythonPackages {
        return Ok(());
    }
    let mut there = There {
        existing: EVERYWHERE.iter().map(|path| (*path).to_owned()).collect(),
        whole: Vec::new(),
    };
    there
        .existing
        .push(ground.stage.end.workdir().as_str().to_owned());
    let steps = &ground.stage.steps;
    for step in division.repeated.iter().filter_map(|at| steps.get(*at)) {
        check(step, &mut there)?;
    }
    let made = made
        .paths
        .iter()
        .map(|(_, to)| to.trim_end_matches('/').to_owned());
    there.whole.extend(made);
    there.whole.extend(data.iter().cloned());
    for step in steps.iter().skip(division.last + 1) {
        check(step, &mut there)?;
    }
    Ok(())
}

/// Looks at one step, and adds what it brings.
fn check(step: &Step, there: &mut There) -> Result<(), String> {
    match &step.action {
        Action::Copy(copy) => {
            let place = copy.destination.as_str().trim_end_matches('/');
            there.whole.push(place.to_owned());
        }
        Action::Workdir { path, .. } => there.existing.push(path.as_str().to_owned()),
        Action::Run(_) => {
            for command in all_commands(step) {
                check_command(step, command, there)?;
            }
        }
        _ => {}
    }
    Ok(())
}

fn check_command(step: &Step, command: SimpleCommand, there: &mut There) -> Result<(), String> {
    let line = step.instruction.start_line;
    let name = command.name().unwrap_or_default();
    if !matches!(
        name,
        "mkdir" | "chmod" | "chown" | "chgrp" | "install" | "ln"
    ) {
        return Ok(());
    }
    let unknown = || format!("line {line} works on files that are not known");
    let place = directory(&step.state, command).ok_or_else(unknown)?;
    for path in operands(command).ok_or_else(unknown)? {
        let path = resolve(&place, path);
        if name == "mkdir" {
            there.existing.push(path);
        } else if !there.has(&path) {
            return Err(format!(
                "line {line} works on `{path}`, which may not be there"
            ));
        }
    }
    Ok(())
}

/// The paths that a command names; `None` where one is not known.
pub(super) fn operands<'s>(command: SimpleCommand<'s>) -> Option<Vec<&'s str>> {
    let words: Option<Vec<&str>> = command.args().map(|word| word.literal()).collect();
    let plain = words?.into_iter().filter(|word| !word.starts_with('-'));
    // The first operand is a mode or an owner.
    let leading = match command.name() {
        Some("chmod" | "chown" | "chgrp") => 1,
        _ => 0,
    };
    Some(plain.skip(leading).collect())
}
