//! What holds at one point of a stage.

use std::rc::Rc;

use crate::env::{Env, Lookup, Variables};
use crate::path::PathStyle;
use crate::platform::Platform;
use crate::value::Value;

use super::base::BaseFacts;
use super::image::ImageConfig;
use super::user::User;

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

impl State {
    /// What holds on top of an image (or of nothing).
    pub(super) fn at_base(base: BaseFacts, mut platform: Platform) -> Self {
        if base.is_windows() {
            "windows".clone_into(&mut platform.os);
        }
        let mut env = base.env();
        if !env.is_open() && !platform.is_windows() && env.get("PATH").is_none() {
            env.set("PATH", DEFAULT_PATH.into());
        }
        let image = ImageConfig {
            env: env.clone(),
            user: base.user(),
            workdir: base.workdir(),
            ..ImageConfig::default()
        };
        let workdir = match image.workdir.as_str() {
            "" => "/".into(),
            _ => image.workdir.clone(),
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

    /// The user that commands run as.
    #[must_use]
    pub fn user(&self) -> User {
        User::of(&self.image.user, self.base)
    }

    /// The home directory that commands see, where it is known: `HOME`, or else the user's own.
    #[must_use]
    pub fn home(&self) -> Option<Rc<str>> {
        match self.env.lookup("HOME") {
            Lookup::Set(value) => value.to_known().map(Rc::from),
            Lookup::Unset => self.user().home,
            Lookup::Unknown => None,
        }
    }

    /// The words of `SHELL`, or `None` while the default holds.
    #[must_use]
    pub fn shell(&self) -> Option<&[Value]> {
        self.image.shell.as_deref()
    }
}
