//! Where the program runs: the final stage's base, what is installed on it, and its user.

use dflint_build::{Action, Base, ImageReference, Stage, State, Step};
use dflint_knowledge::base_image::{BaseImage, base_image};
use dflint_knowledge::stage_split::{Distribution, commands, distribution, is_plain_base};

use super::Ground;
use super::division::{Division, all_commands};

/// What the final stage begins with.
pub(super) struct Runtime {
    /// The base image, as it is written.
    pub(super) base: String,
    /// The command that installs packages; `None` where none are needed.
    pub(super) install: Option<String>,
    /// `ENV` that undoes what only this base sets.
    pub(super) env: &'static [&'static str],
    /// The user, where it is not root.
    pub(super) user: Option<String>,
}

/// The base of the final stage, as the table has it.
struct Chosen {
    base: String,
    image: &'static BaseImage,
    packages: &'static [&'static str],
    env: &'static [&'static str],
    /// Whether it is the image that the build stands on.
    is_same: bool,
}

/// Where the program can run.
///
/// # Errors
/// Why no base is certain to do.
pub(super) fn runtime(ground: &Ground, division: &Division) -> Result<Runtime, String> {
    let chosen = chosen(ground)?;
    if chosen.image.user.uid != Some(0) {
        return Err(format!("`{}` does not run as root", chosen.base));
    }
    let family = distribution(chosen.image.family).ok_or_else(|| {
        format!(
            "how packages are installed on `{}` is not known",
            chosen.base
        )
    })?;
    let pinned = division
        .installed
        .names
        .iter()
        .find(|name| name.contains('='));
    if let Some(name) = pinned.filter(|_| !chosen.is_same) {
        return Err(format!(
            "`{name}` may not be the version that `{}` has",
            chosen.base
        ));
    }
    let mut more: Vec<&'static str> = chosen.packages.to_vec();
    for step in steps_of_final_stage(ground.stage, division) {
        more.extend(packages_for(step, family, division, &chosen)?);
    }
    let installed = &division.installed;
    Ok(Runtime {
        install: installed.command(family, more),
        env: chosen.env,
        user: user(ground.stage, division, &chosen)?,
        base: chosen.base,
    })
}

fn chosen(ground: &Ground) -> Result<Chosen, String> {
    let stage = ground.stage;
    let written = stage.from.base.as_str();
    let Base::Image(image) = &stage.base else {
        return Err("the base image is not known".to_owned());
    };
    let repository = image.name();
    let known = stage.end.base().known();
    if is_plain_base(&repository)
        || ground
            .call
            .language
            .keeps_base
            .contains(&repository.as_str())
    {
        return Ok(Chosen {
            base: stage
                .from
                .base
                .span()
                .text(ground.cx.dockerfile.source)
                .to_owned(),
            image: known.ok_or("the base image is not known")?,
            packages: &[],
            env: &[],
            is_same: true,
        });
    }
    if written.contains('$') {
        return Err(format!(
            "a build argument decides which image `{written}` is"
        ));
    }
    let none = || format!("no base is known that certainly runs what `{written}` builds");
    let tag = image.tag.as_deref().ok_or_else(none)?;
    let (entry, base) = ground
        .call
        .language
        .runtime(&repository, tag)
        .ok_or_else(none)?;
    let reference = ImageReference::parse(&base).map_err(|_| none())?;
    let image = base_image(&reference.name(), reference.tag.as_deref()).ok_or_else(none)?;
    Ok(Chosen {
        base,
        image,
        packages: entry.packages,
        env: entry.env,
        is_same: false,
    })
}

/// The steps that stand in the final stage.
fn steps_of_final_stage<'m, 'a>(
    stage: &'m Stage<'a>,
    division: &'m Division,
) -> impl Iterator<Item = &'m Step<'a>> {
    let early = division.moved.iter().chain(&division.repeated).copied();
    let all = early.chain(division.last + 1..stage.steps.len());
    all.filter_map(|at| stage.steps.get(at))
}

/// Packages for the commands of a `RUN` or a health check that the base may lack.
fn packages_for(
    step: &Step,
    family: &'static Distribution,
    division: &Division,
    chosen: &Chosen,
) -> Result<Vec<&'static str>, String> {
    let is_check = matches!(step.action, Action::Healthcheck(_));
    if !is_check && !matches!(step.action, Action::Run(_)) {
        return Ok(Vec::new());
    }
    let mut packages = Vec::new();
    for name in all_commands(step).filter_map(|command| command.name()) {
        let package = family
            .command_packages
            .iter()
            .find(|(known, _)| *known == name);
        let is_there = commands().harmless.contains(&name)
            || commands().printing.contains(&name)
            || family.commands.contains(&name)
            || division.installed.names.contains(name)
            || chosen.is_same;
        match package {
            _ if is_there => {}
            Some((_, package)) => packages.push(*package),
            None if is_check => {
                return Err(format!(
                    "the health check runs `{name}`, which `{}` may lack",
                    chosen.base
                ));
            }
            None => {}
        }
    }
    Ok(packages)
}

/// The user that holds where the stage is divided, unless it is root.
fn user(stage: &Stage, division: &Division, chosen: &Chosen) -> Result<Option<String>, String> {
    for state in states_behind(stage, division) {
        exists(stage, division, chosen, state)?;
    }
    let divided = state_at(stage, division.last + 1);
    let user = divided.user();
    Ok((!user.is_root()).then(|| user.value.as_str().to_owned()))
}

/// What holds in front of the step at position `at`.
fn state_at<'m>(stage: &'m Stage<'_>, at: usize) -> &'m State {
    stage.steps.get(at).map_or(&stage.end, |step| &step.state)
}

fn states_behind<'m>(stage: &'m Stage<'_>, division: &Division) -> impl Iterator<Item = &'m State> {
    let steps = stage.steps.iter().skip(division.last + 1);
    steps.map(|step| &step.state).chain([&stage.end])
}

/// Whether the user is known on the final stage's base, or made there.
fn exists(
    stage: &Stage,
    division: &Division,
    chosen: &Chosen,
    state: &State,
) -> Result<(), String> {
    let user = state.user();
    let written = user.value.as_str();
    let name = written.split(':').next().unwrap_or(written);
    let makes = |step: &Step| {
        let mut words = all_commands(step).flat_map(|command| command.args());
        words.any(|word| word.literal() == Some(name))
    };
    let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
    if is_number || name == "nobody" || chosen.image.user(name).is_some() {
        return Ok(());
    }
    if steps_of_final_stage(stage, division).any(makes) {
        return Ok(());
    }
    Err(format!(
        "no instruction of the final stage makes the user `{name}`"
    ))
}
