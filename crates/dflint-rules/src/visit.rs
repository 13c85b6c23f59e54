//! The steps that a tool looks at, and where it says so.

use dflint_build::{ConversionError, Point, Stage, Step};
use dflint_parser::Span;

use crate::context::{Context, Dialect};

/// A step to look at.
pub(crate) struct Visit<'m, 'a> {
    pub(crate) stage: &'m Stage<'a>,
    pub(crate) step: &'m Step<'a>,
    /// The error that stops BuildKit in the middle of this step, where it does.
    pub(crate) error: Option<&'m ConversionError>,
}

impl<'m, 'a> Context<'m, 'a> {
    /// The steps of all stages in the order in which BuildKit converts them.
    ///
    /// BuildKit also converts the triggers of a stage's base, provided that the target needs the
    /// stage, and stops at the first error. dflint judges a trigger where it is written.
    pub(crate) fn visits(self) -> impl Iterator<Item = Visit<'m, 'a>> {
        let buildkit = self.dialect == Dialect::Buildkit;
        let only_reachable = buildkit && self.model.options().named_target().is_some();
        let stages = self.model.stages().iter();
        let stages = stages.filter(move |stage| stage.reachable || !only_reachable);
        stages.flat_map(move |stage| {
            let steps = stage.steps.iter().enumerate();
            let wanted =
                steps.filter(move |(_, step)| !step.is_trigger || buildkit && stage.reachable);
            wanted.filter_map(move |(at, step)| self.visit(stage, at, step))
        })
    }

    fn visit(self, stage: &'m Stage<'a>, at: usize, step: &'m Step<'a>) -> Option<Visit<'m, 'a>> {
        let point = Point::Step {
            stage: stage.id.0,
            step: at,
        };
        if !self.reach.covers(point) {
            return None;
        }
        let mut errors = self.model.errors().iter();
        let error = self.reach.ends_at(point).then(|| {
            let line = step.instruction.start_line;
            errors.find(|error| error.line == line)
        });
        Some(Visit {
            stage,
            step,
            error: error.flatten(),
        })
    }
}

impl Visit<'_, '_> {
    /// Where a finding about `span`, a part of the instruction, points; BuildKit reports what is
    /// wrong with a trigger where it runs.
    pub(crate) fn anchor(&self, cx: &Context, span: Span) -> Span {
        if self.step.is_trigger {
            let from = self.stage.instruction;
            return cx.anchor(from, from.keyword.span());
        }
        cx.anchor(self.step.instruction, span)
    }
}
