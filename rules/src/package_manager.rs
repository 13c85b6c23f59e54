//! Package managers: how they are called, where they keep their caches, what they read.
//!
//! The table is `data/package-managers.toml`; `data/README.md` documents its keys.
//!
//! # Templates
//!
//! Paths begin with `/`, `{home}` (the home directory of the user who runs the command),
//! `{project}` (the directory it runs in), `{value}` (the value of the flag or variable) or
//! `{value:first}` (its first element, when it is a list of paths separated by `:`).

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
    /// that this step lacks).
    pub offline_flags: &'static [&'static str],
    /// Circumstances under which a cache mount is wrong.
    pub refusals: &'static [Refusal],
    /// Commands of its own that empty caches.
    pub cleanups: &'static [Cleanup],
    /// Files of project, home or system that may move or switch off the cache.
    pub config_files: &'static [ConfigFile],
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
}

/// A command that stands for another with a subcommand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shortcut {
    /// The command's name.
    pub command: &'static str,
    /// The subcommand it implies.
    pub words: &'static str,
}

/// A flag without which a mounted cache keeps nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MountFlag {
    /// The words to add after the subcommand.
    pub flag: &'static str,
    /// The commands that need it; empty: all of the manager's.
    pub commands: &'static [&'static str],
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

/// A directory worth mounting (or one that must not be).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cache {
    /// What it holds, one word; names it within the manager.
    pub name: &'static str,
    /// Where it is when nothing moves it: a [template](crate::package_manager#templates).
    pub path: &'static str,
    /// Where it is for root, when that differs.
    pub root_path: Option<&'static str>,
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
    /// Whether a real build has shown it (docs/evidence.md).
    pub proven: bool,
    /// Whether its content depends on the processor architecture without saying so in its names.
    pub per_platform: bool,
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
}

/// What happens when the cache directory cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unwritable {
    /// The command fails.
    Fails,
    /// The command goes on without a cache.
    GoesOn,
}

/// What a manager must find before it can install.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyOrder {
    /// The subcommands that this is about.
    pub subcommands: &'static [&'static str],
    /// Files that must all be there (`*` as in `COPY`).
    pub needs: &'static [&'static str],
    /// Files of which one must be there; empty: no matter.
    pub needs_one: &'static [&'static str],
    /// Flags whose values name needed files.
    pub needs_from: &'static [&'static str],
    /// Files and folders to copy along when the context has them.
    pub optional: &'static [&'static str],
    /// What makes a new order wrong.
    pub stops: &'static [Stop],
    /// The two-step installation that the manager needs for it.
    pub two_step: Option<TwoStep>,
    /// Whether the new order is safe once the context proves that it can be had. Otherwise the
    /// installation can run code of the project, and a person decides.
    pub safe: bool,
}

/// An installation in two steps: dependencies first, the project later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoStep {
    /// Flags that the first step gets.
    pub first_flags: &'static [&'static str],
    /// The command after the sources arrived: `{}` stands for the first one as it was.
    pub then: &'static str,
}

/// What makes a new order of `COPY` and installation wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// The manifest has workspace members with manifests of their own.
    Workspaces,
    /// package.json has install scripts that read the project.
    InstallScripts,
    /// Dependencies lie in the project (`file:`, `link:`, `path =`, `-e ./pkg`).
    LocalDependencies,
    /// The project itself is installed (`.`, `-e .`, `pip install ./`).
    InstallsProject,
    /// The requirements include further files that cannot all be read.
    UnseenIncludes,
    /// A package folder inside the context (`--find-links`, `--no-index`).
    LocalIndex,
    /// `binding.gyp` stands beside package.json: the installation compiles the project.
    NativeAddon,
    /// `replace` in go.mod points at a folder.
    LocalReplace,
    /// `go.work` joins several modules.
    GoWorkspace,
    /// Dependencies are vendored in the project; nothing is downloaded.
    Vendored,
    /// The tool refuses to start without the sources.
    NeedsSources,
    /// The build has modules with build files of their own.
    MultiModule,
    /// The build files run code that lies beside them (buildSrc, project/, init scripts).
    BuildLogic,
    /// Projects refer to each other.
    ProjectReferences,
    /// The manifest runs or reads further files (`eval_gemfile`, `Import`, `File.read`).
    ReadsOtherFiles,
    /// The manifest loads files or class maps of the project.
    AutoloadFiles,
    /// An umbrella project with applications of their own.
    Umbrella,
    /// Configuration files decide what is compiled.
    ReadsConfiguration,
    /// The manifest has a section for another manager that reads the project.
    NestedManager,
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

mod table {
    use super::*;

    include!(concat!(env!("OUT_DIR"), "/package_managers.rs"));
}

/// Every package manager, sorted by name.
#[must_use]
pub fn package_managers() -> &'static [PackageManager] {
    table::MANAGERS
}

/// The directories that the running container needs.
#[must_use]
pub fn runtime_paths() -> &'static [RuntimePath] {
    table::RUNTIME_PATHS
}

/// The package manager of that name.
#[must_use]
pub fn package_manager(name: &str) -> Option<&'static PackageManager> {
    let at = table::MANAGERS
        .binary_search_by(|manager| manager.name.cmp(name))
        .ok()?;
    table::MANAGERS.get(at)
}

/// The package managers that `command` (a name without directory) can mean. More than one only
/// where [`PackageManager::variant`] tells them apart.
pub fn managers_of_command(command: &str) -> impl Iterator<Item = &'static PackageManager> {
    let stem = command.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    named(command, "").chain(named(stem, "#"))
}

/// The managers whose command is `stem` followed by `suffix`.
fn named(stem: &str, suffix: &'static str) -> impl Iterator<Item = &'static PackageManager> {
    let order = |known: &str| known.bytes().cmp(stem.bytes().chain(suffix.bytes()));
    let start = table::COMMANDS.partition_point(|(known, _)| order(known).is_lt());
    let end = table::COMMANDS.partition_point(|(known, _)| order(known).is_le());
    table::COMMANDS
        .get(start..end)
        .unwrap_or_default()
        .iter()
        .filter_map(|(_, at)| table::MANAGERS.get(*at as usize))
}

/// The manager that `python -m module` runs.
#[must_use]
pub fn manager_of_module(module: &str) -> Option<&'static PackageManager> {
    table::MANAGERS
        .iter()
        .find(|manager| manager.modules.contains(&module))
}

impl PackageManager {
    /// The subcommand that `words` begin with, in its longest form, and how many words it takes.
    /// `words` are those after the command and its global options; for a
    /// [shortcut](PackageManager::shortcuts), the implied words come first.
    #[must_use]
    pub fn subcommand(&self, words: &[&str]) -> Option<(&'static Subcommand, usize)> {
        self.subcommands
            .iter()
            .find_map(|subcommand| Some((subcommand, subcommand.matches(words)?)))
    }

    /// The cache called `name`.
    #[must_use]
    pub fn cache(&self, name: &str) -> Option<&'static Cache> {
        self.caches.iter().find(|cache| cache.name == name)
    }
}

impl Subcommand {
    /// How many of `words` it matches; `None` when they do not begin with it.
    fn matches(&self, words: &[&str]) -> Option<usize> {
        if self.words == "*" {
            return Some(0);
        }
        if self.words.is_empty() {
            return words.iter().all(|word| word.starts_with('-')).then_some(0);
        }
        let mut count = 0;
        for pattern in self.words.split(' ') {
            let word = words.get(count)?;
            let matches = match pattern.strip_suffix('*') {
                Some(prefix) => word.starts_with(prefix),
                None => *word == pattern,
            };
            if !matches {
                return None;
            }
            count += 1;
        }
        Some(count)
    }
}
