//! The command that builds what the image is for.

use dflint_build::packages::Invocation;
use dflint_build::{Action, Stage};
use dflint_knowledge::stage_split::{Artefact, Language, languages};
use dflint_shell::SimpleCommand;

use crate::Context;
use crate::package_calls::RunCommand;

/// The command that builds what the image is for.
#[derive(Clone, Copy)]
pub(crate) struct BuildCall<'m> {
    /// Position of its `RUN` in the stage's steps.
    pub(crate) at: usize,
    pub(crate) command: SimpleCommand<'m>,
    /// The same, as the table of package managers reads it; `None` for other tools.
    pub(crate) invocation: Option<&'m Invocation<'m>>,
    pub(crate) language: &'static Language,
}

impl<'m> BuildCall<'m> {
    /// The last build of the stage: the one that makes what the image is for.
    pub(crate) fn of(cx: &Context<'m, '_>, stage: &Stage<'_>) -> Option<Self> {
        Self::last(cx, stage, |artefact| artefact != Artefact::PythonPackages)
    }

    /// The last installation of Python's packages, which may compile some of them.
    pub(crate) fn of_python(cx: &Context<'m, '_>, stage: &Stage<'_>) -> Option<Self> {
        Self::last(cx, stage, |artefact| artefact == Artefact::PythonPackages)
    }

    fn last(cx: &Context<'m, '_>, stage: &Stage<'_>, wanted: fn(Artefact) -> bool) -> Option<Self> {
        let own = stage.steps.iter().enumerate().skip(stage.first_own_step);
        let runs = own.filter(|(_, step)| matches!(step.action, Action::Run(_)));
        let mut builds = runs.rev().filter_map(|(at, step)| {
            let commands = cx.run_commands(step).iter();
            let builds = commands.filter_map(|command| Self::read(at, command));
            builds.rev().find(|it| wanted(it.language.artefact))
        });
        builds.next()
    }

    fn read(at: usize, of: &'m RunCommand<'m>) -> Option<Self> {
        let (command, invocation) = (of.command, of.call.as_ref());
        let name = match invocation {
            Some(call) => call.manager.name,
            None => command.name()?,
        };
        let language = languages().iter().find(|language| {
            let builds = |word: &str| language.builds.contains(&word);
            language.tool == name
                && (language.builds.is_empty() || words(invocation, command).any(builds))
        })?;
        Some(Self {
            at,
            command,
            invocation,
            language,
        })
    }

    /// The value of a flag of the command, where it is given and known.
    ///
    /// # Errors
    /// That the value is not known before the build.
    pub(super) fn flag(&self, names: &[&str]) -> Result<Option<String>, String> {
        let Some(call) = self.invocation else {
            return Ok(None);
        };
        let mut flags = call.flags.iter().rev();
        let Some(flag) = flags.find(|flag| names.contains(&flag.name.as_str())) else {
            return Ok(None);
        };
        match &flag.value {
            Some(value) if !value.contains(['$', '`']) => Ok(Some(value.clone())),
            _ => Err(format!("the value of `{}` is not known", flag.name)),
        }
    }
}

/// The subcommand and what follows it, flags left out.
fn words<'s>(
    call: Option<&Invocation<'s>>,
    command: SimpleCommand<'s>,
) -> impl Iterator<Item = &'s str> {
    let subcommand = call.map(|call| call.subcommand.words);
    subcommand
        .into_iter()
        .chain(command.args().filter_map(|word| word.literal()))
}
