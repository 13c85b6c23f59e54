//! What an entry of `data/package-managers.toml` may hold.

use std::collections::BTreeMap;

use crate::schema::schema;

/// One entry as the table spells it; defaults make the short form of a simple manager short.
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Entry {
    pub(super) kind: ManagerKind,
    pub(super) commands: Vec<String>,
    /// Command → the subcommand it implies.
    #[serde(default)]
    pub(super) shortcuts: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) modules: Vec<String>,
    #[serde(default)]
    pub(super) interpreters: Vec<String>,
    #[serde(default)]
    pub(super) launchers: Vec<String>,
    #[serde(default)]
    pub(super) runs_command: bool,
    pub(super) variant: Option<Variant>,
    #[serde(default)]
    pub(super) global_options: Vec<String>,
    #[serde(default)]
    pub(super) value_options: Vec<String>,
    /// Words by action.
    pub(super) subcommands: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    pub(super) caches: BTreeMap<String, CacheEntry>,
    /// Flag → what takes its place with a mount, empty for nothing.
    #[serde(default)]
    pub(super) disabling_flags: BTreeMap<String, String>,
    /// Variable → `set`, `non-empty`, `truthy`, `=value` or `word value`.
    #[serde(default)]
    pub(super) disabling_env: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) mount_flags: Vec<MountFlag>,
    #[serde(default)]
    pub(super) mount_needs: Vec<MountNeed>,
    #[serde(default)]
    pub(super) offline_flags: Vec<String>,
    /// Variable → a test as in `disabling_env`.
    #[serde(default)]
    pub(super) offline_env: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) publishes: Vec<String>,
    #[serde(default)]
    pub(super) source_flags: Vec<String>,
    #[serde(default)]
    pub(super) refusals: Vec<Refusal>,
    #[serde(default)]
    pub(super) cleanups: Vec<Cleanup>,
    #[serde(default)]
    pub(super) config_files: Vec<ConfigFile>,
    #[serde(default)]
    pub(super) roots_above: Vec<RootFile>,
    #[serde(default = "fails")]
    pub(super) unwritable: Unwritable,
    #[serde(default)]
    pub(super) outputs: Vec<String>,
    #[serde(default, rename = "copy-order")]
    pub(super) copy_orders: Vec<CopyOrder>,
    pub(super) system: Option<SystemFacts>,
}

/// The caution of the default: a cache that cannot be written breaks the build.
fn fails() -> Unwritable {
    Unwritable::Fails
}

fn yes() -> bool {
    true
}

schema! {
    enum ManagerKind { System, Language, Build, }
}

schema! {
    struct Variant {
        #[serde(default)] files: Vec<String>,
        #[serde(default)] not_files: Vec<String>,
        from_major: Option<u32>,
        below_major: Option<u32>,
        #[serde(default)] by_base_image: bool,
        #[serde(default)] subcommands: Vec<String>,
    }
}

#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct CacheEntry {
    pub(super) path: String,
    pub(super) root_path: Option<String>,
    pub(super) instead_of: Option<String>,
    #[serde(default)]
    pub(super) only_on_known_base: bool,
    #[serde(default)]
    pub(super) flags: Vec<(String, String)>,
    #[serde(default)]
    pub(super) env: Vec<(String, String)>,
    pub(super) sharing: Sharing,
    pub(super) class: CacheClass,
    #[serde(default)]
    pub(super) per_platform: bool,
    #[serde(default)]
    pub(super) compiled: bool,
    #[serde(default)]
    pub(super) read_by_builds: bool,
    #[serde(default)]
    pub(super) only_for: Vec<Action>,
    #[serde(default)]
    pub(super) only_commands: Vec<String>,
    #[serde(default)]
    pub(super) only_with_update: bool,
    #[serde(default = "yes")]
    pub(super) offered: bool,
}

schema! {
    enum Action {
        Install, Download, Build, Run, UpdateIndex, Upgrade, Lock, Remove, Clean, Configure,
    }
}

schema! {
    enum Sharing { Shared, Locked, }
}

schema! {
    enum CacheClass {
        #[serde(rename = "S")] Safe,
        #[serde(rename = "C")] Chain,
        #[serde(rename = "R")] Runtime,
        #[serde(rename = "X")] Stale,
    }
}

schema! {
    struct MountFlag {
        flag: String,
        #[serde(default)] commands: Vec<String>,
    }
}

schema! {
    enum MountNeed { DockerCleanAside, FreshIndex, }
}

schema! {
    struct Refusal {
        #[serde(default)] flag: String,
        #[serde(default)] env: String,
        #[serde(default)] value: String,
        reason: String,
    }
}

schema! {
    struct Cleanup {
        words: String,
        #[serde(default)] flags: Vec<String>,
        caches: Vec<String>,
        #[serde(default = "yes")] only_caches: bool,
    }
}

schema! {
    struct ConfigFile {
        file: String,
        key: String,
        #[serde(default)] value: String,
    }
}

schema! {
    struct RootFile {
        file: String,
        #[serde(default)] holds: String,
    }
}

schema! {
    enum Unwritable { Fails, GoesOn, }
}

schema! {
    struct CopyOrder {
        subcommands: Vec<String>,
        #[serde(default)] needs: Vec<String>,
        #[serde(default)] needs_one: Vec<String>,
        #[serde(default)] needs_from: Vec<String>,
        #[serde(default)] group_flags: Vec<String>,
        #[serde(default)] optional: Vec<String>,
        #[serde(default)] optional_if: Vec<(String, String)>,
        #[serde(default)] stops: Vec<Stop>,
        two_step: Option<TwoStep>,
        by_hand: Option<ByHand>,
        #[serde(default)] safe: bool,
    }
}

schema! {
    struct TwoStep {
        #[serde(default)] first_flags: Vec<String>,
        #[serde(default)] second_flags: Vec<String>,
    }
}

schema! {
    struct ByHand {
        advice: String,
        #[serde(default)] despite: Vec<String>,
        prepare: Option<String>,
    }
}

schema! {
    enum Stop {
        Workspaces, InstallScripts, LocalDependencies, InstallsProject, UnseenIncludes, LocalIndex,
        NativeAddon, LocalReplace, GoWorkspace, Vendored, MultiModule, BuildLogic,
        ProjectReferences, ReadsOtherFiles, PackageScripts, Unlocked, Credentials, DynamicMetadata,
        Umbrella, ReadsConfiguration, NestedManager,
    }
}

schema! {
    struct SystemFacts {
        #[serde(default)] assume_yes: Vec<String>,
        no_recommends: Option<String>,
        update: Option<String>,
        cleanup: Option<String>,
        #[serde(default)] leftovers: Vec<String>,
        #[serde(default)] version_separators: Vec<String>,
    }
}

schema! {
    struct RuntimePath { path: String, env: Option<String>, holds: String, }
}
