//! Which files are linted.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::mpsc;

use ignore::{DirEntry, WalkBuilder, WalkParallel, WalkState};

use crate::exclude::Patterns;
use crate::names::is_dockerfile_name;
use crate::paths::absolute;
use crate::source::reason;

/// Directories of version control, never searched.
const VERSION_CONTROL: &[&str] = &[".git", ".hg", ".svn", ".jj"];

/// What is left out of a search.
#[derive(Debug, Clone, Default)]
pub struct Exclusions {
    /// Patterns of files and directories that are not searched.
    pub patterns: Vec<Patterns>,
    /// Leave out files named on the command line too when a pattern means them.
    pub force: bool,
}

/// A path and what is to be said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathMessage {
    /// Absolute and clean.
    pub path: PathBuf,
    /// What happened, without the path.
    pub message: String,
}

/// A file to lint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Absolute and clean.
    pub path: PathBuf,
    /// Whether the file itself was asked for, not a directory that holds it.
    pub named: bool,
}

/// What a search gave.
#[derive(Debug, Default)]
pub struct Discovered {
    /// Files to lint, sorted, each once.
    pub files: Vec<Found>,
    /// What could not be searched; the other paths were.
    pub errors: Vec<PathMessage>,
    /// What was left out on purpose and may surprise.
    pub notes: Vec<PathMessage>,
}

/// Finds the Dockerfiles that `paths` mean, relative to `directory` (absolute).
///
/// A file is taken whatever its name. A directory is searched for Dockerfile names, honouring
/// `.gitignore`, `.ignore` and `excluded`; links to directories are not followed, and a link to a
/// file counts only while it stays inside the directory searched.
#[must_use]
pub fn discover(directory: &Path, paths: &[PathBuf], excluded: &Exclusions) -> Discovered {
    let mut search = Search {
        excluded,
        seen: HashSet::new(),
        found: Discovered::default(),
    };
    for path in paths {
        search.argument(absolute(directory, path));
    }
    // By bytes, as reports are: comparing paths part by part takes far longer.
    search
        .found
        .files
        .sort_by(|one, other| one.path.as_os_str().cmp(other.path.as_os_str()));
    search.found
}

struct Search<'a> {
    excluded: &'a Exclusions,
    /// Real paths already taken, so that two names of one file do not race each other. As text: the
    /// parts of a path take long to hash.
    seen: HashSet<OsString>,
    found: Discovered,
}

impl Search<'_> {
    fn argument(&mut self, path: PathBuf) {
        let kind = match fs::metadata(&path) {
            Ok(metadata) => metadata.file_type(),
            Err(error) => return self.error(path, format!("cannot read: {}", reason(&error))),
        };
        if self.excluded.force && self.excluded.matches(&path, kind.is_dir()) {
            return;
        }
        if kind.is_dir() {
            self.directory(&path);
        } else {
            let real = real(&path);
            self.take(path, real, true);
        }
    }

    fn directory(&mut self, root: &Path) {
        let excluded = self.excluded.clone();
        let real_root = real(root);
        let walk = WalkBuilder::new(root)
            .hidden(false)
            .require_git(false)
            .filter_entry(move |entry| !is_left_out(entry, &excluded))
            .build_parallel();
        for met in met_on(walk) {
            match met {
                Ok(entry) => self.entry(root, &real_root, entry),
                Err(error) => self.walk_error(root, &error),
            }
        }
    }

    fn entry(&mut self, root: &Path, real_root: &Path, entry: DirEntry) {
        let Some(kind) = entry.file_type() else {
            return;
        };
        let path = entry.into_path();
        if !kind.is_symlink() {
            // The walk follows no links, so there are none between the root and the file.
            let below = path.strip_prefix(root);
            let real = below.map_or_else(|_| path.clone(), |below| real_root.join(below));
            return self.take(path, real, false);
        }
        match fs::canonicalize(&path) {
            Ok(target) if target.is_dir() => {}
            Ok(target) if target.starts_with(real_root) => self.take(path, target, false),
            Ok(_) => {
                let message = "skipped: is a link to a file outside of the directory searched";
                self.found.notes.push(PathMessage {
                    path,
                    message: message.to_owned(),
                });
            }
            Err(error) => {
                self.error(path, format!("cannot follow the link: {}", reason(&error)));
            }
        }
    }

    fn take(&mut self, path: PathBuf, real: PathBuf, named: bool) {
        if self.seen.insert(real.into_os_string()) {
            self.found.files.push(Found { path, named });
        }
    }

    fn walk_error(&mut self, root: &Path, error: &ignore::Error) {
        let path = path_of(error).unwrap_or(root).to_owned();
        let message = match error.io_error() {
            Some(error) => format!("cannot read: {}", reason(error)),
            None => error.to_string(),
        };
        self.error(path, message);
    }

    fn error(&mut self, path: PathBuf, message: String) {
        self.found.errors.push(PathMessage { path, message });
    }
}

/// `path` with links resolved. One that cannot be resolved is taken as it is: reading it will say
/// why.
fn real(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// What a walk on all processors meets that may be a Dockerfile, and what goes wrong, by path.
fn met_on(walk: WalkParallel) -> Vec<Result<DirEntry, ignore::Error>> {
    let (send, receive) = mpsc::channel();
    walk.run(|| {
        let send = send.clone();
        Box::new(move |met| {
            if met.as_ref().map_or(true, may_be_dockerfile) {
                // The other end is there until the walk ends.
                let _ = send.send(met);
            }
            WalkState::Continue
        })
    });
    drop(send);
    let mut met: Vec<_> = receive.into_iter().collect();
    // Of two names of one file the same is taken in every run.
    met.sort_by(|one, other| place_of(one).cmp(&place_of(other)));
    met
}

fn place_of(met: &Result<DirEntry, ignore::Error>) -> Option<&OsStr> {
    let path = match met {
        Ok(entry) => Some(entry.path()),
        Err(error) => path_of(error),
    };
    path.map(Path::as_os_str)
}

fn may_be_dockerfile(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|kind| !kind.is_dir())
        && is_dockerfile_name(&entry.file_name().to_string_lossy())
}

impl Exclusions {
    fn matches(&self, path: &Path, is_directory: bool) -> bool {
        self.patterns
            .iter()
            .any(|patterns| patterns.matches(path, is_directory))
    }
}

fn is_left_out(entry: &DirEntry, excluded: &Exclusions) -> bool {
    let is_directory = entry.file_type().is_some_and(|kind| kind.is_dir());
    let is_version_control = is_directory
        && entry
            .file_name()
            .to_str()
            .is_some_and(|name| VERSION_CONTROL.contains(&name));
    is_version_control || excluded.matches(entry.path(), is_directory)
}

/// The path an error of the walk is about.
fn path_of(error: &ignore::Error) -> Option<&Path> {
    match error {
        ignore::Error::WithPath { path, .. } => Some(path),
        ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
            path_of(err)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::{Path, PathBuf};

    use tempfile::TempDir;

    use super::{Discovered, Exclusions, Found, discover};
    use crate::exclude::Patterns;

    fn tree(files: &[&str]) -> TempDir {
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "FROM scratch\n").unwrap();
        }
        directory
    }

    fn search(root: &Path, paths: &[&str], excluded: &Exclusions) -> Discovered {
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        discover(root, &paths, excluded)
    }

    fn told(root: &Path, found: &Discovered) -> Vec<String> {
        let relative = |file: &Found| crate::paths::relative(root, &file.path);
        found.files.iter().map(relative).collect()
    }

    #[test]
    fn directories_are_searched_and_files_taken_as_they_are() {
        let tree = tree(&[
            "Dockerfile",
            "a/api.dockerfile",
            "a/Dockerfile.dockerignore",
            ".devcontainer/Dockerfile",
            ".git/Dockerfile",
            "odd.txt",
        ]);
        let found = search(
            tree.path(),
            &[".", "odd.txt", "Dockerfile"],
            &Exclusions::default(),
        );
        assert_eq!(
            told(tree.path(), &found),
            [
                ".devcontainer/Dockerfile",
                "Dockerfile",
                "a/api.dockerfile",
                "odd.txt"
            ]
        );
        assert!(found.errors.is_empty());
    }

    #[test]
    fn ignored_and_excluded_files_are_left_out_unless_named() {
        let tree = tree(&["Dockerfile", "built/Dockerfile", "old/Dockerfile"]);
        fs::write(tree.path().join(".gitignore"), "built/\n").unwrap();
        let mut excluded = Exclusions {
            patterns: vec![Patterns::new(tree.path(), ["old"]).unwrap()],
            force: false,
        };
        let found = search(tree.path(), &["."], &excluded);
        assert_eq!(told(tree.path(), &found), ["Dockerfile"]);
        let found = search(
            tree.path(),
            &["old/Dockerfile", "built/Dockerfile"],
            &excluded,
        );
        assert_eq!(
            told(tree.path(), &found),
            ["built/Dockerfile", "old/Dockerfile"]
        );
        excluded.force = true;
        let found = search(
            tree.path(),
            &["old/Dockerfile", "built/Dockerfile"],
            &excluded,
        );
        assert_eq!(told(tree.path(), &found), ["built/Dockerfile"]);
    }

    #[test]
    fn a_missing_path_does_not_hide_the_others() {
        let tree = tree(&["Dockerfile"]);
        let found = search(
            tree.path(),
            &["missing", "Dockerfile"],
            &Exclusions::default(),
        );
        assert_eq!(told(tree.path(), &found), ["Dockerfile"]);
        let [error] = found.errors.as_slice() else {
            panic!("one error expected: {:?}", found.errors);
        };
        assert_eq!(error.path, tree.path().join("missing"));
        assert_eq!(error.message, "cannot read: no such file or directory");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn names_need_not_be_text() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;

        let tree = tree(&[]);
        let name = OsStr::from_bytes(b"Dockerfile.\xff");
        fs::write(tree.path().join(name), "FROM scratch\n").unwrap();
        let found = search(tree.path(), &["."], &Exclusions::default());
        let [file] = found.files.as_slice() else {
            panic!("one file expected: {:?}", found.files);
        };
        assert_eq!(file.path, tree.path().join(name));
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_only_inside_the_tree() {
        use std::os::unix::fs::symlink;

        let outside = tree(&["Dockerfile"]);
        let tree = tree(&["real/base.txt", "a/Dockerfile", "dir/Dockerfile/Dockerfile"]);
        let at = |name: &str| tree.path().join(name);
        symlink("real/base.txt", at("Dockerfile")).unwrap();
        symlink("a/Dockerfile", at("Dockerfile.same")).unwrap();
        symlink(outside.path().join("Dockerfile"), at("Dockerfile.out")).unwrap();
        symlink("Dockerfile.loop", at("Dockerfile.loop")).unwrap();
        symlink(".", at("loop")).unwrap();
        let found = search(tree.path(), &["."], &Exclusions::default());
        let files = told(tree.path(), &found);
        assert_eq!(files.len(), 3, "{files:?}");
        assert!(files.contains(&"Dockerfile".to_owned()));
        assert!(files.contains(&"dir/Dockerfile/Dockerfile".to_owned()));
        let messages: Vec<&str> = found.errors.iter().map(|e| e.message.as_str()).collect();
        assert_eq!(
            messages,
            ["cannot follow the link: too many levels of symbolic links"]
        );
        assert_eq!(found.notes.len(), 1);
    }
}
