//! The files of a project that may build Dockerfiles.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ignore::Match;
use ignore::gitignore::Gitignore;

use crate::directories::{Directories, Listing};
use crate::paths::relative;

/// The most paths that are looked at.
const MAX_PATHS: usize = 20_000;
/// The most files that are read.
const MAX_FILES: usize = 1_000;
/// The largest file that is read, in bytes.
const MAX_SIZE: u64 = 512 * 1024;
/// How deep below the root files are looked for.
const MAX_DEPTH: usize = 8;

/// Folders of other people's or of made files.
const FOREIGN: &[&str] = &[
    ".git",
    ".venv",
    "__pycache__",
    "node_modules",
    "site-packages",
    "target",
    "third_party",
    "vendor",
    "venv",
];

/// Folders in which a file without an ending is a script.
const SCRIPT_FOLDERS: &[&str] = &["bin", "ci", ".ci", "hack", "script", "scripts", "tools"];

/// How a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Compose,
    BakeHcl,
    BakeJson,
    /// Any other YAML, and JSON with comments left out.
    Pipeline,
    Shell,
    Makefile,
    /// A recipe's lines begin with any white space.
    Justfile,
    Groovy,
}

impl Kind {
    /// How the file at `path` is read; `None` where it builds nothing.
    pub(super) fn of(path: &str) -> Option<Self> {
        let lower = path.to_ascii_lowercase();
        let mut parts = lower.rsplit('/');
        let name = parts.next()?;
        let folder = parts.next().unwrap_or_default();
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let is_bake = stem.contains("bake");
        let kind = match ending {
            "hcl" if is_bake => Self::BakeHcl,
            "json" if is_bake => Self::BakeJson,
            "yml" | "yaml" if is_compose(stem) => Self::Compose,
            "yml" | "yaml" => Self::Pipeline,
            "json" if matches!(stem, "package" | "devcontainer" | ".devcontainer") => {
                Self::Pipeline
            }
            "json" if stem.starts_with("cloudbuild") => Self::Pipeline,
            "sh" | "bash" | "zsh" => Self::Shell,
            "mk" => Self::Makefile,
            "groovy" | "jenkinsfile" => Self::Groovy,
            _ if matches!(name, "makefile" | "gnumakefile") => Self::Makefile,
            _ if matches!(stem, "makefile") => Self::Makefile,
            _ if matches!(name, "justfile" | ".justfile") => Self::Justfile,
            _ if stem.starts_with("jenkinsfile") => Self::Groovy,
            "" if SCRIPT_FOLDERS.contains(&folder) => Self::Shell,
            _ => return None,
        };
        Some(kind)
    }
}

fn is_compose(stem: &str) -> bool {
    let stem = stem.strip_prefix("docker-").unwrap_or(stem);
    stem == "compose" || stem.starts_with("compose.") || stem.starts_with("compose-")
}

/// A file that was read.
pub(super) struct Found {
    /// From the root, with `/`.
    pub(super) path: String,
    pub(super) kind: Kind,
    pub(super) text: String,
}

/// Hands every file below `root` that may build something to `each`; whether that were all of
/// them. What `.gitignore` and `.ignore` leave out is left out.
pub(super) fn each_file(
    root: &Path,
    directories: &Directories,
    mut each: impl FnMut(&Found),
) -> bool {
    let mut walk = Walk {
        directories,
        waiting: Vec::new(),
    };
    walk.enter(root, 0, &Ignores::default());
    let (mut count, mut read) = (0, 0);
    while let Some(met) = walk.waiting.pop() {
        count += 1;
        if count > MAX_PATHS || read == MAX_FILES {
            return false;
        }
        if met.is_directory {
            walk.enter(&met.path, met.depth, &met.ignores);
            continue;
        }
        let path = relative(root, &met.path);
        let Some(kind) = Kind::of(&path) else {
            continue;
        };
        if fs::metadata(&met.path).map_or(true, |it| it.len() > MAX_SIZE) {
            continue;
        }
        let Ok(text) = fs::read_to_string(&met.path) else {
            continue;
        };
        read += 1;
        each(&Found { path, kind, text });
    }
    true
}

/// A walk by name that asks the system for nothing but what stands in each directory.
struct Walk<'d> {
    directories: &'d Directories,
    /// What is looked at next stands last.
    waiting: Vec<Met>,
}

/// A file or directory on the way.
struct Met {
    path: PathBuf,
    is_directory: bool,
    /// Below the root, which has 0.
    depth: usize,
    ignores: Ignores,
}

impl Walk<'_> {
    fn enter(&mut self, directory: &Path, depth: usize, above: &Ignores) {
        if depth == MAX_DEPTH {
            return;
        }
        let Some(listing) = self.directories.list(directory) else {
            return;
        };
        let ignores = above.below(directory, &listing);
        for item in listing.items().iter().rev() {
            let is_directory = item.kind.is_dir();
            let is_foreign = FOREIGN.iter().any(|name| item.name == *name);
            if is_foreign || !is_directory && !item.kind.is_file() {
                continue;
            }
            let path = directory.join(&item.name);
            if ignores.mean(&path, is_directory) {
                continue;
            }
            self.waiting.push(Met {
                path,
                is_directory,
                depth: depth + 1,
                ignores: ignores.clone(),
            });
        }
    }
}

/// The ignore files that hold in a directory, the nearest last.
#[derive(Debug, Clone, Default)]
struct Ignores(Arc<[Gitignore]>);

impl Ignores {
    /// Those that hold in `directory`, where these hold above it.
    fn below(&self, directory: &Path, listing: &Listing) -> Self {
        // Git does not look above a repository.
        let is_repository = listing.kind_of(".git".as_ref()).is_some();
        let above = if is_repository { &[] } else { &*self.0 };
        // A `.ignore` has the last word over the `.gitignore` beside it.
        let own: Vec<Gitignore> = [".gitignore", ".ignore"]
            .into_iter()
            .filter(|name| listing.kind_of(name.as_ref()).is_some())
            .map(|name| Gitignore::new(directory.join(name)).0)
            .collect();
        if own.is_empty() && !is_repository {
            return self.clone();
        }
        Self(above.iter().cloned().chain(own).collect())
    }

    /// Whether `path` is left out.
    fn mean(&self, path: &Path, is_directory: bool) -> bool {
        let mut matches = self.0.iter().rev();
        let said = matches.find_map(|it| match it.matched(path, is_directory) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        });
        said.unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Directories, Kind, each_file};

    #[test]
    fn ignored_files_are_left_out() {
        let project = tempfile::tempdir().unwrap();
        let at = |path: &str| project.path().join(path);
        for (path, text) in [
            (".gitignore", "*.sh\n/made/\n"),
            ("a.sh", ""),
            ("made/b.yaml", ""),
            ("kept/.ignore", "!*.sh\n"),
            ("kept/c.sh", ""),
            ("kept/made/d.yaml", ""),
            ("module/.git/HEAD", ""),
            ("module/e.sh", ""),
        ] {
            fs::create_dir_all(at(path).parent().unwrap()).unwrap();
            fs::write(at(path), text).unwrap();
        }
        let mut found = Vec::new();
        assert!(each_file(project.path(), &Directories::default(), |it| {
            found.push(it.path.clone());
        }));
        assert_eq!(found, ["kept/c.sh", "kept/made/d.yaml", "module/e.sh"]);
    }

    #[test]
    fn names_tell_what_a_file_is() {
        for (path, kind) in [
            ("compose.yaml", Some(Kind::Compose)),
            ("a/docker-compose.override.yml", Some(Kind::Compose)),
            ("docker-bake.hcl", Some(Kind::BakeHcl)),
            (".github/workflows/ci.yml", Some(Kind::Pipeline)),
            ("package.json", Some(Kind::Pipeline)),
            ("tsconfig.json", None),
            ("Makefile", Some(Kind::Makefile)),
            ("scripts/build", Some(Kind::Shell)),
            ("src/build", None),
            ("Jenkinsfile.release", Some(Kind::Groovy)),
            ("main.tf", None),
        ] {
            assert_eq!(Kind::of(path), kind, "{path}");
        }
    }
}
