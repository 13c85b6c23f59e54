//! What a package manager must find before it can install, for the order of `COPY`.

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
    /// Flags whose values name a group of pyproject.toml, or of the one before the `:`.
    pub group_flags: &'static [&'static str],
    /// Files and folders to copy along when the context has them.
    pub optional: &'static [&'static str],
    /// Further such files, each only where its text holds what stands beside it.
    pub optional_if: &'static [(&'static str, &'static str)],
    /// What makes a new order wrong.
    pub stops: &'static [Stop],
    /// The two-step installation that the manager needs for it.
    pub two_step: Option<TwoStep>,
    /// Where the command reads the source itself, so that no order of copies would do.
    pub by_hand: Option<ByHand>,
    /// Whether the new order is safe once the context proves that it can be had. Otherwise the
    /// installation can run code of the project, and a person decides.
    pub safe: bool,
}

/// An installation in two steps: dependencies first, the project later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TwoStep {
    /// Flags that the first step gets.
    pub first_flags: &'static [&'static str],
    /// Flags that the second step gets, which is else the command as it was.
    pub second_flags: &'static [&'static str],
}

/// A command that fetches or compiles dependencies and reads the source in one go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByHand {
    /// What to do about it: the end of "every change of the source runs `…` again: ".
    pub advice: &'static str,
    /// The caches whose mounts do not help; any other cache mount keeps the work.
    pub despite: &'static [&'static str],
    /// The subcommand that fetches the dependencies before the source is there.
    pub prepare: Option<&'static str>,
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
    /// The build has modules with build files of their own.
    MultiModule,
    /// The build files run code that lies beside them (buildSrc, project/, init scripts).
    BuildLogic,
    /// Projects refer to each other.
    ProjectReferences,
    /// The manifest runs or reads further files (`eval_gemfile`, `Import`, `File.read`).
    ReadsOtherFiles,
    /// composer.json has scripts that run once for each package, in the first of two steps.
    PackageScripts,
    /// Without composer.lock the first of two steps updates, and the second, which finds the lock
    /// that it left, runs the scripts of an installation instead of those of an update.
    Unlocked,
    /// `auth.json` holds credentials, which should not get a copy of their own.
    Credentials,
    /// The project's own code works out what it depends on (`dynamic = ["dependencies"]`).
    DynamicMetadata,
    /// An umbrella project with applications of their own.
    Umbrella,
    /// Configuration files decide what is compiled.
    ReadsConfiguration,
    /// The manifest has a section for another manager that reads the project.
    NestedManager,
}
