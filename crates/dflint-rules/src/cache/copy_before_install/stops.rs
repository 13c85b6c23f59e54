//! What makes a new order of copies wrong, looked up in the manifests.

use dflint_build::BuildContext;
use dflint_build::path::join;
use dflint_knowledge::package_manager::Stop;
use serde_json::Value as Json;

use super::install::is_local;

/// Included requirements files that are followed, at most.
const MAX_INCLUDES: usize = 50;

/// Scripts of package.json that an installation runs.
const INSTALL_SCRIPTS: &[&str] = &[
    "preinstall",
    "install",
    "postinstall",
    "prepublish",
    "preprepare",
    "prepare",
    "postprepare",
    "pre-install-cmd",
    "post-install-cmd",
    "post-autoload-dump",
    "pre-autoload-dump",
    "pre-update-cmd",
    "post-update-cmd",
];

/// The manifests of an installation.
pub(super) struct Manifests<'c> {
    pub(super) context: &'c dyn BuildContext,
    /// The folder of the context that the installation works in, relative to the context.
    pub(super) folder: String,
    /// The files it reads, relative to the context.
    pub(super) files: Vec<String>,
    /// Whether it is told to run no scripts.
    pub(super) ignores_scripts: bool,
}

impl Manifests<'_> {
    /// The files that requirements files include, in the order in which they are met.
    ///
    /// # Errors
    /// Why not all of them can be followed.
    pub(super) fn included(&self) -> Result<Vec<String>, String> {
        let mut found: Vec<String> = Vec::new();
        let mut open: Vec<String> = self.files.iter().rev().cloned().collect();
        let mut read = 0;
        while let Some(file) = open.pop() {
            read += 1;
            if read > MAX_INCLUDES {
                return Err("the requirements include too many files".to_owned());
            }
            let text = self.context.read(&file);
            let text = text.ok_or_else(|| format!("`{file}` cannot be read"))?;
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            for included in text.lines().filter_map(include) {
                if included.contains("://") {
                    continue;
                }
                let path = join(&format!("/{folder}"), included);
                let path = path.trim_start_matches('/').to_owned();
                if !self.context.is_sent(&path) || included.starts_with('/') {
                    return Err(format!(
                        "`{file}` includes `{included}`, which is not to be found"
                    ));
                }
                if !found.contains(&path) && !self.files.contains(&path) {
                    found.push(path.clone());
                    open.push(path);
                }
            }
        }
        Ok(found)
    }

    /// Checks one thing that may make the order wrong.
    ///
    /// # Errors
    /// What it is.
    pub(super) fn check(&self, stop: Stop) -> Result<(), String> {
        match stop {
            Stop::Workspaces => self.check_workspaces(),
            Stop::InstallScripts => self.check_scripts(),
            Stop::LocalDependencies => self.check_local_dependencies(),
            // Seen in the command, and where files are included.
            Stop::InstallsProject | Stop::UnseenIncludes => Ok(()),
            Stop::LocalIndex => self.check_lines(is_local_index, "looks for packages in a folder"),
            Stop::NativeAddon => {
                self.without("binding.gyp", "makes the installation compile the project")
            }
            Stop::LocalReplace => {
                self.check_lines(is_local_replace, "replaces a module by a folder")
            }
            Stop::GoWorkspace => self.without("go.work", "joins several modules"),
            Stop::Vendored => {
                self.without("vendor/modules.txt", "shows that nothing is downloaded")
            }
            Stop::AutoloadFiles => self.check_autoload(),
            Stop::ReadsOtherFiles => self.check_lines(reads_other_files, "reads other files"),
            Stop::MultiModule => self.check_lines(names_modules, "names modules of its own"),
            Stop::BuildLogic => self.check_build_logic(),
            Stop::NeedsSources => Err("the sources are needed from the start".to_owned()),
            Stop::ProjectReferences => Err("projects may refer to each other".to_owned()),
            Stop::Umbrella => self.without("apps", "holds applications of their own"),
            Stop::ReadsConfiguration => Err("configuration decides what is compiled".to_owned()),
            Stop::NestedManager => self.check_lines(is_nested_pip, "lets pip read the project"),
        }
    }

    fn without(&self, name: &str, what: &str) -> Result<(), String> {
        let path = join(&format!("/{}", self.folder), name);
        match self.context.exists(path.trim_start_matches('/')) {
            true => Err(format!("`{name}` {what}")),
            false => Ok(()),
        }
    }

    fn texts(&self) -> impl Iterator<Item = (&str, std::sync::Arc<str>)> {
        let files = self.files.iter();
        files.filter_map(|file| Some((file.as_str(), self.context.read(file)?)))
    }

    fn json(&self, ending: &str) -> impl Iterator<Item = (&str, Option<Json>)> {
        let files = self.texts().filter(move |(file, _)| file.ends_with(ending));
        files.map(|(file, text)| (file, serde_json::from_str(&text).ok()))
    }

    fn check_lines(&self, is_stop: fn(&str) -> bool, what: &str) -> Result<(), String> {
        for (file, text) in self.texts() {
            if text.lines().any(is_stop) {
                return Err(format!("`{file}` {what}"));
            }
        }
        Ok(())
    }

    fn check_workspaces(&self) -> Result<(), String> {
        for (file, manifest) in self.json(".json") {
            let named = ["workspaces", "workspace"];
            if manifest.is_none_or(|json| named.iter().any(|key| json.get(key).is_some())) {
                return Err(format!(
                    "`{file}` has workspaces, whose manifests would have to be copied too",
                ));
            }
        }
        let is_workspace = |line: &str| {
            let line = line.trim();
            line == "packages:"
                || line.starts_with("[tool.uv.workspace")
                || line.starts_with("workspace:")
        };
        for (file, text) in self.texts().filter(|(file, _)| !file.ends_with(".json")) {
            let is_lock = file.ends_with("-lock.yaml") || file.ends_with(".lock");
            if !is_lock && text.lines().any(is_workspace) {
                return Err(format!(
                    "`{file}` has workspaces, whose manifests would have to be copied too",
                ));
            }
        }
        Ok(())
    }

    fn check_scripts(&self) -> Result<(), String> {
        if self.ignores_scripts {
            return Ok(());
        }
        for name in ["package.json", "composer.json"] {
            for (file, manifest) in self.json(name) {
                let scripts = manifest.as_ref().and_then(|json| json.get("scripts"));
                let runs =
                    |name: &&&str| scripts.is_some_and(|scripts| scripts.get(name).is_some());
                if let Some(script) = INSTALL_SCRIPTS.iter().find(runs) {
                    return Err(format!(
                        "`{file}` runs its script `{script}`, which may read the source"
                    ));
                }
            }
        }
        Ok(())
    }

    fn check_local_dependencies(&self) -> Result<(), String> {
        for (file, text) in self.texts() {
            let ending = match file.ends_with("Pipfile") {
                true => Some("toml"),
                false => file.rsplit('.').next(),
            };
            let local = match ending {
                Some("json") => serde_json::from_str(&text)
                    .ok()
                    .is_none_or(|json| has_local_json(&json)),
                Some("toml") => {
                    let manifest = text.parse::<toml::Table>().ok();
                    manifest.is_none_or(|it| has_local_toml(&toml::Value::Table(it), 0))
                }
                Some("txt" | "in") => text.lines().any(is_local_requirement),
                // The manifest tells; what a lock file repeats is not judged.
                Some("lock" | "yaml" | "lockb" | "sum") => false,
                _ => text
                    .lines()
                    .any(|line| line.contains("path:") || line.contains("path =>")),
            };
            if local {
                return Err(format!(
                    "`{file}` names a dependency that lies in the source"
                ));
            }
        }
        Ok(())
    }

    fn check_autoload(&self) -> Result<(), String> {
        for (file, manifest) in self.json("composer.json") {
            let eager = |json: &Json| {
                let mut sections = ["autoload", "autoload-dev"].into_iter();
                sections.any(|section| {
                    let section = json.get(section);
                    section
                        .is_some_and(|it| it.get("files").is_some() || it.get("classmap").is_some())
                })
            };
            if manifest.as_ref().is_none_or(eager) {
                return Err(format!("`{file}` loads files of the source"));
            }
        }
        Ok(())
    }

    fn check_build_logic(&self) -> Result<(), String> {
        self.without("buildSrc", "is code that the build runs")?;
        self.without(".mvn/extensions.xml", "extends the build")?;
        self.check_lines(
            |line| {
                ["apply from", "includeBuild", "apply(from"]
                    .iter()
                    .any(|it| line.contains(it))
            },
            "runs other build files",
        )
    }
}

/// The file behind `-r` or `-c` of a requirements file.
fn include(line: &str) -> Option<&str> {
    let line = line.trim();
    let flags = ["--requirement", "--constraint", "-r", "-c"];
    let rest = flags.iter().find_map(|flag| line.strip_prefix(flag))?;
    let path = rest.trim_start_matches('=').split(" #").next()?.trim();
    (!path.is_empty()).then_some(path)
}

fn is_local_requirement(line: &str) -> bool {
    let line = line.trim();
    let editable = line
        .strip_prefix("-e")
        .or_else(|| line.strip_prefix("--editable"));
    if let Some(package) = editable {
        return !package.contains("://");
    }
    let behind_name = line.split_once(" @ ").map(|(_, place)| place.trim());
    let package = line.split([' ', ';']).next().unwrap_or_default();
    !line.starts_with(['#', '-'])
        && (is_local(package) || behind_name.is_some_and(|place| place.starts_with("file:")))
}

/// `--find-links wheels`, `--no-index`
fn is_local_index(line: &str) -> bool {
    let line = line.trim();
    let links = line
        .strip_prefix("--find-links")
        .or_else(|| line.strip_prefix("-f "));
    line.starts_with("--no-index") || links.is_some_and(|place| !place.contains("://"))
}

/// `replace a => ../b`
fn is_local_replace(line: &str) -> bool {
    let place = line
        .split("//")
        .next()
        .and_then(|code| code.split_once("=>"));
    place.is_some_and(|(_, place)| place.trim_start().starts_with(['.', '/']))
}

fn reads_other_files(line: &str) -> bool {
    let line = line.trim();
    let reads = [
        "eval_gemfile",
        "File.read",
        "instance_eval",
        "gemspec",
        "import ",
        "<Import",
    ];
    !line.starts_with('#')
        && reads
            .iter()
            .any(|word| line.starts_with(word) || line.contains("File."))
}

fn names_modules(line: &str) -> bool {
    let line = line.trim();
    [
        "<modules>",
        "<module>",
        "<parent>",
        "include(",
        "include ",
        "include\t",
        "module \"",
    ]
    .iter()
    .any(|word| line.starts_with(word))
}

fn is_nested_pip(line: &str) -> bool {
    let item = line.trim().trim_start_matches("- ").trim_matches('"');
    ["-e", "-r", ".", "file:"]
        .iter()
        .any(|start| item.starts_with(start))
}

/// Dependencies by `file:`, `link:` and the like.
fn has_local_json(manifest: &Json) -> bool {
    let sections = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
        "overrides",
        "resolutions",
    ];
    let local = |place: &str| {
        [
            "file:",
            "link:",
            "portal:",
            "workspace:",
            "./",
            "../",
            "/",
            "~/",
        ]
        .iter()
        .any(|start| place.starts_with(start))
    };
    let named = sections
        .iter()
        .filter_map(|section| manifest.get(section)?.as_object());
    let mut places = named
        .flat_map(|section| section.values())
        .filter_map(Json::as_str);
    let path_repository = manifest
        .get("repositories")
        .is_some_and(|it| it.to_string().contains("\"path\""));
    places.any(local) || path_repository
}

/// Dependencies with a `path`, or that are members of a workspace.
fn has_local_toml(value: &toml::Value, depth: usize) -> bool {
    // Manifests are not nested deeper than this.
    if depth > 16 {
        return true;
    }
    match value {
        toml::Value::Table(table) => table.iter().any(|(key, value)| {
            let is_dependency = depth >= 2;
            let local = is_dependency
                && match key.as_str() {
                    "path" => value.as_str().is_some_and(|path| !path.ends_with(".py")),
                    "workspace" | "editable" => value.as_bool() == Some(true),
                    _ => false,
                };
            local || has_local_toml(value, depth + 1)
        }),
        toml::Value::Array(items) => items.iter().any(|item| has_local_toml(item, depth + 1)),
        toml::Value::String(text) => text.contains(" @ file:"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{include, is_local_replace, is_local_requirement};

    #[test]
    fn requirements_are_read_as_pip_reads_them() {
        let cases = [
            ("-e .", true),
            ("-e git+https://example.com/a.git#egg=a", false),
            ("./libs/common", true),
            ("common @ file:///src/common", true),
            ("wheels/common-1.0-py3-none-any.whl", true),
            ("flask==3.0.3 ; python_version > '3.8'", false),
            ("# ./libs", false),
            ("https://example.com/a-1.0.tar.gz", false),
        ];
        for (line, local) in cases {
            assert_eq!(is_local_requirement(line), local, "{line}");
        }
        assert_eq!(include("-r base.txt  # more"), Some("base.txt"));
        assert_eq!(include("--constraint=c.txt"), Some("c.txt"));
        assert_eq!(include("requests"), None);
    }

    #[test]
    fn modules_are_replaced_by_folders() {
        assert!(is_local_replace("replace example.com/a => ../a"));
        assert!(is_local_replace("\texample.com/a v1.0.0 => ./a"));
        assert!(!is_local_replace("replace a => example.com/b v1.2.3"));
        assert!(!is_local_replace("// replace a => ./b"));
    }
}
