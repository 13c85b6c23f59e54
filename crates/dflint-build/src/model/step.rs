//! What one instruction of a stage does, expanded and resolved.

use std::cell::OnceCell;
use std::rc::Rc;

use dflint_parser::{Command, CommandLine, HealthTest, Instruction, Mount, MountKind, Text};
use dflint_shell::{Script, Shell};

use crate::value::Value;

use super::image::HealthcheckConfig;
use super::stage::Origin;
use super::state::State;

/// One step of a stage.
#[derive(Debug)]
pub struct Step<'a> {
    /// The instruction; for a trigger the inner one of `ONBUILD`.
    pub instruction: &'a Instruction<'a>,
    /// Position of the instruction in the file (`Dockerfile::instructions`); for a trigger that
    /// of its `ONBUILD`.
    pub index: usize,
    /// Whether this is a trigger of the stage this one is based on.
    pub is_trigger: bool,
    /// What holds before it.
    pub state: State,
    /// What it does.
    pub action: Action<'a>,
    /// Read when first asked for.
    pub(super) script: OnceCell<Option<Script<'a>>>,
}

impl<'a> Step<'a> {
    /// What `RUN`, `CMD`, `ENTRYPOINT` or `HEALTHCHECK` executes, read once and kept; `None` for
    /// other instructions and for `HEALTHCHECK NONE`.
    #[must_use]
    pub fn script(&self) -> Option<&Script<'a>> {
        self.script.get_or_init(|| self.read_script()).as_ref()
    }

    fn read_script(&self) -> Option<Script<'a>> {
        let line = match &self.instruction.command {
            Command::Run(run) => {
                let shell = self.state.script_shell();
                return Some(Script::of_run(run, &self.instruction.heredocs, &shell));
            }
            Command::Cmd(line) | Command::Entrypoint(line) => line,
            Command::Healthcheck(check) => match &check.test {
                HealthTest::Cmd(line) => line,
                HealthTest::None => return None,
            },
            _ => return None,
        };
        Some(Script::of_command_line(line, &self.state.script_shell()))
    }
}

impl State {
    /// The shell that scripts are read with.
    fn script_shell(&self) -> Shell {
        let words = self.shell_or_default();
        Shell::from_words(words.iter().map(Value::as_str))
    }
}

/// What a step does.
#[derive(Debug)]
pub enum Action<'a> {
    /// `ARG`.
    Arg(Vec<Argument>),
    /// `ENV`.
    Env(Vec<Assignment>),
    /// `LABEL`.
    Label(Vec<Assignment>),
    /// `RUN`.
    Run(Box<RunStep<'a>>),
    /// `COPY` and `ADD`.
    Copy(Box<CopyStep>),
    /// `CMD`: the words, the shell included.
    Cmd(Rc<[Value]>),
    /// `ENTRYPOINT`: the words, the shell included.
    Entrypoint(Rc<[Value]>),
    /// `WORKDIR`.
    Workdir {
        /// The word, expanded.
        written: Value,
        /// The directory it comes to, absolute, with slashes.
        path: Value,
    },
    /// `USER`, expanded.
    User(Value),
    /// `VOLUME`, expanded.
    Volume(Vec<Value>),
    /// `EXPOSE`: each word expanded.
    Expose(Vec<Value>),
    /// `STOPSIGNAL`, expanded.
    Stopsignal(Value),
    /// `SHELL`: the words.
    Shell(Rc<[Value]>),
    /// `HEALTHCHECK`.
    Healthcheck(Rc<HealthcheckConfig>),
    /// `MAINTAINER`.
    Maintainer(Value),
    /// `ONBUILD`: the trigger as BuildKit keeps it.
    Onbuild(Rc<str>),
    /// BuildKit refuses the instruction; see [`Model::errors`](crate::Model::errors) and
    /// `Dockerfile::errors`.
    Invalid,
}

/// One word of `ARG`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Argument {
    /// The name.
    pub name: Rc<str>,
    /// What it is worth here: from the command line, the default, or the global argument of the
    /// same name; `None` where nothing gives it a value.
    pub value: Option<Value>,
}

/// One `key=value` of `ENV` or `LABEL`, expanded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The key.
    pub key: Value,
    /// The value.
    pub value: Value,
    /// Variables of key or value that are not set.
    pub unmatched: Vec<String>,
}

/// `RUN`.
#[derive(Debug)]
pub struct RunStep<'a> {
    /// The command line as written; heredocs are in the instruction.
    pub command: &'a CommandLine<'a>,
    /// What is executed: the shell and the script, or the words of the JSON form.
    pub args: Vec<Value>,
    /// The script file that a heredoc with `#!` becomes: its name and contents.
    pub script_file: Option<(Rc<str>, Rc<str>)>,
    /// The mounts in order.
    pub mounts: Vec<ResolvedMount<'a>>,
    /// `--network`, lower case.
    pub network: Network,
    /// Whether `--security=insecure` is given.
    pub insecure: bool,
    /// `--device` as written.
    pub devices: Vec<String>,
}

/// `--network` of a `RUN`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Network {
    /// The build's own.
    #[default]
    Default,
    /// None.
    None,
    /// The host's.
    Host,
}

/// A mount with everything resolved.
#[derive(Debug)]
pub struct ResolvedMount<'a> {
    /// As written.
    pub mount: &'a Mount<'a>,
    /// The type, expanded.
    pub kind: MountKind,
    /// Where it appears: absolute and cleaned. For a secret that is only a variable, and for an
    /// SSH agent without a place of its own, `None`.
    pub target: Option<Value>,
    /// What is mounted from.
    pub from: Origin,
    /// The path inside `from`, absolute; `/` is all of it.
    pub source: Value,
    /// The cache's, secret's or agent's name. A cache without one has its target as written.
    pub id: Option<Value>,
    /// How builds share the cache.
    pub sharing: Sharing,
    /// Whether it cannot be written.
    pub read_only: bool,
    /// `uid`.
    pub uid: Option<u64>,
    /// `gid`.
    pub gid: Option<u64>,
    /// `mode`.
    pub mode: Option<u64>,
    /// The variable that holds a secret.
    pub env: Option<Value>,
    /// Whether a secret or agent must be there.
    pub required: bool,
    /// Size of a tmpfs in bytes; 0 for no limit.
    pub size: i64,
    /// Fields that hold something unknown, in order, with their values.
    pub unknown: Vec<(String, Value)>,
}

/// How builds that run at the same time share a cache mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sharing {
    /// All at once.
    #[default]
    Shared,
    /// One of their own each.
    Private,
    /// One after the other.
    Locked,
}

/// `COPY` or `ADD`.
#[derive(Debug)]
pub struct CopyStep {
    /// Whether it is `ADD`.
    pub is_add: bool,
    /// Where local sources come from.
    pub from: Origin,
    /// The sources in order, heredocs last.
    pub sources: Vec<CopySource>,
    /// The destination in the image: absolute; a slash at the end is kept.
    pub destination: Value,
    /// `--chown`, expanded.
    pub chown: Option<Value>,
    /// `--chmod`, expanded.
    pub chmod: Option<Chmod>,
    /// `--link`.
    pub link: bool,
    /// `--parents`.
    pub parents: bool,
    /// `--exclude`.
    pub exclude: Vec<String>,
    /// `--unpack`; where absent `ADD` unpacks local archives.
    pub unpack: Option<bool>,
}

/// One source of `COPY` or `ADD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CopySource {
    /// A path or pattern.
    Path {
        /// Expanded, as written.
        written: Value,
        /// Absolute inside the context, stage or image, cleaned; a slash at the end is kept.
        path: Value,
    },
    /// A file on the web.
    Http {
        /// The address.
        url: Value,
        /// The name it gets.
        file_name: String,
        /// `--checksum`.
        checksum: Option<String>,
    },
    /// A Git repository.
    Git(Box<crate::git::GitSource>),
    /// A heredoc.
    Heredoc {
        /// The file's name.
        name: Value,
        /// What it holds, expanded.
        contents: Value,
    },
}

/// `--chmod`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chmod {
    /// Octal.
    Octal(u32),
    /// Symbolic (`u+x`).
    Symbolic(String),
    /// It depends on something unknown.
    Unknown(Value),
}

impl<'a> RunStep<'a> {
    /// The text handed to a shell, where the command is not in JSON form.
    #[must_use]
    pub fn shell_text(&self) -> Option<&'a Text<'a>> {
        match self.command {
            CommandLine::Shell(text) => Some(text),
            CommandLine::Exec(_) => None,
        }
    }
}
