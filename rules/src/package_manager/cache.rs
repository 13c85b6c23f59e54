//! Where package managers keep their caches, and what moves, disables or empties them.

use super::Action;

/// A flag without which a mounted cache keeps nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MountFlag {
    /// The words to add after the subcommand.
    pub flag: &'static str,
    /// The commands that need it; empty: all of the manager's.
    pub commands: &'static [&'static str],
}

/// A directory worth mounting (or one that must not be).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cache {
    /// What it holds, one word; names it within the manager.
    pub name: &'static str,
    /// Where it is when nothing moves it: a [template](crate::package_manager#templates).
    pub path: &'static str,
    /// Where it is for root, when that differs.
    pub root_path: Option<&'static str>,
    /// Where the files go while the directory is not there: a mount leaves that place empty.
    pub instead_of: Option<&'static str>,
    /// The default place holds only on base images that list the manager.
    pub only_on_known_base: bool,
    /// Flags that move it; they win over the environment.
    pub flags: &'static [Move],
    /// Environment variables that move it; the first one set wins.
    pub env: &'static [Move],
    /// How a mount of it is shared between builds running at once.
    pub sharing: Sharing,
    /// When a mount of it is right.
    pub class: CacheClass,
    /// Whether its content depends on the processor architecture without saying so in its names.
    pub per_platform: bool,
    /// Whether it holds what was compiled, nothing that was downloaded.
    pub compiled: bool,
    /// Whether every build reads what earlier commands put there, and downloads what is not there.
    pub read_by_builds: bool,
    /// The actions that use it; empty: all that download or build.
    pub only_for: &'static [Action],
    /// The commands that use it; empty: all of the manager's.
    pub only_commands: &'static [&'static str],
    /// A mount is right only where the same `RUN` fetches the package index.
    pub only_with_update: bool,
    /// Whether the fix adds it; otherwise it is known, and mounted only by hand.
    pub offered: bool,
}

/// A flag or variable that moves a cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// The flag (with dashes) or the variable.
    pub name: &'static str,
    /// Where the cache then is: a [template](crate::package_manager#templates) with `{value}`.
    pub path: &'static str,
}

/// `sharing=` of a cache mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Sharing {
    Shared,
    Locked,
}

impl Sharing {
    /// The value of `sharing=`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shared => "shared",
            Self::Locked => "locked",
        }
    }
}

/// When a mount of a cache is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CacheClass {
    /// S: nothing but downloads and compiled copies; what is installed lives elsewhere.
    Safe,
    /// C: later steps read it; every one of them needs the mount too.
    Chain,
    /// R: the running container needs it; a mount is never right.
    Runtime,
    /// X: a mount can give wrong results; only a person may decide.
    Stale,
}

/// A flag that switches the cache off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DisablingFlag {
    /// The flag with its dashes.
    pub flag: &'static str,
    /// What takes its place once a mount works; `None`: it is dropped.
    pub with_mount: Option<&'static str>,
}

/// A test of an environment variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Condition {
    /// The variable.
    pub env: &'static str,
    /// What its value must be.
    pub test: EnvTest,
}

/// What the value of a variable must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EnvTest {
    /// Anything, empty included.
    Set,
    /// Anything but empty.
    NonEmpty,
    /// Anything but empty, `0`, `false`, `no`, `off`, `n`, `f` (in any case).
    Truthy,
    /// Exactly this.
    Equals(&'static str),
    /// It holds this among its space-separated words.
    HasWord(&'static str),
}

/// What a cache mount needs besides flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MountNeed {
    /// `/etc/apt/apt.conf.d/docker-clean`, where the base image has it, must be set aside.
    DockerCleanAside,
    /// A fresh index must be asked for, since the mounted one may be old.
    FreshIndex,
}

/// Circumstances under which a cache mount is wrong: a flag or variable has this value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusal {
    /// The flag with its dashes; empty when a variable decides.
    pub flag: &'static str,
    /// The variable; empty when a flag decides.
    pub env: &'static str,
    /// The value that makes the mount wrong; empty: any.
    pub value: &'static str,
    /// Why, a clause for the message.
    pub reason: &'static str,
}

/// A command of the manager that empties caches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleanup {
    /// The words after the command and its global options.
    pub words: &'static str,
    /// Flags of which one must be there; empty: no matter.
    pub flags: &'static [&'static str],
    /// The [caches](Cache::name) that it empties.
    pub caches: &'static [&'static str],
    /// Whether it does nothing else, so that a working mount of all of them makes it pointless.
    pub only_caches: bool,
}

/// A configuration file that may move the cache or switch it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigFile {
    /// The name of the file, or its path from the project directory.
    pub file: &'static str,
    /// The setting that matters, as the file spells it.
    pub key: &'static str,
    /// The value that matters; empty: any.
    pub value: &'static str,
}

/// A file that makes one project of the folders below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RootFile {
    /// Its name.
    pub file: &'static str,
    /// The text that it must hold; empty where it is enough that it is there.
    pub holds: &'static str,
}

/// What happens when the cache directory cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unwritable {
    /// The command fails.
    Fails,
    /// The command goes on without a cache.
    GoesOn,
}

/// A directory that the running container needs and a cache mount would take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RuntimePath {
    /// The directory: a [template](crate::package_manager#templates).
    pub path: &'static str,
    /// The variable that moves it.
    pub env: Option<&'static str>,
    /// What it holds.
    pub holds: &'static str,
}
