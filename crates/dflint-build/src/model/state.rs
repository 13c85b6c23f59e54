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
    /// Whether `env` ends with what the image's configuration lists, in the same order.
    env_ends_with_images: bool,
    /// The variables of the image's configuration that an `ARG` of this stage has hidden; their
    /// values do not count.
    hidden: Env,
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
            env_ends_with_images: true,
            hidden: Env::default(),
        }
    }

    /// `ENV` of one variable.
    pub(super) fn set_env(&mut self, name: &str, value: &Value) {
        self.env_ends_with_images &= self.image.env.get(name).is_none();
        self.env.set(name, value.clone());
        self.image.env.set(name, value.clone());
    }

    /// `ARG` of one variable.
    pub(super) fn set_arg(&mut self, name: &str, value: Option<&Value>) {
        self.args.set(name, value.cloned().unwrap_or_default());
        if let Some(value) = value.filter(|_| !NOT_IN_ENV.contains(&name)) {
            self.env_ends_with_images = false;
            self.env.set(name, value.clone());
            if self.image.env.get(name).is_some() {
                self.hidden.set(name, Value::default());
            }
        }
    }

    /// What a stage based on this one begins with: triggers are not handed on, and BuildKit sets
    /// the variables of `ENV` once more, which beat arguments of the same name. That moves them
    /// all behind the arguments; where `reorder` is false only those that were hidden are set.
    pub(super) fn inherited(&self, reorder: bool) -> Self {
        let mut state = self.clone();
        state.image.on_build = Env::default();
        state.hidden = Env::default();
        if self.env_ends_with_images {
            return state;
        }
        let set_again = if reorder {
            &self.image.env
        } else {
            &self.hidden
        };
        for variable in set_again.in_introduction_order() {
            if let Some(value) = self.image.env.get(&variable.name) {
                state.env.set(&variable.name, value.clone());
            }
        }
        state.env_ends_with_images = reorder;
        state
    }

    /// How many variables [`State::inherited`] sets again to keep BuildKit's order.
    pub(super) fn set_again(&self) -> usize {
        match self.env_ends_with_images {
            true => 0,
            false => self.image.env.len(),
        }
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
