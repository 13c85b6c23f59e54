//! What makes a new order of copies wrong, looked up in the manifests.

mod above;
mod build_files;
mod local;
mod requirements;

use std::sync::Arc;

use dflint_build::BuildContext;
use dflint_build::path::join;
use dflint_knowledge::package_manager::Stop;
use serde_json::Value as Json;

use build_files::{
    is_local_in_maven, is_local_replace, is_read_by_gradle, maven_parent, names_modules,
    reads_other_files,
};
use requirements::{include, is_local_index, is_nested_pip};

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
];

/// Scripts of composer.json that run for each package when it is installed.
const PACKAGE_SCRIPTS: &[&str] = &[
    "pre-package-install",
    "post-package-install",
    "pre-operations-exec",
];

/// The manifests of an installation.
pub(super) struct Manifests<'c> {
    pub(super) context: &'c dyn BuildContext,
    /// The folder of the context that the installation works in, relative to the context.
    pub(super) folder: String,
    /// The files it reads, relative to the context.
    pub(super) files: Vec<String>,
    /// The manager that installs.
    pub(super) manager: &'static str,
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

    /// Checks that no folder above takes part in the installation.
    ///
    /// # Errors
    /// Which file says so.
    pub(super) fn check_above(&self) -> Result<(), String> {
        match above::root_above(self.context, &self.folder, self.manager) {
            Some(file) => Err(format!("`{file}` takes part in the installation")),
            None => Ok(()),
        }
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
            Stop::PackageScripts => {
                self.check_script("composer.json", PACKAGE_SCRIPTS, " for each package")
            }
            Stop::Unlocked => self.with(
                "composer.lock",
                "composer would run other scripts in the second of two steps",
            ),
            Stop::Credentials => self.without(
                "auth.json",
                "holds credentials: mount it as a secret instead of copying it",
            ),
            Stop::DynamicMetadata => self.check_dynamic(),
            Stop::ReadsOtherFiles => self.check_lines(reads_other_files, "reads other files"),
            Stop::MultiModule => self.check_modules(),
            Stop::BuildLogic => self.check_build_logic(),
            Stop::ProjectReferences => self.check_project_references(),
            Stop::Umbrella => {
                self.without("apps", "holds applications with manifests of their own")
            }
            Stop::ReadsConfiguration => Err("configuration decides what is compiled".to_owned()),
            Stop::NestedManager => self.check_lines(is_nested_pip, "lets pip read the project"),
        }
    }

    /// The path of `name` in the folder of the installation, relative to the context.
    fn path_of(&self, name: &str) -> String {
        let path = join(&format!("/{}", self.folder), name);
        path.trim_start_matches('/').to_owned()
    }

    fn without(&self, name: &str, what: &str) -> Result<(), String> {
        match self.context.is_sent(&self.path_of(name)) {
            true => Err(format!("`{name}` {what}")),
            false => Ok(()),
        }
    }

    fn with(&self, name: &str, otherwise: &str) -> Result<(), String> {
        match self.context.is_sent(&self.path_of(name)) {
            true => Ok(()),
            false => Err(format!("without `{name}` {otherwise}")),
        }
    }

    fn texts(&self) -> impl Iterator<Item = (&str, Arc<str>)> {
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
        self.check_script("package.json", INSTALL_SCRIPTS, "")
    }

    fn check_script(&self, name: &str, scripts: &[&str], when: &str) -> Result<(), String> {
        for (file, manifest) in self.json(name) {
            let own = manifest.as_ref().and_then(|json| json.get("scripts"));
            let runs = |name: &&&str| own.is_some_and(|own| own.get(name).is_some());
            if let Some(script) = scripts.iter().find(runs) {
                return Err(format!(
                    "`{file}` runs its script `{script}`{when}, which may read the source"
                ));
            }
        }
        Ok(())
    }

    fn check_local_dependencies(&self) -> Result<(), String> {
        let mut texts = self.texts();
        match texts.find(|(file, text)| local::names_local_dependency(file, text)) {
            Some((file, _)) => Err(format!(
                "`{file}` names a dependency that lies in the source"
            )),
            None => Ok(()),
        }
    }

    fn check_dynamic(&self) -> Result<(), String> {
        for (file, text) in self
            .texts()
            .filter(|(file, _)| file.ends_with("pyproject.toml"))
        {
            let dynamic = text.parse::<toml::Table>().ok().and_then(|manifest| {
                let project = manifest.get("project")?;
                project.get("dynamic")?.as_array().cloned()
            });
            let is_dependency = |name: &toml::Value| {
                name.as_str()
                    .is_some_and(|name| name.ends_with("dependencies"))
            };
            if dynamic.is_some_and(|names| names.iter().any(is_dependency)) {
                return Err(format!(
                    "`{file}` leaves it to the project's own code what it depends on"
                ));
            }
        }
        Ok(())
    }

    fn check_modules(&self) -> Result<(), String> {
        self.check_lines(
            names_modules,
            "names modules, whose build files would have to be copied too",
        )?;
        for (file, text) in self.texts().filter(|(file, _)| file.ends_with("pom.xml")) {
            if text.lines().any(is_local_in_maven) {
                return Err(format!("`{file}` takes archives from the source"));
            }
            let Some(place) = maven_parent(&text) else {
                continue;
            };
            let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
            let above = place.split('/').filter(|part| *part == "..").count();
            let depth = folder.split('/').filter(|part| !part.is_empty()).count();
            let path = join(&format!("/{folder}"), place);
            if above <= depth && self.context.is_sent(path.trim_start_matches('/')) {
                return Err(format!("`{file}` has its parent in `{place}`"));
            }
        }
        Ok(())
    }

    fn check_project_references(&self) -> Result<(), String> {
        for (file, text) in self.texts() {
            if file.ends_with(".sln") || file.ends_with(".slnx") {
                return Err(format!(
                    "`{file}` names projects, whose files would have to be copied too"
                ));
            }
            if text.contains("<ProjectReference") {
                return Err(format!("`{file}` refers to another project of the source"));
            }
        }
        Ok(())
    }

    fn check_build_logic(&self) -> Result<(), String> {
        self.without("buildSrc", "is code that the build runs")?;
        self.without(".mvn/extensions.xml", "extends the build")?;
        self.check_lines(is_read_by_gradle, "runs or reads other files")
    }
}
