//! What the other files of a project say about builds: stages that are asked for by name, and
//! builders other than BuildKit.
//!
//! The files are read when a rule or a fix first asks, once a project, within bounds
//! (`files.rs`). What cannot be told for certain (a computed name, an unknown directory) counts
//! as possible.

mod bake;
mod call;
mod files;
mod pipeline;
mod script;
mod source_file;
mod words;
mod yaml;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dflint_build::{OtherBuilder, OutsideTarget, ProjectFacts};

use self::call::{Call, Means};
use self::files::{Found, Kind, each_file};
use self::source_file::SourceFile;
use self::words::Text;
use crate::directories::Directories;
use crate::paths::relative;

/// The projects of a run, each read once whatever the number of its Dockerfiles.
#[derive(Debug, Default)]
pub struct Builds {
    roots: Mutex<HashMap<PathBuf, Arc<RootBuilds>>>,
    directories: Arc<Directories>,
}

impl Builds {
    /// Projects whose directories are listed in `directories`.
    #[must_use]
    pub fn new(directories: Arc<Directories>) -> Self {
        Self {
            roots: Mutex::default(),
            directories,
        }
    }

    /// What the project at `root` says about builds of the Dockerfile at `path` (both absolute and
    /// clean). Nothing is read before somebody asks.
    #[must_use]
    pub fn facts(&self, root: &Path, path: &Path) -> DockerfileFacts {
        let mut roots = self.roots.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = roots.entry(root.to_owned()).or_insert_with(|| {
            Arc::new(RootBuilds {
                root: root.to_owned(),
                directories: Arc::clone(&self.directories),
                calls: OnceLock::new(),
            })
        });
        DockerfileFacts {
            builds: Arc::clone(shared),
            path: relative(root, path),
            only_buildkit: false,
            known: OnceLock::new(),
        }
    }
}

/// All calls of builders in a project.
#[derive(Debug)]
struct RootBuilds {
    root: PathBuf,
    directories: Arc<Directories>,
    calls: OnceLock<(Vec<Call>, bool)>,
}

impl RootBuilds {
    /// The calls, and whether all files were read.
    fn calls(&self) -> &(Vec<Call>, bool) {
        self.calls.get_or_init(|| {
            let mut calls = Vec::new();
            let complete = each_file(&self.root, &self.directories, |found| {
                calls.extend(calls_of(found));
            });
            (calls, complete)
        })
    }
}

fn calls_of(found: &Found) -> Vec<Call> {
    let file = SourceFile {
        path: &found.path,
        text: &found.text,
    };
    match found.kind {
        Kind::Shell => script::calls(&file),
        Kind::Makefile => script::calls_of_makefile(&file),
        Kind::Justfile => script::calls_of_justfile(&file),
        Kind::Groovy => script::calls_of_groovy(&file),
        Kind::BakeHcl => bake::calls_of_hcl(&file),
        Kind::BakeJson | Kind::Compose | Kind::Pipeline => calls_of_yaml(&file, found.kind),
    }
}

fn calls_of_yaml(file: &SourceFile<'_>, kind: Kind) -> Vec<Call> {
    // Most YAML of a project has nothing to do with images.
    const SIGNS: [&str; 6] = [
        "docker", "kaniko", "podman", "buildah", "BUILDKIT", "buildkit",
    ];
    if kind == Kind::Pipeline && !SIGNS.iter().any(|sign| file.text.contains(sign)) {
        return Vec::new();
    }
    let Some(documents) = yaml::read(file.text) else {
        // A template, say: what it asks for is not known, so it may be anything.
        return vec![Call::of_unreadable(file)];
    };
    match kind {
        Kind::BakeJson => bake::calls_of_json(file, &documents),
        Kind::Compose => {
            let mut calls = pipeline::calls_of_compose(file, &documents);
            calls.extend(pipeline::switches(file, &documents));
            calls
        }
        _ => pipeline::calls(file, &documents),
    }
}

/// What the files of a project say about builds of one Dockerfile.
#[derive(Debug)]
pub struct DockerfileFacts {
    builds: Arc<RootBuilds>,
    /// From the project's root.
    path: String,
    /// Whether other builders do not count.
    only_buildkit: bool,
    known: OnceLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    targets: Vec<OutsideTarget>,
    builders: Vec<OtherBuilder>,
}

impl DockerfileFacts {
    /// The same, but that BuildKit alone builds.
    pub(crate) fn of_buildkit(self) -> Self {
        Self {
            only_buildkit: true,
            ..self
        }
    }

    fn known(&self) -> &Known {
        self.known.get_or_init(|| {
            let mut known = Known::default();
            for call in &self.builds.calls().0 {
                known.add(call, call.dockerfile.means(&self.path));
            }
            known
        })
    }
}

impl Known {
    fn add(&mut self, call: &Call, means: Means) {
        if means == Means::No {
            return;
        }
        if let Some(target) = &call.target {
            self.targets.push(OutsideTarget {
                stage: match target {
                    Text::Known(name) => Some(name.to_lowercase()),
                    Text::Computed => None,
                },
                is_certain: means == Means::Surely,
                place: call.place.clone(),
            });
        }
        let Some(builder) = call.builder else { return };
        if self.builders.iter().all(|known| known.builder != builder) {
            self.builders.push(OtherBuilder {
                builder,
                place: call.place.clone(),
            });
        }
    }
}

impl ProjectFacts for DockerfileFacts {
    fn is_complete(&self) -> bool {
        self.builds.calls().1
    }

    fn targets(&self) -> &[OutsideTarget] {
        &self.known().targets
    }

    fn other_builders(&self) -> &[OtherBuilder] {
        if self.only_buildkit {
            return &[];
        }
        &self.known().builders
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use dflint_build::{Builder, ProjectFacts};

    use super::Builds;

    #[test]
    fn each_dockerfile_hears_of_its_own_builds() {
        let project = tempfile::tempdir().unwrap();
        let at = |path: &str| project.path().join(path);
        fs::create_dir_all(at(".github/workflows")).unwrap();
        fs::create_dir_all(at("node_modules/x")).unwrap();
        for (path, text) in [
            (
                "compose.yaml",
                "services:\n  a:\n    build:\n      context: api\n      target: dev\n",
            ),
            (
                "Makefile",
                "web:\n\tdocker build --target $(STAGE) -f web/Dockerfile web\n",
            ),
            (
                ".github/workflows/ci.yml",
                "jobs:\n  a:\n    steps:\n      - run: podman build web\n",
            ),
            ("node_modules/x/build.sh", "docker build --target other .\n"),
            ("chart.yaml", "docker: {{ .Values }\n"),
        ] {
            fs::write(at(path), text).unwrap();
        }
        let builds = Builds::default();
        let api = builds.facts(project.path(), &at("api/Dockerfile"));
        let told: Vec<_> = api
            .targets()
            .iter()
            .map(|it| (it.stage.as_deref(), it.is_certain, it.place.to_string()))
            .collect();
        let all = [
            (None, false, "chart.yaml:1"),
            (Some("dev"), true, "compose.yaml:5"),
        ];
        assert_eq!(
            told,
            all.map(|(stage, sure, place)| (stage, sure, place.to_owned()))
        );
        let web = builds.facts(project.path(), &at("web/Dockerfile"));
        let other = web.other_builders();
        assert_eq!(other.len(), 1);
        assert_eq!(other[0].builder, Builder::Buildah);
        assert_eq!(other[0].place.to_string(), ".github/workflows/ci.yml:4");
        assert!(web.is_complete());
        let dev = builds.facts(project.path(), &at("web/Dockerfile.dev"));
        assert_eq!(dev.other_builders(), []);
        let web = builds.facts(project.path(), &at("web/Dockerfile"));
        let web = web.of_buildkit();
        assert_eq!(web.other_builders(), []);
        assert_eq!(web.targets().len(), 2);
    }
}
