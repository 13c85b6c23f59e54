//! Building a [`Model`] from a syntax tree, phase by phase.
//!
//! The phases stand in BuildKit's order (`dockerfile2llb/convert.go`), because the first error is
//! the one that a build ends with: every `FROM` is expanded, then every `--from` is looked up,
//! then circles are refused, then names of images are read, then stages are converted one by one.

use std::collections::HashMap;

use dflint_parser::{Dockerfile, FromClause, Instruction, Span};

use crate::error::{ConversionError, ErrorKind};
use crate::expand::Expander;
use crate::platform::Platform;
use crate::value::Value;

use super::arguments::GlobalArgs;
use super::base::BaseFacts;
use super::convert::Converter;
use super::from::from_clause;
use super::limits::{MOST_PORTS, MOST_REORDERS, MOST_TRIGGERS};
use super::stage::{Base, Origin, Stage, StageId, StagePlatform};
use super::state::State;
use super::{BaseImages, Model, ModelOptions};

/// The name of the base that is nothing.
pub(super) const SCRATCH: &str = "scratch";

/// Works out what the file does.
pub(super) fn model<'a>(file: &'a Dockerfile<'a>, options: &ModelOptions) -> Model<'a> {
    let mut builder = Builder::new(file, options);
    builder.refuse_no_stages();
    builder.global_args(options);
    builder.stages();
    let target = builder.target();
    builder.look_up_origins();
    builder.refuse_circles();
    builder.read_references();
    builder.convert();
    builder.finish(target)
}

/// What all phases share.
pub(super) struct Builder<'a, 'o> {
    pub(super) file: &'a Dockerfile<'a>,
    pub(super) options: &'o ModelOptions,
    pub(super) expander: Expander,
    pub(super) global_args: GlobalArgs,
    pub(super) stages: Vec<Draft<'a>>,
    pub(super) stage_count: usize,
    pub(super) done: Vec<Stage<'a>>,
    /// What stages based on a stage begin with, for the stages of which that was asked.
    inherited: HashMap<StageId, State>,
    /// How many variables may still be set again where stages are based on stages.
    reorders: usize,
    /// How many triggers may still be followed where stages are based on stages.
    pub(super) triggers_left: usize,
    /// How many ports of ranges may still be listed one by one.
    pub(super) ports_left: usize,
    /// Stage names, lower case, each with the last stage of that name.
    pub(super) names: HashMap<String, StageId>,
    /// What commands read from that is no stage, as often as they name it: BuildKit counts it
    /// behind the stages.
    pub(super) other_origins: Vec<Origin>,
    pub(super) errors: Vec<ConversionError>,
}

/// A stage before its steps are known.
pub(super) struct Draft<'a> {
    pub(super) id: StageId,
    pub(super) name: Option<String>,
    /// The base after expansion; `None` where it does not expand.
    pub(super) base_name: Option<Value>,
    pub(super) base: Base,
    pub(super) platform: StagePlatform,
    pub(super) instruction: &'a Instruction<'a>,
    pub(super) from: &'a FromClause<'a>,
    pub(super) from_index: usize,
    /// Positions of the stage's own instructions in the file.
    pub(super) own: std::ops::Range<usize>,
    pub(super) needs: Vec<StageId>,
}

impl<'a, 'o> Builder<'a, 'o> {
    pub(super) fn new(file: &'a Dockerfile<'a>, options: &'o ModelOptions) -> Self {
        Self {
            file,
            options,
            expander: Expander::new(file.directives.escape),
            global_args: GlobalArgs::default(),
            stages: Vec::new(),
            stage_count: 0,
            done: Vec::new(),
            inherited: HashMap::new(),
            reorders: MOST_REORDERS,
            triggers_left: MOST_TRIGGERS,
            ports_left: MOST_PORTS,
            names: HashMap::new(),
            other_origins: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Records an error.
    pub(super) fn refuse(
        &mut self,
        kind: impl Into<ErrorKind>,
        span: Span,
        line: u32,
        stage: Option<StageId>,
    ) {
        self.errors.push(ConversionError {
            kind: kind.into(),
            span,
            line,
            stage,
        });
    }

    /// Refuses a file of nothing but arguments. Any other file without a stage is refused when its
    /// instructions are read.
    fn refuse_no_stages(&mut self) {
        let is_from = |it: &Instruction<'_>| from_clause(it).is_some();
        if !self.file.errors.is_empty() || self.file.instructions.iter().any(is_from) {
            return;
        }
        if let Some(last) = self.file.instructions.last() {
            let span = last.keyword.span();
            self.refuse(ErrorKind::NoStages, span, last.start_line, None);
        }
    }

    /// Converts the stages in file order.
    fn convert(&mut self) {
        for draft in std::mem::take(&mut self.stages) {
            let initial = self.initial_state(&draft);
            let stage = Converter::new(self, draft, initial).stage();
            self.done.push(stage);
        }
    }

    /// What holds before the first step of a stage.
    fn initial_state(&mut self, draft: &Draft<'a>) -> State {
        if let Base::Stage(base) = draft.base
            && let Some(state) = self.inherited_from(base)
        {
            return state;
        }
        let facts = match (&draft.base, self.options.base_images) {
            (Base::Scratch, _) => BaseFacts::Scratch,
            (_, BaseImages::Empty) => BaseFacts::Empty,
            (Base::Image(reference), BaseImages::Known) => BaseFacts::of(reference),
            (Base::Unknown(name), BaseImages::Known) => BaseFacts::of_unknown(name),
            _ => BaseFacts::Unknown,
        };
        State::at_base(facts, self.platform_of(draft))
    }

    fn inherited_from(&mut self, base: StageId) -> Option<State> {
        if let Some(known) = self.inherited.get(&base) {
            return Some(known.clone());
        }
        let end = &self.done.get(base.0)?.end;
        let left = self.reorders.checked_sub(end.set_again());
        self.reorders = left.unwrap_or(self.reorders);
        let state = end.inherited(left.is_some());
        self.inherited.insert(base, state.clone());
        Some(state)
    }

    /// The platform of a stage that is based on an image; one that is not known counts as the
    /// target's.
    fn platform_of(&self, draft: &Draft<'a>) -> Platform {
        match &draft.platform {
            StagePlatform::Given(platform) if draft.base != Base::Scratch => platform.clone(),
            _ => self.options.target_platform.clone(),
        }
    }

    fn finish(mut self, target: Option<StageId>) -> Model<'a> {
        if let Some(target) = target {
            let mut pending = vec![target];
            while let Some(id) = pending.pop() {
                if let Some(stage) = self.done.get_mut(id.0).filter(|stage| !stage.reachable) {
                    stage.reachable = true;
                    pending.extend(&stage.needs);
                }
            }
        }
        Model {
            file: self.file,
            options: self.options.clone(),
            expander: self.expander,
            global_args: self.global_args,
            stages: self.done,
            target,
            errors: self.errors,
        }
    }
}

impl Draft<'_> {
    pub(super) fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.id.0.to_string())
    }
}
