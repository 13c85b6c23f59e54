//! What holds at one point of a stage.

use std::rc::Rc;

use crate::env::Env;
use crate::value::Value;

use super::image::ImageConfig;

/// What holds at one point of a stage: just before a step, or at its end.
///
/// Cheap to copy: what does not change is shared.
#[derive(Debug, Clone)]
pub struct State {
    /// Variables that commands see: the base image's, `ENV`, and every `ARG` with a value.
    pub(super) env: Env,
    /// Arguments declared in this stage or those it is based on; without a value an empty one.
    pub(super) args: Env,
    /// The image's configuration so far.
    pub(super) image: ImageConfig,
    /// The working directory, absolute, with slashes.
    pub(super) workdir: Value,
    /// What the table knows of the image at the bottom.
    pub(super) base: BaseFacts,
    /// Whether `WORKDIR` was used in this file.
    pub(super) workdir_set: bool,
}

/// What is known of the image that a chain of stages stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaseFacts {
    /// `scratch`, or base images are taken to be empty: nothing is set.
    Empty,
    /// Nothing is known.
    Unknown,
}

/// The user that commands run as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// `user[:group]` as the last `USER` or the base image says; empty means root.
    pub value: Value,
    /// The numeric user, where it is known.
    pub uid: Option<u32>,
    /// The numeric group, where it is known.
    pub gid: Option<u32>,
    /// The home directory, where it is known.
    pub home: Option<Rc<str>>,
}

impl User {
    /// Whether it is certainly root.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.uid == Some(0)
    }
}

impl State {
    /// Variables that commands see: the base image's, `ENV`, and every `ARG` with a value.
    #[must_use]
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// Whether an argument of this name is declared in this stage or those it is based on.
    #[must_use]
    pub fn has_arg(&self, name: &str) -> bool {
        self.args.get(name).is_some()
    }

    /// The image's configuration so far.
    #[must_use]
    pub fn image(&self) -> &ImageConfig {
        &self.image
    }

    /// The working directory: absolute, cleaned, with slashes.
    #[must_use]
    pub fn workdir(&self) -> &Value {
        &self.workdir
    }

    /// Whether this file set a working directory.
    #[must_use]
    pub fn is_workdir_set(&self) -> bool {
        self.workdir_set
    }

    /// What the table knows of the image at the bottom.
    #[must_use]
    pub fn base(&self) -> BaseFacts {
        self.base
    }

    /// The words of `SHELL`, or `None` while the default holds.
    #[must_use]
    pub fn shell(&self) -> Option<&[Value]> {
        self.image.shell.as_deref()
    }
}
