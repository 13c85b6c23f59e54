//! The stages of a file and how they hang together.

use dflint_parser::{FromClause, Instruction};

use crate::platform::Platform;
use crate::reference::ImageReference;
use crate::value::Value;

use super::state::State;
use super::step::Step;

/// A stage of the file, by position from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StageId(pub usize);

/// What a stage begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Base {
    /// Nothing.
    Scratch,
    /// Another stage of the file.
    Stage(StageId),
    /// An image.
    Image(ImageReference),
    /// A name that depends on a build argument nobody knows.
    Unknown(Value),
    /// A name that no image can have; see [`Model::errors`](crate::Model::errors).
    Invalid,
}

/// Where a step takes files from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The build context.
    Context,
    /// A stage of the file.
    Stage(StageId),
    /// An image or named build context outside the file.
    Image(ImageReference),
    /// Nothing: an empty directory.
    Scratch,
    /// A name that is not known or not valid.
    Unknown(Value),
}

impl Origin {
    /// The stage, where it is one.
    #[must_use]
    pub fn stage(&self) -> Option<StageId> {
        match self {
            Self::Stage(id) => Some(*id),
            _ => None,
        }
    }
}

/// What `FROM --platform` says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StagePlatform {
    /// Nothing: the platform that is built for, or that of the stage below.
    Inherited,
    /// A platform.
    Given(Platform),
    /// A text that depends on a build argument nobody knows.
    Unknown(Value),
    /// What BuildKit refuses; see [`Model::errors`](crate::Model::errors).
    Invalid,
}

/// One stage.
#[derive(Debug)]
pub struct Stage<'a> {
    /// Its position.
    pub id: StageId,
    /// The name, lower case; `None` without one.
    pub name: Option<String>,
    /// What it begins with.
    pub base: Base,
    /// What `--platform` says. What the stage is in fact built for is in [`State::platform`].
    pub platform: StagePlatform,
    /// The whole `FROM` instruction.
    pub instruction: &'a Instruction<'a>,
    /// Position of `FROM` in `Dockerfile::instructions`.
    pub from_index: usize,
    /// Position in [`Stage::steps`] of the first step that is not a trigger.
    pub first_own_step: usize,
    /// What `FROM` says.
    pub from: &'a FromClause<'a>,
    /// What the stage does, in order; triggers of the stage it is based on come first.
    pub steps: Vec<Step<'a>>,
    /// What holds before the first step.
    pub initial: State,
    /// What holds at the end.
    pub end: State,
    /// The stages that it needs, its base first, each once.
    pub needs: Vec<StageId>,
    /// Whether the target needs it (the target needs itself).
    pub reachable: bool,
}

impl Stage<'_> {
    /// The name, or the position where it has none: for people.
    #[must_use]
    pub fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.id.0.to_string())
    }
}
