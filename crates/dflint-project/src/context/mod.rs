//! Build contexts on disk.

mod infer;
mod real;
mod roots;
mod scan;

use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use dflint_build::{BuildContext, ContextNeeds, DockerIgnore, Entry, dockerfiles};

use self::real::RealPaths;
use self::scan::Scan;
use crate::directories::Directories;

pub use infer::infer;
pub use roots::Roots;

/// The build context of one Dockerfile.
#[derive(Debug)]
pub struct DiskContext {
    scan: Arc<Scan>,
    ignore: Option<DockerIgnore>,
    /// Where those rules stand in the context; empty where they do not.
    ignore_path: String,
    /// The Dockerfile it was opened for, where that stands at its root.
    dockerfile: Option<OsString>,
}

/// The directories that were looked at as build contexts, each scanned once whatever the number
/// of Dockerfiles that use it.
#[derive(Debug, Default)]
pub struct Contexts {
    known: Mutex<Known>,
    directories: Arc<Directories>,
}

#[derive(Debug, Default)]
struct Known {
    /// By directory, as text: the parts of a path take long to hash.
    scans: HashMap<OsString, Option<Arc<Scan>>>,
    real: RealPaths,
}

impl Contexts {
    /// Contexts whose directories are listed in `directories`.
    #[must_use]
    pub fn new(directories: Arc<Directories>) -> Self {
        Self {
            known: Mutex::default(),
            directories,
        }
    }

    /// The build context at `directory` for the Dockerfile at `dockerfile`, whose own
    /// `<Dockerfile>.dockerignore` beats the context's `.dockerignore`; `None` where there is no
    /// such directory.
    #[must_use]
    pub fn open(&self, directory: &Path, dockerfile: Option<&Path>) -> Option<DiskContext> {
        let scan = self.scan(directory)?;
        let own = dockerfile.and_then(|path| self.own_ignore_file(path));
        let (ignore, ignore_path) = match own {
            Some((path, text)) => {
                let within = path.strip_prefix(directory).ok();
                let within = within.and_then(Path::to_str).unwrap_or_default();
                (Some(DockerIgnore::parse(&text)), within.replace('\\', "/"))
            }
            None => {
                // Most contexts have none, and the directory was listed to find that it is one.
                let is_there = self.directories.has(directory, USUAL_IGNORE_FILE);
                let text = is_there.then(|| scan.read(USUAL_IGNORE_FILE)).flatten();
                let ignore = text.map(|text| DockerIgnore::parse(&text));
                (ignore, USUAL_IGNORE_FILE.to_owned())
            }
        };
        Some(DiskContext {
            scan,
            ignore,
            ignore_path,
            dockerfile: dockerfile
                .filter(|path| path.parent() == Some(directory))
                .and_then(|path| Some(path.file_name()?.to_owned())),
        })
    }

    fn scan(&self, directory: &Path) -> Option<Arc<Scan>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(scan) = known.scans.get(directory.as_os_str()) {
            return scan.clone();
        }
        let root = known.real.of(directory);
        let scan = root.map(|root| Arc::new(Scan::new(root, &self.directories)));
        known.scans.insert(directory.into(), scan.clone());
        scan
    }

    /// `<Dockerfile>.dockerignore` and its text.
    fn own_ignore_file(&self, dockerfile: &Path) -> Option<(PathBuf, String)> {
        let mut name = dockerfile.file_name()?.to_owned();
        name.push(USUAL_IGNORE_FILE);
        let listing = self.directories.list(dockerfile.parent()?);
        if listing.is_some_and(|listing| listing.kind_of(&name).is_none()) {
            return None;
        }
        let path = dockerfile.with_file_name(name);
        let bytes = crate::source::read(&path).ok()?;
        Some((path, String::from_utf8(bytes).ok()?))
    }
}

/// The file at the context's root that says what stays out of it.
const USUAL_IGNORE_FILE: &str = ".dockerignore";

impl BuildContext for DiskContext {
    fn entries(&self) -> Option<&[Entry]> {
        self.scan.entries()
    }

    fn read(&self, path: &str) -> Option<Arc<str>> {
        self.scan.read(path)
    }

    fn head(&self, path: &str) -> Option<Vec<u8>> {
        self.scan.head(path)
    }

    fn ignore(&self) -> Option<&DockerIgnore> {
        self.ignore.as_ref()
    }

    fn ignore_path(&self) -> &str {
        &self.ignore_path
    }

    fn exists(&self, path: &str) -> bool {
        self.scan.exists(path.trim_end_matches('/'))
    }

    fn is_for_one(&self) -> bool {
        let mut dockerfiles = dockerfiles(self.entries().unwrap_or_default());
        let (Some(only), None) = (dockerfiles.next(), dockerfiles.next()) else {
            return false;
        };
        self.dockerfile.as_deref() == Some(only.path.as_ref())
    }

    fn dockerfiles_need(&self) -> Result<Arc<ContextNeeds>, String> {
        let needs = || ContextNeeds::of_dockerfiles(self).map(Arc::new);
        self.scan.dockerfiles_need(needs)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use dflint_build::{BuildContext, EntryKind};

    use super::Contexts;

    #[test]
    fn a_directory_is_listed_and_read() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        fs::create_dir(at("src")).unwrap();
        fs::write(at("src/main.py"), "print()\n").unwrap();
        fs::write(at("binary"), [0xff, 0xfe]).unwrap();
        let contexts = Contexts::default();
        let context = contexts.open(directory.path(), None).unwrap();
        assert!(context.exists("src/"), "before it is listed");
        let paths: Vec<_> = context
            .entries()
            .unwrap()
            .iter()
            .map(|e| (e.path.as_str(), e.kind))
            .collect();
        assert_eq!(
            paths,
            [
                ("binary", EntryKind::File),
                ("src", EntryKind::Directory),
                ("src/main.py", EntryKind::File)
            ]
        );
        assert!(context.exists("src/main.py") && !context.exists("src/main.rs"));
        assert_eq!(context.read("src/main.py").as_deref(), Some("print()\n"));
        assert_eq!(context.read("binary"), None);
        assert_eq!(context.read("../outside"), None);
        assert!(contexts.open(&at("missing"), None).is_none());
    }

    #[test]
    fn the_dockerfiles_own_ignore_file_wins() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        fs::write(at(".dockerignore"), "a\n").unwrap();
        fs::write(at("a"), "").unwrap();
        fs::write(at("b"), "").unwrap();
        fs::write(at("Dockerfile.b.dockerignore"), "b\n").unwrap();
        let contexts = Contexts::default();
        let sent = |dockerfile: &str| {
            let context = contexts
                .open(directory.path(), Some(&at(dockerfile)))
                .unwrap();
            let path = context.ignore_path().to_owned();
            (context.is_sent("a"), context.is_sent("b"), path)
        };
        let usual = ".dockerignore".to_owned();
        assert_eq!(sent("Dockerfile"), (false, true, usual));
        let own = "Dockerfile.b.dockerignore".to_owned();
        assert_eq!(sent("Dockerfile.b"), (true, false, own));
    }

    #[test]
    fn a_context_may_be_for_one_dockerfile() {
        let is_for_one = |files: &[&str], dockerfile: &str| {
            let directory = tempfile::tempdir().unwrap();
            let at = |path: &str| directory.path().join(path);
            fs::create_dir(at("sub")).unwrap();
            for file in files {
                fs::write(at(file), "FROM scratch\n").unwrap();
            }
            let context = Contexts::default().open(directory.path(), Some(&at(dockerfile)));
            context.unwrap().is_for_one()
        };
        assert!(is_for_one(&["Dockerfile", "sub/main.go"], "Dockerfile"));
        assert!(!is_for_one(&["Dockerfile", "sub/dockerfile"], "Dockerfile"));
        assert!(!is_for_one(&["sub/Dockerfile"], "sub/Dockerfile"));
        assert!(!is_for_one(&["Dockerfile"], "odd.txt"));
    }

    #[cfg(unix)]
    #[test]
    fn links_do_not_lead_out() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret"), "s").unwrap();
        let directory = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(outside.path().join("secret"), directory.path().join("link"))
            .unwrap();
        std::os::unix::fs::symlink(".", directory.path().join("loop")).unwrap();
        let contexts = Contexts::default();
        let context = contexts.open(directory.path(), None).unwrap();
        assert_eq!(context.read("link"), None);
        assert_eq!(context.entries().unwrap().len(), 2);
    }
}
