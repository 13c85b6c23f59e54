//! What BuildKit refuses when it turns instructions into operations.

use dflint_parser::Span;

use crate::expand::ExpandError;
use crate::git::GitError;
use crate::model::{StageId, mount, signal};
use crate::platform::PlatformError;
use crate::reference::ReferenceError;

/// A conversion error and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConversionError {
    /// What is wrong.
    pub kind: ErrorKind,
    /// The bytes at fault.
    pub span: Span,
    /// First line of the instruction, counted from 1.
    pub line: u32,
    /// The stage whose conversion fails; `None` where every build of the file fails.
    pub stage: Option<StageId>,
}

impl ConversionError {
    /// Whether BuildKit meets it while it expands the words of the instruction, so that it gets to
    /// none of the words behind. It meets all other errors when every word is expanded.
    #[must_use]
    pub fn stops_expansion(&self) -> bool {
        matches!(
            self.kind,
            ErrorKind::Expand(_)
                | ErrorKind::MountNumber { .. }
                | ErrorKind::MountValue { .. }
                | ErrorKind::MountLacksValue(_)
                | ErrorKind::MountKey { .. }
                | ErrorKind::MountIncomplete(_)
        )
    }
}

/// What is wrong with an instruction that reads well.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum ErrorKind {
    #[error("there is nothing to build: a FROM must follow the arguments")]
    NoStages,
    #[error(transparent)]
    Expand(#[from] ExpandError),
    #[error("the base image `{0}` is empty: a build argument without a value or default")]
    BlankBase(String),
    #[error("`{name}` is not a usable base image: {error}")]
    BadReference { name: String, error: ReferenceError },
    #[error("`--platform={0}` expands to nothing")]
    EmptyPlatform(String),
    #[error("`--platform={written}`: {error}")]
    BadPlatform {
        written: String,
        error: PlatformError,
    },
    #[error("no stage is called `{name}`{suggestion}")]
    UnknownTarget { name: String, suggestion: String },
    #[error("there is no stage number {0}: stages are counted from 0")]
    UnknownStageIndex(i64),
    #[error("`--from` does not expand variables; declare a stage with FROM instead")]
    VariableInFrom,
    #[error("stages wait for each other in a circle: {0}")]
    CircularDependency(String),
    #[error("stage `{0}` is used before it is built; it must stand above")]
    UsedBeforeBuilt(String),
    #[error("`{0}` is no place for a mount")]
    MountTarget(String),
    #[error("the mount's `{key}` is `{value}`, which is not a number BuildKit accepts")]
    MountNumber { key: String, value: String },
    #[error(
        "the mount's `{key}` is `{value}`, which BuildKit does not know{}",
        mount::suggest_value(key, value)
    )]
    MountValue { key: String, value: String },
    #[error("the mount's `{0}` needs a value: {0}=…")]
    MountLacksValue(String),
    #[error(
        "a mount of type {kind} does not take `{key}`{}",
        mount::suggest_key(key)
    )]
    MountKey { kind: &'static str, key: String },
    #[error("the mount lacks `{0}`")]
    MountIncomplete(&'static str),
    #[error("`--chmod={0}` is neither an octal mode up to 07777 nor a symbolic one")]
    BadMode(String),
    #[error("`--checksum`: {0}")]
    BadChecksum(&'static str),
    #[error("COPY cannot fetch `{0}`; ADD can")]
    RemoteCopy(String),
    #[error("`{address}`: {error}")]
    BadGitSource { address: String, error: GitError },
    #[error("`--keep-git-dir` says otherwise than the address of the repository")]
    KeepGitDirMismatch,
    #[error("the port `{0}` is not `port[-port][/tcp|udp|sctp]`")]
    BadPort(String),
    #[error("`{0}` is not a signal{suggestion}", suggestion = signal::suggest(.0))]
    BadSignal(String),
    #[error("a volume's path is empty")]
    EmptyVolume,
    #[error("the directory `{0}` is not on drive C")]
    BadDrive(String),
    #[error("more ONBUILD triggers run in this file than dflint follows")]
    TooManyTriggers,
    #[error("RUN without a command")]
    EmptyRun,
}
