//! Build operations, as BuildKit's solver gets them.

use std::rc::Rc;

use crate::env::Env;
use crate::git::GitSource;
use crate::model::{Chmod, Network, Sharing};
use crate::platform::Platform;
use crate::value::Value;

/// An operation, by position in [`Build::ops`](super::Build::ops).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpId(pub usize);

/// The file system that an operation starts from; `None` is an empty one.
pub type Input = Option<OpId>;

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Op {
    /// Files from outside.
    Source(Source),
    /// A command.
    Exec(Box<ExecOp>),
    /// Changes of files without a command.
    File(FileOp),
    /// Layers put on top of each other (`--link`).
    Merge(Vec<Input>),
}

/// Where files come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An image.
    Image {
        /// The normalised reference, or what is known of it.
        name: Value,
        /// The platform, or what is known of it.
        platform: Value,
    },
    /// The build context.
    Context,
    /// A file on the web.
    Http {
        /// The address.
        url: Value,
        /// The name it gets.
        file_name: String,
        /// The digest it must have.
        checksum: Option<String>,
    },
    /// A Git repository.
    Git(GitSource),
}

/// A command that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecOp {
    /// The root file system.
    pub root: Input,
    /// The words.
    pub args: Vec<Value>,
    /// The variables.
    pub env: Env,
    /// The working directory.
    pub cwd: Value,
    /// `user[:group]`; empty for the image's own.
    pub user: Value,
    /// The network.
    pub network: Network,
    /// Whether it runs without confinement.
    pub insecure: bool,
    /// The platform, or what is known of it.
    pub platform: Value,
    /// The mounts besides the root, in BuildKit's order: by place; secrets and agents last.
    pub mounts: Vec<MountOp>,
    /// Secrets that are variables.
    pub secret_env: Vec<SecretEnv>,
    /// `--device` as written.
    pub devices: Vec<String>,
}

/// A mount of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountOp {
    /// Where it appears.
    pub destination: Value,
    /// What is mounted; `None` for an empty directory.
    pub input: Input,
    /// The path inside what is mounted; `None` for all of it.
    pub selector: Option<Value>,
    /// Whether it cannot be written.
    pub read_only: bool,
    /// What it is.
    pub kind: MountOpKind,
    /// Fields whose value is not known.
    pub unknown: Vec<(String, Value)>,
}

/// What a mount is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MountOpKind {
    /// Files of an input.
    Bind,
    /// A directory that outlives the build.
    Cache {
        /// BuildKit's name for it: `/` and the name or place.
        id: Value,
        /// How builds share it.
        sharing: Sharing,
    },
    /// A directory in memory.
    Tmpfs {
        /// Size in bytes; 0 for no limit.
        size: i64,
    },
    /// A secret.
    Secret(Access),
    /// An SSH agent's socket.
    Ssh(Access),
    /// A kind that is not known.
    Unknown,
}

/// A secret or an agent, and who can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Its name.
    pub id: Value,
    /// Owner.
    pub uid: u64,
    /// Group.
    pub gid: u64,
    /// Permission bits.
    pub mode: u64,
    /// Whether the build goes on without it.
    pub optional: bool,
}

/// A secret that is a variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretEnv {
    /// The secret's name.
    pub id: Value,
    /// The variable.
    pub name: Value,
    /// Whether the build goes on without it.
    pub optional: bool,
}

/// Changes of files without a command; each action works on what the one before left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileOp {
    /// What the first action works on.
    pub base: Input,
    /// The actions in order.
    pub actions: Vec<FileAction>,
}

/// One change of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileAction {
    /// A directory is made.
    MakeDirectory {
        /// Where.
        path: Value,
        /// Permission bits.
        mode: u32,
        /// Whether the directories above it are made too.
        parents: bool,
        /// Whose it is; `None` for root's.
        owner: Option<Owner>,
    },
    /// A file is made.
    MakeFile {
        /// Where.
        path: Value,
        /// Permission bits.
        mode: u32,
        /// What it holds.
        contents: Value,
    },
    /// Files are copied.
    Copy(Box<CopyAction>),
}

/// Files that are copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyAction {
    /// Where they come from.
    pub from: Input,
    /// Path or pattern there, absolute but for a file from the web.
    pub source: Value,
    /// Where they go.
    pub destination: Value,
    /// Permission bits; `None` for those they have.
    pub mode: Option<Chmod>,
    /// Whose they are; `None` for root's.
    pub owner: Option<Owner>,
    /// Patterns that are left out.
    pub exclude: Rc<[String]>,
    /// Patterns that restrict what is copied (`--parents`).
    pub include: Vec<Value>,
    /// Paths that must be there (`--parents` without wildcards).
    pub required: Vec<Value>,
    /// Whether archives are unpacked.
    pub unpack: bool,
    /// Whether the source is a path of the context, a stage or an image: then links are followed,
    /// the contents of directories are copied, and patterns may match nothing.
    pub is_local: bool,
}

/// A user and perhaps a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub user: Identity,
    /// The group, where one is given.
    pub group: Option<Identity>,
}

/// A user or group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Identity {
    /// By number.
    Number(u32),
    /// By a name of the image that is changed.
    Name(Value),
}

impl Owner {
    /// Reads `user[:group]` as `llb.WithUser` does.
    pub(super) fn parse(value: &Value) -> Self {
        let Some(text) = value.to_known() else {
            return Self {
                user: Identity::Name(value.clone()),
                group: None,
            };
        };
        let (user, group) = match text.split_once(':') {
            Some((user, group)) => (user, Some(group)),
            None => (text, None),
        };
        Self {
            user: Identity::parse(user),
            group: group.map(Identity::parse),
        }
    }
}

impl Identity {
    fn parse(text: &str) -> Self {
        let number = match text {
            "root" | "" => Some(0),
            text => text.parse::<i32>().ok(),
        };
        match number {
            Some(number) => Self::Number(number.cast_unsigned()),
            None => Self::Name(text.into()),
        }
    }
}

/// What is known of a stage's platform, as text.
pub(super) fn platform_value(platform: &Platform) -> Value {
    platform.to_string().into()
}

/// The platform that commands run on: a stage's in its normal form. Only images are asked for in
/// the form that is written.
pub(super) fn normalized(platform: &Value) -> Value {
    let known = platform.to_known().map(Platform::parse);
    match known {
        Some(Ok(parsed)) => platform_value(&parsed.normalized()),
        _ => platform.clone(),
    }
}
