//! Package managers: how they are called, where they keep their caches, what they read.
//!
//! The table is `data/package-managers.toml`; `data/README.md` documents its keys.
//!
//! # Templates
//!
//! Paths begin with `/`, `{home}` (the home directory of the user who runs the command),
//! `{project}` (the directory it runs in), `{value}` (the value of the flag or variable) or
//! `{value:first}` (its first element, when it is a list of paths separated by `:`).

mod cache;
mod copy_order;
mod lookup;

pub use cache::{
    Cache, CacheClass, Cleanup, Condition, ConfigFile, DisablingFlag, EnvTest, MountFlag,
    MountNeed, Move, Refusal, RootFile, RuntimePath, Sharing, Unwritable,
};
pub use copy_order::{ByHand, CopyOrder, Stop, TwoStep};
pub use lookup::{
    is_launcher, manager_of_module, managers_in_code, managers_of_command, may_call_manager,
    package_manager, package_managers, runtime_paths, shortcut,
};

/// One package manager, or one of several that share a command name (see [`Variant`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackageManager {
    /// The name in messages and in base images' lists.
    pub name: &'static str,
    /// Whether it installs what belongs to the system, the project or neither.
    pub kind: ManagerKind,
    /// Command names, without directory. A trailing `#` stands for an optional version number:
    /// `pip#` is `pip`, `pip3` and `pip3.11`.
    pub commands: &'static [&'static str],
    /// Commands that stand for a command with a subcommand: `npx` for `npm exec`.
    pub shortcuts: &'static [Shortcut],
    /// Names under which `python -m NAME` runs it.
    pub modules: &'static [&'static str],
    /// Interpreters whose `-e` code calls it; its subcommands are then names of functions.
    pub interpreters: &'static [&'static str],
    /// Commands that run it when its name follows: `corepack yarn install`.
    pub launchers: &'static [&'static str],
    /// Whether it runs the command that follows its options, whose flags are not its own.
    pub runs_command: bool,
    /// What tells it from others with the same command; `None` when the command is its own.
    pub variant: Option<Variant>,
    /// Options in front of the subcommand that take the next word as value.
    pub global_options: &'static [&'static str],
    /// Options after the subcommand that take the next word as value.
    pub value_options: &'static [&'static str],
    /// What its subcommands do. The entry with the longest match holds.
    pub subcommands: &'static [Subcommand],
    /// Its caches.
    pub caches: &'static [Cache],
    /// Flags that switch the cache off.
    pub disabling_flags: &'static [DisablingFlag],
    /// Environment variables that switch the cache off.
    pub disabling_env: &'static [Condition],
    /// Flags without which a mounted cache keeps nothing; to be added with the mount.
    pub mount_flags: &'static [MountFlag],
    /// What a mount needs besides the flags.
    pub mount_needs: &'static [MountNeed],
    /// Flags under which it must find everything in place (nothing may have gone to a mount
    /// that this step lacks); one with a `=` is the whole word, also where it is no flag.
    pub offline_flags: &'static [&'static str],
    /// Environment variables that do the same.
    pub offline_env: &'static [Condition],
    /// Words that make a call put into the cache what no registry has; also the part of a word
    /// behind its last `:`.
    pub publishes: &'static [&'static str],
    /// Flags that say where to download from, or with which credentials.
    pub source_flags: &'static [&'static str],
    /// Circumstances under which a cache mount is wrong.
    pub refusals: &'static [Refusal],
    /// Commands of its own that empty caches.
    pub cleanups: &'static [Cleanup],
    /// Files of project, home or system that may move or switch off the cache.
    pub config_files: &'static [ConfigFile],
    /// Files in folders above the project's own that take part in an installation.
    pub roots_above: &'static [RootFile],
    /// What it does when the cache directory cannot be written.
    pub unwritable: Unwritable,
    /// What it creates in the project directory, relative to it.
    pub outputs: &'static [&'static str],
    /// What it must find before it can install, for the order of `COPY`; one entry for each way
    /// of installing.
    pub copy_orders: &'static [CopyOrder],
    /// Flags and clean-ups of system package managers.
    pub system: Option<SystemFacts>,
}

/// What a manager installs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ManagerKind {
    /// Packages of the distribution.
    System,
    /// A project's dependencies or tools of a language.
    Language,
    /// It compiles or builds; what it keeps are results.
    Build,
}

/// What tells one manager from others that have the same command name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variant {
    /// Files of the project that show it is this one.
    pub files: &'static [&'static str],
    /// Files of the project that show it is not.
    pub not_files: &'static [&'static str],
    /// `packageManager` of package.json shows it from this major version on; `yarn@2` …
    pub from_major: Option<u32>,
    /// … and below this one.
    pub below_major: Option<u32>,
    /// The base images' lists of package managers tell it by its name.
    pub by_base_image: bool,
    /// Subcommands that only this one has, several words joined by a space.
    pub subcommands: &'static [&'static str],
}

/// A command that stands for another with a subcommand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortcut {
    /// The command's name.
    pub command: &'static str,
    /// The subcommand it implies.
    pub words: &'static str,
}

/// A subcommand and what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subcommand {
    /// The words after the command and its global options, separated by one space. Empty: the
    /// bare command. A trailing `*` matches the rest of a word; `*` alone matches anything, also
    /// nothing.
    pub words: &'static str,
    /// What it does.
    pub action: Action,
}

/// What a subcommand does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Downloads and installs.
    Install,
    /// Downloads without installing.
    Download,
    /// Downloads what is missing and compiles or runs build steps.
    Build,
    /// Downloads what is missing and runs it.
    Run,
    /// Fetches the package index.
    UpdateIndex,
    /// Installs newer versions.
    Upgrade,
    /// Resolves and writes a lock file.
    Lock,
    /// Removes packages.
    Remove,
    /// Empties caches.
    Clean,
    /// Changes its own configuration, perhaps the cache's place.
    Configure,
}

/// What rules about system package managers need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SystemFacts {
    /// Flags that answer every prompt with yes, the usual one first.
    pub assume_yes: &'static [&'static str],
    /// The flag that leaves out recommended packages.
    pub no_recommends: Option<&'static str>,
    /// The subcommand that fetches the package index, where installing needs one first.
    pub update: Option<&'static str>,
    /// The command that leaves no cache behind.
    pub cleanup: Option<&'static str>,
    /// Directories of downloaded indexes and packages in an image without mounts.
    pub leftovers: &'static [&'static str],
    /// What separates name and version in a package word.
    pub version_separators: &'static [&'static str],
}
