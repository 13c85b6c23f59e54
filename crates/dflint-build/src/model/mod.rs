//! What BuildKit will do with a file, step by step.

mod arguments;
mod base;
mod build;
mod chmod;
mod circles;
mod convert;
mod from;
mod image;
mod limits;
pub(crate) mod mount;
mod options;
mod origins;
mod port;
mod run;
pub(crate) mod signal;
mod stage;
mod state;
mod step;
mod transfer;
mod user;

pub use arguments::GlobalArgs;
pub use base::BaseFacts;
pub use image::{HealthcheckConfig, ImageConfig};
pub use options::{Arguments, BaseImages, ModelOptions};
pub(crate) use run::PIPES;
pub use stage::{Base, Origin, Stage, StageId, StagePlatform};
pub use state::State;
pub use step::{
    Action, Argument, Assignment, Chmod, CopySource, CopyStep, Network, ResolvedMount, RunStep,
    Sharing, Step,
};
pub use user::User;

use dflint_parser::Dockerfile;

use crate::error::ConversionError;
use crate::expand::Expander;

/// A whole file as BuildKit would build it.
#[derive(Debug)]
pub struct Model<'a> {
    file: &'a Dockerfile<'a>,
    options: ModelOptions,
    expander: Expander,
    global_args: GlobalArgs,
    stages: Vec<Stage<'a>>,
    target: Option<StageId>,
    errors: Vec<ConversionError>,
}

impl<'a> Model<'a> {
    /// Works out what the file does. Never fails: what BuildKit would refuse is in
    /// [`Model::errors`], and what cannot be known stays symbolic.
    #[must_use]
    pub fn new(file: &'a Dockerfile<'a>, options: &ModelOptions) -> Self {
        build::model(file, options)
    }

    /// The syntax tree.
    #[must_use]
    pub fn file(&self) -> &'a Dockerfile<'a> {
        self.file
    }

    /// The settings it was made with.
    #[must_use]
    pub fn options(&self) -> &ModelOptions {
        &self.options
    }

    /// Expands words as the file's escape character wants it.
    #[must_use]
    pub fn expander(&self) -> &Expander {
        &self.expander
    }

    /// The arguments declared before the first `FROM` that have a value, and the platform
    /// arguments.
    #[must_use]
    pub fn global_args(&self) -> &GlobalArgs {
        &self.global_args
    }

    /// The arguments of [`Model::global_args`] as if no build argument were given and none could
    /// be; `None` where a default does not expand.
    #[must_use]
    pub fn default_args(&self) -> Option<GlobalArgs> {
        arguments::default_args(self.file, &self.options)
    }

    /// The stages in file order.
    #[must_use]
    pub fn stages(&self) -> &[Stage<'a>] {
        &self.stages
    }

    /// A stage by its position.
    #[must_use]
    pub fn stage(&self, id: StageId) -> Option<&Stage<'a>> {
        self.stages.get(id.0)
    }

    /// The stage that a build makes; `None` where there is no such stage.
    #[must_use]
    pub fn target(&self) -> Option<StageId> {
        self.target
    }

    /// What BuildKit would refuse while it turns instructions into operations, in the order in
    /// which it would meet it.
    #[must_use]
    pub fn errors(&self) -> &[ConversionError] {
        &self.errors
    }

    /// All steps of all stages, in file order.
    pub fn steps(&self) -> impl Iterator<Item = (&Stage<'a>, &Step<'a>)> {
        self.stages
            .iter()
            .flat_map(|stage| stage.steps.iter().map(move |step| (stage, step)))
    }

    /// The step of the instruction at position `index` of `Dockerfile::instructions`, with its
    /// stage; `None` for `FROM` and for what stands before it. Triggers are not found this way.
    #[must_use]
    pub fn step_at(&self, index: usize) -> Option<(&Stage<'a>, &Step<'a>)> {
        let before = |stage: &Stage<'_>| stage.from_index <= index;
        let stage = self
            .stages
            .get(self.stages.partition_point(before).checked_sub(1)?)?;
        let own = stage.steps.get(stage.first_own_step..)?;
        let step = own.get(index.checked_sub(stage.from_index + 1)?)?;
        Some((stage, step))
    }

    /// The error that a build of the target ends with: the first that every build of the file
    /// meets, or that a stage the target needs meets.
    #[must_use]
    pub fn error_of_target(&self) -> Option<&ConversionError> {
        let is_reached = |id: StageId| self.stage(id).is_some_and(|stage| stage.reachable);
        let everywhere = self.errors.iter().find(|error| error.stage.is_none());
        everywhere.or_else(|| self.errors.iter().find(|e| e.stage.is_some_and(is_reached)))
    }
}
