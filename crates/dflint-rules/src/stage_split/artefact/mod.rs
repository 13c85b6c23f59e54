//! What a build makes, and where it lands.

mod cargo;
mod compiled;
mod dotnet;
mod go;
mod jar;
mod node;
mod python;

use dflint_build::Action;
use dflint_build::path::base;
use dflint_knowledge::stage_split::Artefact;
use dflint_shell::SimpleCommand;

use crate::package_calls::directory;
use crate::place::{is_within, resolve};

use super::{Brought, Ground};

/// What the final stage takes from the build stage.
pub(super) struct Made {
    /// Paths in the build stage, absolute, each with its place in the final stage.
    pub(super) paths: Vec<(String, String)>,
    /// What the build stage runs at its end to make them.
    pub(super) more_commands: Vec<String>,
    /// What stands in front of the first installation, so that it lands there.
    pub(super) before_install: Vec<(&'static str, String)>,
    /// Whether the program reads no other file of the project.
    pub(super) stands_alone: bool,
}

impl Made {
    /// Paths that stay where they are.
    fn in_place(paths: impl IntoIterator<Item = String>) -> Self {
        Self::of(paths.into_iter().map(|path| (path.clone(), path)))
    }

    /// Paths with their places in the final stage.
    fn of(paths: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            paths: paths.into_iter().collect(),
            more_commands: Vec::new(),
            before_install: Vec::new(),
            stands_alone: false,
        }
    }
}

/// What the build makes for the program that the image starts.
///
/// # Errors
/// Why that is not certain.
pub(super) fn made(ground: &Ground, brought: &[Brought]) -> Result<Made, String> {
    let made = match ground.call.language.artefact {
        Artefact::GoProgram => go::made(ground, brought),
        Artefact::CargoProgram => cargo::made(ground, brought),
        Artefact::CompiledProgram => compiled::made(ground, brought),
        Artefact::Jar => jar::made(ground, brought),
        Artefact::PublishedFolder => dotnet::made(ground),
        Artefact::NodeBuild => node::made(ground, brought),
        Artefact::PythonPackages => python::made(ground, brought),
    }?;
    stays_in_image(ground, &made)?;
    Ok(made)
}

/// Whether a mount of a step holds what was built, which then is not in the image.
fn stays_in_image(ground: &Ground, made: &Made) -> Result<(), String> {
    let steps = ground.stage.steps.iter();
    let mounts = steps.flat_map(|step| match &step.action {
        Action::Run(run) => run.mounts.as_slice(),
        _ => &[],
    });
    for target in mounts.filter_map(|mount| mount.target.as_ref()) {
        let mut paths = made.paths.iter();
        if let Some((path, _)) = paths.find(|(path, _)| is_within(path, target.as_str())) {
            return Err(format!("`{path}` is on a mount, not in the image"));
        }
    }
    Ok(())
}

/// The directory that the build runs in.
fn build_directory(ground: &Ground) -> Result<String, String> {
    let step = ground.stage.steps.get(ground.call.at);
    step.and_then(|step| directory(&step.state, ground.call.command))
        .ok_or_else(|| "the directory of the build is not known".to_owned())
}

/// The program that the image starts, which the build wrote to one of `outputs` (absolute paths)
/// or a later command of the same or a later step copied from there.
fn started_program(ground: &Ground, mut outputs: Vec<String>) -> Result<Made, String> {
    follow_copies(ground, &mut outputs);
    let launch = ground.launch()?;
    for output in &outputs {
        if launch.starts(output) {
            return Ok(Made::in_place([output.clone()]));
        }
        if launch.looks_up(base(output)) && is_on_path(ground, output) {
            let place = format!("/usr/local/bin/{}", base(output));
            return Ok(Made::of([(output.clone(), place)]));
        }
    }
    let built: Vec<String> = outputs.iter().map(|path| format!("`{path}`")).collect();
    Err(format!(
        "the image starts `{}`, but what is built is {}",
        launch.program,
        built.join(" or ")
    ))
}

/// Whether `path` stands in a folder that programs are looked up in.
fn is_on_path(ground: &Ground, path: &str) -> bool {
    let folder = crate::place::folder(path);
    let usual = ["/usr/local/bin", "/usr/bin", "/bin"].contains(&folder);
    usual
        || ["/go/bin", "/usr/local/cargo/bin"].contains(&folder) && {
            let base = ground.stage.end.base().known();
            base.is_some_and(|base| {
                ["docker.io/library/golang", "docker.io/library/rust"].contains(&base.repository)
            })
        }
}

/// Adds the places that `cp` and `mv` put one of the outputs to.
fn follow_copies(ground: &Ground, outputs: &mut Vec<String>) {
    for (from, to) in copies(ground) {
        if outputs.contains(&from) {
            outputs.push(to);
        }
    }
}

/// What `cp` and `mv` make of what, from the build on: absolute paths.
fn copies(ground: &Ground) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for step in ground.stage.steps.iter().skip(ground.call.at) {
        let commands = step
            .script()
            .into_iter()
            .flat_map(|script| script.commands());
        for command in commands {
            let place = directory(&step.state, command);
            let (Some(directory), Some((from, to))) = (place, copied(command)) else {
                continue;
            };
            let from = resolve(&directory, from);
            let place = resolve(&directory, to);
            let into = to.ends_with('/') || to == "." || IS_FOLDER.contains(&place.as_str());
            let place = match into {
                true => resolve(&place, base(&from)),
                false => place,
            };
            found.push((from, place));
        }
    }
    found
}

/// Folders that every image has, so that what is copied there lands inside.
const IS_FOLDER: [&str; 5] = ["/", "/bin", "/usr/bin", "/usr/local/bin", "/opt"];

/// The two paths of a `cp` or `mv` of one file.
fn copied<'s>(command: SimpleCommand<'s>) -> Option<(&'s str, &'s str)> {
    if !matches!(command.name()?, "cp" | "mv") {
        return None;
    }
    let words: Option<Vec<&str>> = command.args().map(|word| word.literal()).collect();
    let mut words = words?.into_iter().filter(|word| !word.starts_with('-'));
    match (words.next(), words.next(), words.next()) {
        (Some(from), Some(to), None) => Some((from, to)),
        _ => None,
    }
}
