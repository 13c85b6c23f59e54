//! Which instructions belong to the build, which to the program, and which to both.

use std::collections::HashSet;

use dflint_build::packages::Invocation;
use dflint_build::path::base;
use dflint_build::{Action, CopySource, Origin, Step};
use dflint_knowledge::package_manager::Action as PackageAction;
use dflint_knowledge::stage_split::{Artefact, commands};
use dflint_shell::{RedirectKind, SimpleCommand};

use crate::package_calls::{RunCommand, directory};
use crate::place::{folder, is_within, resolve};

use super::artefact::Made;
use super::brought::Brought;
use super::packages::{Installed, is_system};
use super::{Ground, targets, variables};

/// Which instructions go where.
pub(super) struct Division {
    /// Position of the last step of the build stage.
    pub(super) last: usize,
    /// Positions of steps in front of the division that leave the build stage.
    pub(super) moved: Vec<usize>,
    /// Positions of those that stay there and stand in the final stage too.
    pub(super) repeated: Vec<usize>,
    /// What is installed from packages in front of the division.
    pub(super) installed: Installed,
}

/// The steps in front of the division, while it is found out where each belongs.
struct Sorting<'g, 'm, 'a> {
    ground: &'g Ground<'m, 'a>,
    made: &'g Made,
    brought: &'g [Brought],
    /// What the steps so far have installed from packages.
    installed: Installed,
}

/// What becomes of a step in front of the division.
enum Fate {
    Stays,
    Moves,
    Repeats,
}

/// Divides the steps of the stage.
///
/// # Errors
/// The instruction that belongs to no side for certain.
pub(super) fn divide(
    ground: &Ground,
    made: &Made,
    brought: &[Brought],
    data: &[String],
) -> Result<Division, String> {
    let steps = &ground.stage.steps;
    let mut division = Division {
        last: last_of_build(ground)?,
        moved: Vec::new(),
        repeated: Vec::new(),
        installed: Installed::default(),
    };
    let mut sorting = Sorting {
        ground,
        made,
        brought,
        installed: Installed::default(),
    };
    for (at, step) in steps.iter().enumerate().take(division.last + 1) {
        match sorting.fate(at, step)? {
            Fate::Stays => {}
            Fate::Moves => division.moved.push(at),
            Fate::Repeats => division.repeated.push(at),
        }
    }
    division.installed = sorting.installed;
    for step in steps.iter().skip(division.last + 1) {
        runs_in_final_stage(ground, step)?;
    }
    repeat_arguments(ground, &mut division);
    targets::are_there(ground, &division, made, data)?;
    let kept = division.moved.iter().chain(&division.repeated).copied();
    let kept = kept.chain(division.last + 1..steps.len());
    for step in kept.filter_map(|at| steps.get(at)) {
        if let Some(name) = variables::of_base(step) {
            let line = step.instruction.start_line;
            return Err(format!(
                "line {line} reads `{name}`, which the base image sets"
            ));
        }
    }
    Ok(division)
}

/// The build, or the last of the steps right behind it that tidy up after it.
fn last_of_build(ground: &Ground) -> Result<usize, String> {
    let mut last = ground.call.at;
    let behind = ground
        .stage
        .steps
        .iter()
        .enumerate()
        .skip(ground.call.at + 1);
    for (at, step) in behind {
        let mut names = all_commands(step).map(|command| command.name().unwrap_or_default());
        let is_run = matches!(step.action, Action::Run(_));
        if !is_run || !names.all(finishes) {
            continue;
        }
        if at != last + 1 {
            let line = step.instruction.start_line;
            return Err(format!(
                "line {line} changes what was built, after other instructions"
            ));
        }
        last = at;
    }
    Ok(last)
}

/// Whether a command works on what was built.
fn finishes(name: &str) -> bool {
    commands().tidying.contains(&name) || matches!(name, "cp" | "mv")
}

/// The commands of a step's script.
pub(super) fn all_commands<'m>(step: &'m Step<'_>) -> impl Iterator<Item = SimpleCommand<'m>> {
    step.script()
        .into_iter()
        .flat_map(|script| script.commands())
}

impl Sorting<'_, '_, '_> {
    fn fate(&mut self, at: usize, step: &Step) -> Result<Fate, String> {
        let ground = self.ground;
        let line = step.instruction.start_line;
        match &step.action {
            Action::Env(pairs) => {
                let mut names = pairs.iter().map(|pair| pair.key.as_str());
                match names.all(|name| ground.call.language.is_build_variable(name)) {
                    true => Ok(Fate::Stays),
                    false => Ok(Fate::Repeats),
                }
            }
            Action::Label(_)
            | Action::Expose(_)
            | Action::Volume(_)
            | Action::Stopsignal(_)
            | Action::Healthcheck(_)
            | Action::Cmd(_)
            | Action::Entrypoint(_)
            | Action::Maintainer(_) => Ok(Fate::Moves),
            Action::Copy(copy) if matches!(copy.from, Origin::Stage(_)) => {
                same_directory(ground, step).map(|()| Fate::Repeats)
            }
            Action::Copy(_) if ground.call.language.artefact == Artefact::PythonPackages => {
                match comes_again(ground, step) {
                    true => Ok(Fate::Stays),
                    false => same_directory(ground, step).map(|()| Fate::Repeats),
                }
            }
            Action::Arg(_) | Action::Workdir { .. } | Action::User(_) | Action::Copy(_) => {
                Ok(Fate::Stays)
            }
            Action::Run(_) => self.fate_of_run(at, step),
            Action::Shell(_) | Action::Onbuild(_) | Action::Invalid => Err(format!(
                "line {line} is neither the build's nor the program's alone"
            )),
        }
    }

    fn fate_of_run(&mut self, at: usize, step: &Step) -> Result<Fate, String> {
        let ground = self.ground;
        let line = step.instruction.start_line;
        if !step.script().is_some_and(|script| script.is_certain()) {
            return Err(format!("the script of line {line} cannot be read"));
        }
        let (mut repeated, mut other) = (false, false);
        for RunCommand { command, call, .. } in ground.cx.run_commands(step) {
            let command = *command;
            if writes_elsewhere(command) {
                return Err(format!(
                    "line {line} writes files that the program may need"
                ));
            }
            let Some(name) = command.name() else {
                if command.words().len() > 0 {
                    return Err(format!(
                        "line {line} runs a command that is not known before the build"
                    ));
                }
                other = true;
                continue;
            };
            match call {
                Some(call) if is_system(call) => {
                    self.installed.add(step, call)?;
                    other = true;
                    continue;
                }
                Some(call)
                    if call.manager.name == ground.call.language.tool
                        && !serves_globally(ground, command) =>
                {
                    other = true;
                    continue;
                }
                _ => {}
            }
            if serves_globally(ground, command) {
                repeated = true;
                continue;
            }
            if name == ground.call.language.tool
                || finishes(name) && at >= ground.call.at
                || commands().builders.contains(&name)
            {
                other = true;
            } else if name == "chmod" && is_about_sources(command, step, self.brought) {
                // The mode comes along with the file.
                other = true;
            } else if commands().repeated.contains(&name) {
                repeated |= !(at >= ground.call.at && is_about(command, self.made));
            } else if commands().printing.contains(&name) {
                // On its own it means nothing; beside others it belongs to them.
            } else if commands().harmless.contains(&name) {
                other = true;
            } else {
                return Err(format!(
                    "line {line} runs `{name}`, whose result the program may need"
                ));
            }
        }
        match (repeated, other) {
            (true, true) => Err(format!(
                "line {line} prepares the image and builds in one `RUN`"
            )),
            (true, false) if !step.state.user().is_root() => Err(format!(
                "line {line} prepares the image as another user than root"
            )),
            (true, false) => same_directory(ground, step).map(|()| Fate::Repeats),
            (false, _) => Ok(Fate::Stays),
        }
    }
}

/// Whether the step sees the directory that the final stage has from its beginning.
fn same_directory(ground: &Ground, step: &Step) -> Result<(), String> {
    let divided = ground.stage.steps.get(ground.call.at);
    if divided.is_some_and(|divided| divided.state.workdir() == step.state.workdir()) {
        return Ok(());
    }
    let line = step.instruction.start_line;
    Err(format!(
        "line {line} runs in another directory than the program"
    ))
}

/// Whether a copy of the whole context behind the build brings the files once more.
fn comes_again(ground: &Ground, step: &Step) -> bool {
    let Action::Copy(copy) = &step.action else {
        return false;
    };
    let place = copy.destination.as_str();
    let mut behind = ground.stage.steps.iter().skip(ground.call.at + 1);
    behind.any(|other| match &other.action {
        Action::Copy(other) => {
            let whole = |source: &CopySource| {
                matches!(source, CopySource::Path { path, .. } if path.as_str() == "/")
            };
            other.from == Origin::Context
                && other.sources.iter().any(whole)
                && is_within(place, other.destination.as_str().trim_end_matches('/'))
                && copy.sources.iter().all(|source| lands_as_named(source, place))
        }
        _ => false,
    })
}

/// Whether a source keeps its name, so that a copy of the whole context has it there too.
fn lands_as_named(source: &CopySource, place: &str) -> bool {
    let CopySource::Path { path, .. } = source else {
        return false;
    };
    let is_top = folder(path.as_str()) == "/";
    is_top && (place.ends_with('/') || base(place) == base(path.as_str()))
}

/// Whether the command installs a program of its own (`npm install -g serve`), which the final
/// stage needs too.
fn serves_globally(ground: &Ground, command: SimpleCommand) -> bool {
    let global = |word: &str| matches!(word, "-g" | "--global");
    ground.call.language.artefact == Artefact::NodeBuild
        && matches!(command.name(), Some("npm" | "yarn" | "pnpm"))
        && command.args().filter_map(|word| word.literal()).any(global)
}

/// Whether each path that the command names is a file that came with the sources, or a folder of
/// such files.
fn is_about_sources(command: SimpleCommand, step: &Step, brought: &[Brought]) -> bool {
    let place = directory(&step.state, command);
    let (Some(place), Some(paths)) = (place, targets::operands(command)) else {
        return false;
    };
    paths.iter().all(|path| {
        let path = resolve(&place, path);
        brought.iter().any(|file| is_within(&file.image, &path))
    })
}

/// Whether the command concerns nothing but what was built and the folders it lies in.
fn is_about(command: SimpleCommand, made: &Made) -> bool {
    let words: Option<Vec<&str>> = command.args().map(|word| word.literal()).collect();
    let is_known = matches!(command.name(), Some("mkdir" | "chmod"));
    is_known
        && words.is_some_and(|words| {
            words.iter().all(|word| {
                let absolute = word.starts_with('/');
                !absolute || made.paths.iter().any(|(path, _)| is_within(path, word))
            })
        })
}

/// Whether the command writes a file outside of the directory it runs in.
fn writes_elsewhere(command: SimpleCommand) -> bool {
    command.redirects().any(|redirect| {
        let writes = matches!(
            redirect.kind(),
            RedirectKind::Output
                | RedirectKind::Append
                | RedirectKind::OutputBoth
                | RedirectKind::ReadWrite
                | RedirectKind::Clobber
        );
        let target = redirect.target().and_then(|word| word.literal());
        writes && target.is_none_or(|target| target.starts_with('/') && target != "/dev/null")
    })
}

/// Whether a step behind the build can run on the final stage's base.
fn runs_in_final_stage(ground: &Ground, step: &Step) -> Result<(), String> {
    let line = step.instruction.start_line;
    match &step.action {
        Action::Shell(_) | Action::Onbuild(_) | Action::Invalid => Err(format!(
            "line {line} is neither the build's nor the program's alone"
        )),
        Action::Run(_) => {
            if needs_older_index(ground, step) {
                return Err(format!(
                    "line {line} installs packages with the index that an earlier step fetched"
                ));
            }
            let runs_packages = ground.call.language.artefact == Artefact::PythonPackages;
            let mut commands_of = ground.cx.run_commands(step).iter();
            let foreign = commands_of.find(|RunCommand { command, call, .. }| {
                let known = |name: &str| {
                    commands().repeated.contains(&name)
                        || commands().printing.contains(&name)
                        || runs_packages && name.starts_with("python")
                };
                !command.name().is_some_and(known) && !call.as_ref().is_some_and(is_system)
            });
            match foreign {
                None => Ok(()),
                Some(RunCommand { command, .. }) => Err(format!(
                    "line {line} runs `{}`, which may need the tools of the build",
                    command.name().unwrap_or("a command")
                )),
            }
        }
        _ => Ok(()),
    }
}

/// Whether the step installs packages of the distribution without fetching their index.
fn needs_older_index(ground: &Ground, step: &Step) -> bool {
    let calls: Vec<&Invocation> = ground
        .cx
        .package_calls(step)
        .filter(|call| is_system(call))
        .collect();
    let needs = |call: &Invocation| call.manager.system.is_some_and(|it| it.update.is_some());
    let fetches = |call: &&Invocation| call.action() == PackageAction::UpdateIndex;
    calls.iter().any(|call| call.installs() && needs(call))
        && !calls.iter().any(fetches)
        && !calls.iter().any(|call| call.flag("--no-cache").is_some())
}

/// Repeats the arguments that the final stage's instructions read.
fn repeat_arguments(ground: &Ground, division: &mut Division) {
    let steps = &ground.stage.steps;
    let kept = division.moved.iter().chain(&division.repeated).copied();
    let kept = kept.chain(division.last + 1..steps.len());
    let read: HashSet<&str> = kept
        .filter_map(|at| steps.get(at))
        .flat_map(variables::read)
        .collect();
    for (at, step) in steps.iter().enumerate().take(division.last + 1) {
        if !matches!(step.action, Action::Arg(_)) {
            continue;
        }
        if variables::declared(step)
            .iter()
            .any(|name| read.contains(name))
        {
            division.repeated.push(at);
        }
    }
    division.repeated.sort_unstable();
}
