//! What a `RUN` runs, as the tool sees it whose line is drawn.
//!
//! Rules about commands ask a [`RunView`] and need not know whose eyes they look through: dflint
//! reads the script with the step's own shell and looks behind `sudo`, `env` and `xargs`;
//! hadolint's view is in [`hadolint`].

mod call;
mod edit;
mod hadolint;
mod packages;

pub(crate) use call::{Argument, Call};
pub(crate) use hadolint::HadolintView;
pub(crate) use packages::has_option;

use dflint_build::{Stage, Step};
use dflint_parser::{Command, Instruction, Run, Span};
use dflint_shell::{Construct, Script, SimpleCommand};

use crate::context::{Context, Dialect, Site};
use crate::finding::{Finding, Findings};

/// One `RUN`.
#[derive(Clone, Copy)]
pub(crate) struct RunView<'m, 'a> {
    /// Position in `Dockerfile::instructions`; under `ONBUILD` that of the outer instruction.
    pub(crate) index: usize,
    /// Whether it stands under `ONBUILD`; only hadolint's view shows such.
    pub(crate) onbuild: bool,
    /// The instruction.
    pub(crate) instruction: &'m Instruction<'a>,
    /// What it says.
    pub(crate) run: &'m Run<'a>,
    /// Its stage and step; `None` under `ONBUILD` and in front of the first `FROM`.
    pub(crate) place: Option<(&'m Stage<'a>, &'m Step<'a>)>,
    script: Option<&'m Script<'a>>,
    dialect: Dialect,
}

impl<'m, 'a> Context<'m, 'a> {
    /// The `RUN` at `site`, where the tool looks into it.
    pub(crate) fn run_at(self, site: &Site) -> Option<RunView<'m, 'a>> {
        self.run(site.index, site.onbuild)
    }

    /// Every `RUN` that the tool looks into, in file order.
    pub(crate) fn runs(self) -> impl Iterator<Item = RunView<'m, 'a>> {
        let count = self.dockerfile.instructions.len();
        (0..count).filter_map(move |index| self.run(index, false).or_else(|| self.run(index, true)))
    }

    fn run(self, index: usize, onbuild: bool) -> Option<RunView<'m, 'a>> {
        let outer = self.dockerfile.instructions.get(index)?;
        let instruction: &Instruction = match &outer.command {
            Command::Onbuild(inner) if onbuild => inner,
            _ if onbuild => return None,
            _ => outer,
        };
        let Command::Run(run) = &instruction.command else {
            return None;
        };
        let of_hadolint = self.dialect == Dialect::Hadolint;
        if onbuild && !of_hadolint {
            return None;
        }
        let place = if onbuild {
            None
        } else {
            self.model.step_at(index)
        };
        let script = match of_hadolint {
            true => self.facts.hadolint.script(self.dockerfile, index),
            false => place.and_then(|(_, step)| step.script()),
        };
        Some(RunView {
            index,
            onbuild,
            instruction,
            run,
            place,
            script,
            dialect: self.dialect,
        })
    }
}

impl<'m> RunView<'m, '_> {
    /// The script, where the tool can read it.
    pub(crate) fn script(&self) -> Option<&'m Script<'m>> {
        self.script.map(|script| -> &Script<'_> { script })
    }

    /// Every simple command that the tool sees, in source order.
    pub(crate) fn commands(&self) -> impl Iterator<Item = SimpleCommand<'m>> + use<'m> {
        let of_hadolint = self.dialect == Dialect::Hadolint;
        let commands = self.script().into_iter().flat_map(Script::commands);
        commands.filter(move |command| {
            !of_hadolint || !command.inside().contains(Construct::NestedScript)
        })
    }

    /// The calls of commands whose name `wanted` accepts, in source order.
    pub(crate) fn calls(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Call<'m>> {
        let dialect = self.dialect;
        self.commands()
            .filter_map(move |command| Call::of(command, dialect, &wanted))
    }

    /// The calls of commands that `wanted` accepts, in source order.
    pub(crate) fn calls_where(
        &self,
        wanted: impl Fn(SimpleCommand<'m>) -> bool,
    ) -> impl Iterator<Item = Call<'m>> {
        let dialect = self.dialect;
        let commands = self.commands().filter(move |command| wanted(*command));
        commands.filter_map(move |command| Call::of(command, dialect, &|_| true))
    }

    /// The calls of these commands, in source order.
    pub(crate) fn calls_of(
        &self,
        names: &'static [&'static str],
    ) -> impl Iterator<Item = Call<'m>> {
        self.calls(|name| names.contains(&name))
    }

    /// Reports something about `span`, a part of the instruction.
    pub(crate) fn report<'f>(
        &self,
        cx: &Context,
        findings: &'f mut Findings,
        span: Span,
        message: impl Into<String>,
    ) -> &'f mut Finding {
        findings.report(cx.anchor(self.instruction, span), message)
    }
}

/// The codes that were reported for an instruction: hadolint says each only once.
#[derive(Default)]
pub(crate) struct Said(Vec<&'static [&'static str]>);

impl Said {
    /// Whether the tool says `codes` (again) of the instruction.
    pub(crate) fn admits(&mut self, dialect: Dialect, codes: &'static [&'static str]) -> bool {
        if dialect != Dialect::Hadolint {
            return true;
        }
        let is_new = !self.0.contains(&codes);
        self.0.push(codes);
        is_new
    }
}
