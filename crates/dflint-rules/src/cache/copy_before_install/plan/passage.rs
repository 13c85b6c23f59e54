//! Whether the source may arrive later: what stands between the copies and the installation.

use dflint_build::{Action, Lookup, Stage, Step, env::Variables};
use dflint_knowledge::package_manager::Stop;
use dflint_shell::{Script, SimpleCommand};

use crate::Context;
use crate::package_calls::RunCommand;
use crate::place::is_within;

use super::super::bystander::is_bystander;
use super::super::install::{Install, Needs};
use super::super::installs;
use super::division::{self, Division};
use super::source::Source;

/// Variables that name further files which pip, uv, npm or go read.
const VARIABLES: &[&str] = &[
    "GOFLAGS",
    "NPM_CONFIG_USERCONFIG",
    "PIP_BUILD_CONSTRAINT",
    "PIP_CONFIG_FILE",
    "PIP_CONSTRAINT",
    "PIP_FIND_LINKS",
    "PIP_REQUIREMENT",
    "PIP_TARGET",
    "UV_BUILD_CONSTRAINT",
    "UV_CONFIG_FILE",
    "UV_CONSTRAINT",
    "UV_FIND_LINKS",
    "UV_OVERRIDE",
];

/// Flags that install into a directory of the project.
const TARGET_FLAGS: &[&str] = &[
    "-t",
    "--target",
    "--prefix",
    "--root",
    "--src",
    "--modules-folder",
];

/// Flags that name a folder of packages.
const INDEX_FLAGS: &[&str] = &["--find-links", "-f", "--no-index"];

/// Places where installations put things outside of the project.
const INSTALLED_TO: &[&str] = &["/usr/local/lib", "/usr/lib", "/root", "/go/pkg"];

/// The RUN that installs, whose installations do the same without the source.
pub(super) struct Passage<'m> {
    /// Its installations; never empty.
    pub(super) installs: Vec<Install<'m>>,
    /// Where it is to be cut, since what follows needs the source.
    pub(super) division: Option<Division>,
}

/// Checks that every step from the first copy to the installation does the same without the
/// source.
///
/// # Errors
/// What is in the way.
pub(super) fn check<'m>(
    cx: &Context<'m, '_>,
    stage: &Stage,
    source: &Source,
) -> Result<Passage<'m>, String> {
    let late = source.late;
    let first = late.copies.first().map_or(late.install.at, |copy| copy.at);
    let places: Vec<&str> = late.copies.iter().map(|copy| copy.destination()).collect();
    for copy in &late.copies {
        check_copy(cx, stage, copy.at)?;
        let place = copy.destination();
        if place.is_empty() || INSTALLED_TO.iter().any(|known| is_within(known, place)) {
            return Err("the source may be copied over what is installed".to_owned());
        }
    }
    for (at, step) in stage
        .steps
        .iter()
        .enumerate()
        .take(late.install.at)
        .skip(first + 1)
    {
        if late.copies.iter().all(|copy| copy.at != at) {
            check_between(cx, at, step, &places, source)?;
        }
    }
    let step = stage
        .steps
        .get(late.install.at)
        .ok_or("the step is not known")?;
    check_install_step(cx, late.install.at, step, &places, source)
}

/// Checks that a copy says the same wherever it stands.
fn check_copy(cx: &Context, stage: &Stage, at: usize) -> Result<(), String> {
    let instruction = stage.steps.get(at).map(|step| step.instruction);
    let instruction = instruction.ok_or("the copy is not known")?;
    let text = instruction.span.text(cx.dockerfile.source);
    if text.contains('$') || !instruction.heredocs.is_empty() {
        return Err("the copy of the source depends on where it stands".to_owned());
    }
    Ok(())
}

/// Checks one step between the copies and the installation that stays where it is.
fn check_between(
    cx: &Context,
    at: usize,
    step: &Step,
    places: &[&str],
    source: &Source,
) -> Result<(), String> {
    let late = source.late;
    let line = step.instruction.start_line;
    match &step.action {
        Action::Run(run) => {
            let script = step.script().filter(|script| script.is_certain());
            let harmless = script.is_some_and(|_| {
                let mut commands = cx.run_commands(step).iter();
                commands.all(|it| is_bystander(at, step, it, places, source))
            });
            if !harmless || !run.mounts.iter().all(|mount| mount.target.is_some()) {
                return Err(format!("the step in line {line} may need the source"));
            }
        }
        Action::Copy(copy) => {
            let place = copy.destination.to_known().unwrap_or("/");
            let overlaps = places
                .iter()
                .any(|it| is_within(place, it) || is_within(it, place));
            // Files of the context under the same names come out the same in either order, which
            // the verifier sees where the fix is held to an order.
            if overlaps && late.install.order.two_step.is_some() && !is_manifest_copy(copy) {
                return Err(format!("line {line} copies to the same place"));
            }
        }
        Action::Workdir { .. } if late.copies.iter().any(|copy| !is_absolute(copy)) => {
            return Err(format!(
                "line {line} changes the directory that the source goes to"
            ));
        }
        Action::Invalid => return Err(format!("line {line} is not understood")),
        _ => {}
    }
    Ok(())
}

fn is_absolute(copy: &super::super::context_copy::ContextCopy) -> bool {
    copy.written_destination.starts_with('/')
}

/// Whether a copy brings single files of the context.
fn is_manifest_copy(copy: &dflint_build::CopyStep) -> bool {
    copy.from == dflint_build::Origin::Context && !copy.is_add
}

/// Checks the RUN that installs.
fn check_install_step<'m>(
    cx: &Context<'m, '_>,
    at: usize,
    step: &Step,
    places: &[&str],
    source: &Source,
) -> Result<Passage<'m>, String> {
    if !step.script().is_some_and(Script::is_certain) {
        return Err("the script of the RUN that installs is not understood".to_owned());
    }
    let mut found = installs(cx, at, step);
    let mut commands = cx.run_commands(step).iter();
    let needing = commands.find(|it| {
        let command = it.command;
        let is_install = found
            .iter()
            .any(|install| install.call.command.id() == command.id());
        let enters = command.name() == Some("cd") && found.iter().all(works_beside_its_manifests);
        !is_install && !enters && !is_bystander(at, step, it, places, source)
    });
    let division = match needing {
        None => None,
        Some(RunCommand { command, .. }) => {
            let (division, item) = before(cx, step, *command).map_err(|reason| {
                let name = command.name().unwrap_or("another command");
                format!("the same RUN runs `{name}`, which may need the source, and {reason}")
            })?;
            found.retain(|install| install.call.command.top_level_item() < Some(item));
            Some(division)
        }
    };
    if found.is_empty() {
        return Err("the RUN that installs begins with what may need the source".to_owned());
    }
    for install in &found {
        check_install(step, install)?;
    }
    Ok(Passage {
        installs: found,
        division,
    })
}

/// Cuts the RUN in front of a command, and the command's position in the chain.
fn before(
    cx: &Context,
    step: &Step,
    command: SimpleCommand,
) -> Result<(Division, usize), &'static str> {
    let chain = command.script().and_chain().zip(command.top_level_item());
    let (chain, item) = chain.ok_or("is no plain chain of `&&`")?;
    let division = division::divide(cx, step, chain, item)?;
    Ok((division, item))
}

/// Whether the directory that it runs in is there as soon as its manifests are.
fn works_beside_its_manifests(install: &Install) -> bool {
    let Some(directory) = install.directory.as_deref() else {
        return false;
    };
    match &install.needs {
        Needs::Files(files) => files.iter().any(|file| is_within(file, directory)),
        Needs::OneOf(_) => true,
        Needs::Unknown => false,
    }
}

fn check_install(step: &Step, install: &Install) -> Result<(), String> {
    let name = install.name();
    let command = install.call.command;
    if !install.call.is_certain {
        return Err(format!(
            "it is not certain which package manager `{name}` is"
        ));
    }
    if command.is_conditional() {
        return Err(format!("`{name}` does not always run"));
    }
    if matches!(install.needs, Needs::Unknown) || install.directory.is_none() {
        return Err(format!("which files `{name}` reads cannot be told"));
    }
    if install
        .call
        .operands
        .iter()
        .any(|word| word.literal().is_none())
    {
        return Err(format!("what `{name}` installs depends on a variable"));
    }
    let has = |names: &[&str]| {
        let flag = install
            .call
            .flags
            .iter()
            .find(|flag| names.contains(&flag.name.as_str()));
        flag.map(|flag| flag.name.clone())
    };
    if let Some(flag) = has(TARGET_FLAGS) {
        return Err(format!("`{flag}` may install into the project"));
    }
    let local_index = install
        .order
        .stops
        .contains(&Stop::LocalIndex)
        .then(|| has(INDEX_FLAGS));
    if let Some(flag) = local_index.flatten() {
        return Err(format!("`{flag}` may look for packages in the source"));
    }
    let set = |name: &&&str| {
        let here = command.variable(name).is_some();
        here || matches!(step.state.env().lookup(name), Lookup::Set(value) if !value.as_str().is_empty())
    };
    if let Some(name) = VARIABLES.iter().find(set) {
        return Err(format!("`{name}` may name further files"));
    }
    Ok(())
}
