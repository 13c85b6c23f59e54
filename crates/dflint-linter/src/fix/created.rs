//! The build context as it will be when the files that fixes create are there.

use std::collections::BTreeMap;
use std::sync::Arc;

use dflint_build::{BuildContext, DockerIgnore, Entry, EntryKind};

/// A build context with created files laid over it.
pub(super) struct WithCreated<'c> {
    base: &'c dyn BuildContext,
    files: &'c BTreeMap<String, String>,
    /// `None` where no file was created: then the base's own are the same.
    entries: Option<Vec<Entry>>,
    ignore: Option<DockerIgnore>,
}

impl<'c> WithCreated<'c> {
    pub(super) fn new(base: &'c dyn BuildContext, files: &'c BTreeMap<String, String>) -> Self {
        let created = files.iter().map(|(path, text)| Entry {
            path: path.clone(),
            kind: EntryKind::File,
            size: text.len() as u64,
            mode: None,
        });
        let entries = base.entries().filter(|_| !files.is_empty()).map(|known| {
            let mut entries: Vec<Entry> = known.iter().cloned().chain(created).collect();
            entries.sort_by(|one, other| one.path.cmp(&other.path));
            entries
        });
        let ignore = files
            .get(".dockerignore")
            .map(|text| DockerIgnore::parse(text));
        Self {
            base,
            files,
            entries,
            ignore,
        }
    }
}

impl BuildContext for WithCreated<'_> {
    fn entries(&self) -> Option<&[Entry]> {
        self.entries.as_deref().or_else(|| self.base.entries())
    }

    fn read(&self, path: &str) -> Option<Arc<str>> {
        let created = self.files.get(path).map(|text| Arc::from(text.as_str()));
        created.or_else(|| self.base.read(path))
    }

    fn ignore(&self) -> Option<&DockerIgnore> {
        self.ignore.as_ref().or_else(|| self.base.ignore())
    }
}
