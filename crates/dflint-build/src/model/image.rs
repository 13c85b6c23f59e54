//! The configuration of the image that a stage makes.

use std::rc::Rc;

use crate::env::Env;
use crate::value::Value;

/// The configuration of an image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImageConfig {
    /// `ENV`, base image included.
    pub env: Env,
    /// `LABEL`.
    pub labels: Env,
    /// `VOLUME`: the paths are the names, the values are empty.
    pub volumes: Env,
    /// `EXPOSE`: `port/protocol` are the names, the values are empty.
    pub exposed_ports: Env,
    /// `USER` as written; empty where not set.
    pub user: Value,
    /// `WORKDIR` in the image's own notation; empty where not set.
    pub workdir: Value,
    /// `ENTRYPOINT`, the shell included.
    pub entrypoint: Option<Rc<[Value]>>,
    /// `CMD`, the shell included.
    pub cmd: Option<Rc<[Value]>>,
    /// Whether `CMD` was set in this file: BuildKit then says that arguments are escaped.
    pub args_escaped: bool,
    /// `SHELL`.
    pub shell: Option<Rc<[Value]>>,
    /// `HEALTHCHECK`.
    pub healthcheck: Option<Rc<HealthcheckConfig>>,
    /// `STOPSIGNAL`; empty where not set.
    pub stop_signal: Value,
    /// `ONBUILD`: the triggers of this stage as written are the values, their numbers from 0 the
    /// names.
    pub on_build: Env,
    /// `MAINTAINER`; empty where not set.
    pub author: Value,
}

/// `HEALTHCHECK` as the image's configuration holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthcheckConfig {
    /// `NONE`, or `CMD` and words, or `CMD-SHELL` and a command line.
    pub test: Vec<String>,
    /// In nanoseconds; 0 where not set.
    pub interval: i64,
    /// In nanoseconds; 0 where not set.
    pub timeout: i64,
    /// In nanoseconds; 0 where not set.
    pub start_period: i64,
    /// In nanoseconds; 0 where not set.
    pub start_interval: i64,
    /// 0 where not set.
    pub retries: i64,
}
