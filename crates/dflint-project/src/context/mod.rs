//! Build contexts on disk.

mod infer;
mod roots;
mod scan;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use dflint_build::{BuildContext, ContextNeeds, DockerIgnore, Entry};

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
}

/// The directories that were looked at as build contexts, each scanned once whatever the number
/// of Dockerfiles that use it.
#[derive(Debug, Default)]
pub struct Contexts {
    scans: Mutex<HashMap<PathBuf, Option<Arc<Scan>>>>,
    directories: Arc<Directories>,
}

impl Contexts {
    /// Contexts whose directories are listed in `directories`.
    #[must_use]
    pub fn new(directories: Arc<Directories>) -> Self {
        Self {
            scans: Mutex::default(),
            directories,
        }
    }

    /// The build context at `directory` for the Dockerfile at `dockerfile`, whose own
    /// `<Dockerfile>.dockerignore` beats the context's `.dockerignore`; `None` where there is no
    /// such directory.
    #[must_use]
    pub fn open(&self, directory: &Path, dockerfile: Option<&Path>) -> Option<DiskContext> {
        let scan = {
            let mut scans = self.scans.lock().unwrap_or_else(PoisonError::into_inner);
            scans
                .entry(directory.to_owned())
                .or_insert_with(|| Scan::new(directory, &self.directories).map(Arc::new))
                .clone()?
        };
        let (ignore, ignore_path) = match dockerfile.and_then(own_ignore_file) {
            Some((path, text)) => {
                let within = path.strip_prefix(directory).ok();
                let within = within.and_then(Path::to_str).unwrap_or_default();
                (Some(DockerIgnore::parse(&text)), within.replace('\\', "/"))
            }
            None => {
                let text = scan.read(USUAL_IGNORE_FILE);
                let ignore = text.map(|text| DockerIgnore::parse(&text));
                (ignore, USUAL_IGNORE_FILE.to_owned())
            }
        };
        Some(DiskContext {
            scan,
            ignore,
            ignore_path,
        })
    }
}

/// The file at the context's root that says what stays out of it.
const USUAL_IGNORE_FILE: &str = ".dockerignore";

/// `<Dockerfile>.dockerignore` and its text.
fn own_ignore_file(dockerfile: &Path) -> Option<(PathBuf, String)> {
    let mut name = dockerfile.file_name()?.to_owned();
    name.push(USUAL_IGNORE_FILE);
    let path = dockerfile.with_file_name(name);
    let bytes = crate::source::read(&path).ok()?;
    Some((path, String::from_utf8(bytes).ok()?))
}

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
