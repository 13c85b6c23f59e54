//! The build context as rules see it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::context_needs::ContextNeeds;
use crate::dockerignore::DockerIgnore;

/// Files larger than this are not read, in bytes.
pub const MAX_READ: u64 = 1 << 20;

/// How much of a file [`BuildContext::head`] gives, in bytes.
pub const HEAD: usize = 512;

/// What stands at a path of the context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
}

/// One path of the context.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative to the context, with slashes, without a leading one.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Size in bytes; 0 for directories.
    pub size: u64,
    /// Permission bits, where the file system has them.
    pub mode: Option<u32>,
}

/// The directory that `COPY` and `ADD` read from.
///
/// Paths are relative to it, with slashes, without a leading one. An implementation scans lazily,
/// keeps what it read, and gives up at a limit of its own rather than take long.
pub trait BuildContext {
    /// Every path, sorted, those that `.dockerignore` keeps away included; `None` where the
    /// context is too large to list.
    fn entries(&self) -> Option<&[Entry]>;

    /// The text of a file; `None` where there is none, it is not UTF-8, or it is larger than
    /// [`MAX_READ`].
    fn read(&self, path: &str) -> Option<Arc<str>>;

    /// The first [`HEAD`] bytes of a file, of any kind and size; `None` where there is none.
    fn head(&self, path: &str) -> Option<Vec<u8>> {
        let text = self.read(path)?;
        Some(text.bytes().take(HEAD).collect())
    }

    /// The rules of `.dockerignore` (or of the file's own one); `None` where there is none.
    fn ignore(&self) -> Option<&DockerIgnore>;

    /// Where those rules are or would be written, as a path of the context; empty where they come
    /// from a file outside of it.
    fn ignore_path(&self) -> &str {
        ".dockerignore"
    }

    /// Whether there is something at `path`, ignored or not.
    fn exists(&self, path: &str) -> bool {
        let path = path.trim_end_matches('/');
        self.entries().is_some_and(|entries| {
            entries
                .binary_search_by(|entry| entry.path.as_str().cmp(path))
                .is_ok()
        })
    }

    /// Whether the only Dockerfile in it is the one it was opened for, at its root: then nobody else
    /// needs anything of it.
    fn is_for_one(&self) -> bool {
        false
    }

    /// What the Dockerfiles that stand in it need of it. An implementation that serves many of
    /// them keeps the answer.
    ///
    /// # Errors
    /// Why they cannot all be looked at.
    fn dockerfiles_need(&self) -> Result<Arc<ContextNeeds>, String> {
        ContextNeeds::of_dockerfiles(self).map(Arc::new)
    }

    /// Whether the build sees `path`: it is there and `.dockerignore` lets it through.
    fn is_sent(&self, path: &str) -> bool {
        self.exists(path) && self.ignore().is_none_or(|ignore| !ignore.excludes(path))
    }
}

/// A context that stands in memory, for tests and for editors.
#[derive(Debug, Default)]
pub struct MemoryContext {
    entries: Vec<Entry>,
    files: BTreeMap<String, Arc<str>>,
    ignore: Option<DockerIgnore>,
}

impl MemoryContext {
    /// A context with these files (path and text). A file called `.dockerignore` is read.
    #[must_use]
    pub fn new<P: Into<String>, T: Into<Arc<str>>>(
        files: impl IntoIterator<Item = (P, T)>,
    ) -> Self {
        let files: BTreeMap<String, Arc<str>> = files
            .into_iter()
            .map(|(path, text)| (path.into(), text.into()))
            .collect();
        let mut entries = BTreeMap::new();
        for (path, text) in &files {
            for (slash, _) in path.match_indices('/') {
                let directory = path.get(..slash).unwrap_or_default();
                entries.insert(directory, (EntryKind::Directory, 0));
            }
            entries.insert(path.as_str(), (EntryKind::File, text.len() as u64));
        }
        let entries = entries
            .into_iter()
            .map(|(path, (kind, size))| Entry {
                path: path.to_owned(),
                kind,
                size,
                mode: None,
            })
            .collect();
        let ignore = files
            .get(".dockerignore")
            .map(|text| DockerIgnore::parse(text));
        Self {
            entries,
            files,
            ignore,
        }
    }
}

impl BuildContext for MemoryContext {
    fn entries(&self) -> Option<&[Entry]> {
        Some(&self.entries)
    }

    fn read(&self, path: &str) -> Option<Arc<str>> {
        self.files.get(path).cloned()
    }

    fn ignore(&self) -> Option<&DockerIgnore> {
        self.ignore.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::{BuildContext, MemoryContext};

    #[test]
    fn directories_are_there_and_ignored_files_are_not_sent() {
        let context =
            MemoryContext::new([("src/main.rs", "fn main() {}"), (".dockerignore", "src")]);
        assert!(context.exists("src"));
        assert!(context.exists("src/main.rs"));
        assert!(!context.exists("main.rs"));
        assert!(!context.is_sent("src/main.rs"));
        assert_eq!(context.read("src/main.rs").as_deref(), Some("fn main() {}"));
    }
}
