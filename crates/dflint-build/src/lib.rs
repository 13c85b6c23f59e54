//! What BuildKit will do with a Dockerfile: stages, scopes, effective state and build operations.
//!
//! [`Model::new`] never fails: it works out every stage and step with what holds before it, keeps
//! symbolic what a base image or a build argument decides, and lists what BuildKit would refuse.
//! [`compare`] tells whether two files build the same under the promise of a fix.

pub mod cache_key;
mod compare;
mod context;
mod context_needs;
mod context_words;
pub mod dockerignore;
pub mod env;
mod error;
pub mod expand;
pub mod git;
mod keeps;
pub mod lower;
pub mod model;
pub mod packages;
pub mod path;
pub mod platform;
mod project;
mod reach;
pub mod reference;
mod taken;
mod value;

pub use compare::compare;
pub use context::{BuildContext, Entry, EntryKind, HEAD, MAX_READ, MemoryContext};
pub use context_needs::{ContextNeeds, dockerfiles, looks_like_dockerfile};
pub use dockerignore::DockerIgnore;
pub use env::{Env, Lookup};
pub use error::{ConversionError, ErrorKind};
pub use keeps::{Difference, Keeps};
pub use lower::Build;
pub use model::{
    Action, Argument, Arguments, Assignment, Base, BaseFacts, BaseImages, Chmod, CopySource,
    CopyStep, HealthcheckConfig, ImageConfig, Model, ModelOptions, Network, Origin, ResolvedMount,
    RunStep, Sharing, Stage, StageId, StagePlatform, State, Step, User,
};
pub use platform::Platform;
pub use project::{Builder, NoOtherFiles, OtherBuilder, OutsideTarget, Place, ProjectFacts};
pub use reach::{Point, Reach};
pub use reference::ImageReference;
pub use taken::{Taken, taken};
pub use value::Value;
