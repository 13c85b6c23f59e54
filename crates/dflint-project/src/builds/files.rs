//! The files of a project that may build Dockerfiles.

use std::fs;
use std::path::Path;

use ignore::WalkBuilder;

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
/// them. What Git ignores is left out.
pub(super) fn each_file(root: &Path, mut each: impl FnMut(&Found)) -> bool {
    let mut walk = WalkBuilder::new(root);
    walk.hidden(false)
        .require_git(false)
        .parents(false)
        .max_depth(Some(MAX_DEPTH))
        .sort_by_file_name(Ord::cmp)
        .filter_entry(|entry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() == 0 || !FOREIGN.contains(&&*name)
        });
    let mut read = 0;
    for (count, entry) in walk.build().enumerate() {
        if count > MAX_PATHS || read == MAX_FILES {
            return false;
        }
        let Ok(entry) = entry else { continue };
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let path = relative(root, entry.path());
        let Some(kind) = Kind::of(&path) else {
            continue;
        };
        if entry.metadata().map_or(true, |it| it.len() > MAX_SIZE) {
            continue;
        }
        let Ok(text) = fs::read_to_string(entry.path()) else {
            continue;
        };
        read += 1;
        each(&Found { path, kind, text });
    }
    true
}

#[cfg(test)]
mod tests {
    use super::Kind;

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
