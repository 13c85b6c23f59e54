//! One directory, listed once.

use std::collections::HashMap;
use std::fs::{self, File, FileType};
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use dflint_build::{ContextNeeds, Entry, EntryKind, HEAD, MAX_READ};

use crate::directories::Directories;

/// The most paths that are listed; a larger directory counts as unknown.
const MAX_ENTRIES: usize = 100_000;

/// The most bytes of files that are kept in memory.
const MAX_KEPT: usize = 64 * 1024 * 1024;

/// A directory as build contexts see it: listed and read when somebody asks, once for all
/// Dockerfiles that share it.
#[derive(Debug)]
pub(crate) struct Scan {
    /// Real path: links above it are resolved.
    root: PathBuf,
    directories: Arc<Directories>,
    entries: OnceLock<Option<Vec<Entry>>>,
    files: Mutex<Files>,
    needs: OnceLock<Result<Arc<ContextNeeds>, String>>,
}

/// The files that were read, `None` for those that cannot be.
#[derive(Debug, Default)]
struct Files {
    text: HashMap<String, Option<Arc<str>>>,
    bytes: usize,
}

impl Scan {
    /// The directory at `root`, a real path.
    pub(crate) fn new(root: PathBuf, directories: &Arc<Directories>) -> Self {
        Self {
            root,
            directories: Arc::clone(directories),
            entries: OnceLock::new(),
            files: Mutex::default(),
            needs: OnceLock::new(),
        }
    }

    /// Every path below the directory, sorted; `None` where there are more than [`MAX_ENTRIES`]
    /// or a directory cannot be read.
    pub(crate) fn entries(&self) -> Option<&[Entry]> {
        self.entries
            .get_or_init(|| list(&self.root, &self.directories))
            .as_deref()
    }

    /// Whether there is something at `path`, without listing the directory.
    pub(crate) fn exists(&self, path: &str) -> bool {
        if let Some(listed) = self.entries.get() {
            return listed.as_deref().is_some_and(|entries| {
                entries
                    .binary_search_by(|entry| entry.path.as_str().cmp(path))
                    .is_ok()
            });
        }
        self.locate(path)
            .is_some_and(|path| fs::symlink_metadata(path).is_ok())
    }

    /// The text of the file at `path`; `None` where there is none inside the directory, it is not
    /// UTF-8, or it is larger than [`MAX_READ`].
    pub(crate) fn read(&self, path: &str) -> Option<Arc<str>> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = files.text.get(path) {
            return known.clone();
        }
        let text = self.read_file(path).map(Arc::<str>::from);
        let size = text.as_ref().map_or(0, |text| text.len());
        if files.bytes + size > MAX_KEPT {
            return text;
        }
        files.bytes += size;
        files.text.insert(path.to_owned(), text.clone());
        text
    }

    /// What the Dockerfiles in the directory need of it, which `find` finds out.
    pub(crate) fn dockerfiles_need(
        &self,
        find: impl FnOnce() -> Result<Arc<ContextNeeds>, String>,
    ) -> Result<Arc<ContextNeeds>, String> {
        self.needs.get_or_init(find).clone()
    }

    /// The first [`HEAD`] bytes of the file at `path`; `None` where there is none inside the
    /// directory.
    pub(crate) fn head(&self, path: &str) -> Option<Vec<u8>> {
        let (real, _) = self.file(path)?;
        let mut head = Vec::with_capacity(HEAD);
        let file = File::open(real).ok()?;
        file.take(HEAD as u64).read_to_end(&mut head).ok()?;
        Some(head)
    }

    fn read_file(&self, path: &str) -> Option<String> {
        let (real, size) = self.file(path)?;
        if size > MAX_READ {
            return None;
        }
        fs::read_to_string(real).ok()
    }

    /// The real path of the regular file at `path`, and its size.
    fn file(&self, path: &str) -> Option<(PathBuf, u64)> {
        // A link may lead out of the context, where a build sees nothing.
        let real = fs::canonicalize(self.locate(path)?).ok()?;
        let metadata = fs::metadata(&real).ok()?;
        let is_inside = real.starts_with(&self.root) && metadata.is_file();
        is_inside.then_some((real, metadata.len()))
    }

    /// `path` on disk, unless it leaves the directory by its letters.
    fn locate(&self, path: &str) -> Option<PathBuf> {
        let path = Path::new(path);
        let stays = path
            .components()
            .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        stays.then(|| self.root.join(path))
    }
}

fn list(root: &Path, directories: &Directories) -> Option<Vec<Entry>> {
    let mut entries = Vec::new();
    let mut waiting = vec![(root.to_owned(), String::new())];
    while let Some((directory, above)) = waiting.pop() {
        for item in directories.list(&directory)?.items() {
            if entries.len() == MAX_ENTRIES {
                return None;
            }
            let on_disk = directory.join(&item.name);
            // Names that are not UTF-8 cannot be written in a Dockerfile.
            let Some(name) = item.name.to_str() else {
                continue;
            };
            let path = format!("{above}{name}");
            if item.kind.is_dir() {
                waiting.push((on_disk.clone(), format!("{path}/")));
            }
            entries.extend(entry(path, &on_disk, item.kind));
        }
    }
    entries.sort_by(|one, other| one.path.cmp(&other.path));
    Some(entries)
}

fn entry(path: String, on_disk: &Path, kind: FileType) -> Option<Entry> {
    let metadata = fs::symlink_metadata(on_disk).ok()?;
    Some(Entry {
        path: path.replace('\\', "/"),
        kind: if kind.is_dir() {
            EntryKind::Directory
        } else if kind.is_symlink() {
            EntryKind::Link
        } else {
            EntryKind::File
        },
        size: if metadata.is_file() {
            metadata.len()
        } else {
            0
        },
        mode: mode(&metadata),
    })
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    Some(metadata.permissions().mode() & 0o7777)
}

#[cfg(not(unix))]
fn mode(_metadata: &fs::Metadata) -> Option<u32> {
    None
}
