//! What holds at one point of a stage.

use std::rc::Rc;

use crate::env::Env;
use crate::path::PathStyle;
use crate::platform::Platform;
use crate::reference::ImageReference;
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
    /// The platform of the image.
    pub(super) platform: Rc<Platform>,
    /// Whether `WORKDIR` was used in this file.
    pub(super) workdir_set: bool,
    /// Whether `env` lists what the image's configuration lists, in the same order.
    env_is_images: bool,
}

/// Arguments that steer BuildKit itself and are not handed to commands.
const NOT_IN_ENV: [&str; 2] = ["BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE"];

/// Where commands are looked up when nothing else is said.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What is known of the image that a chain of stages stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BaseFacts {
    /// `scratch`: nothing is there.
    Scratch,
    /// Base images are taken to set nothing.
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

impl BaseFacts {
    pub(super) fn of(_reference: &ImageReference) -> Self {
        Self::Unknown
    }
}

impl State {
    /// What holds on top of an image (or of nothing).
    pub(super) fn at_base(base: BaseFacts, platform: Platform) -> Self {
        let unknown = base == BaseFacts::Unknown;
        let mut env = if unknown { Env::open() } else { Env::default() };
        if !unknown && !platform.is_windows() && env.get("PATH").is_none() {
            env.set("PATH", DEFAULT_PATH.into());
        }
        let or_unknown = |what: &str| match base {
            BaseFacts::Unknown => Value::unresolved(what),
            BaseFacts::Scratch | BaseFacts::Empty => Value::default(),
        };
        let workdir = match base {
            BaseFacts::Scratch => "/".into(),
            _ => or_unknown("<workdir of the base image>"),
        };
        let image = ImageConfig {
            env: env.clone(),
            user: or_unknown("<user of the base image>"),
            workdir: workdir.clone(),
            ..ImageConfig::default()
        };
        let workdir = match base {
            BaseFacts::Scratch | BaseFacts::Empty => "/".into(),
            BaseFacts::Unknown => workdir,
        };
        Self {
            env,
            args: Env::default(),
            image,
            workdir,
            base,
            platform: Rc::new(platform),
            workdir_set: false,
            env_is_images: true,
        }
    }

    /// `ENV` of one variable.
    pub(super) fn set_env(&mut self, name: &str, value: &Value) {
        self.env_is_images &= self.env.get(name).is_none();
        self.env.set(name, value.clone());
        self.image.env.set(name, value.clone());
    }

    /// `ARG` of one variable.
    pub(super) fn set_arg(&mut self, name: &str, value: Option<&Value>) {
        self.args.set(name, value.cloned().unwrap_or_default());
        if let Some(value) = value.filter(|_| !NOT_IN_ENV.contains(&name)) {
            self.env_is_images = false;
            self.env.set(name, value.clone());
        }
    }

    /// What a stage based on this one begins with: triggers are not handed on.
    pub(super) fn inherited(&self) -> Self {
        let mut state = self.clone();
        state.image.on_build = Rc::default();
        if self.env_is_images {
            return state;
        }
        // BuildKit sets the variables of ENV once more, which beat arguments of the same name.
        for variable in self.image.env.in_introduction_order() {
            state.env.set(&variable.name, variable.value.clone());
        }
        state
    }

    /// The platform of the image.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.platform
    }

    pub(super) fn path_style(&self) -> PathStyle {
        PathStyle {
            windows: self.platform.is_windows(),
        }
    }

    /// What runs commands that are not in JSON form.
    pub(super) fn shell_or_default(&self) -> Vec<Value> {
        match self.shell() {
            Some(words) if !words.is_empty() => words.to_vec(),
            _ if self.platform.is_windows() => ["cmd", "/S", "/C"].map(Value::from).to_vec(),
            _ => ["/bin/sh", "-c"].map(Value::from).to_vec(),
        }
    }

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

    /// The working directory: absolute, with slashes; one at the end stays, as in BuildKit.
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
