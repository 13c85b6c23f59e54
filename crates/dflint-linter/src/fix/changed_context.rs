//! The build context as it will be when fixes have written other files.

use std::collections::BTreeMap;
use std::sync::Arc;

use dflint_build::path::base;
use dflint_build::{
    BuildContext, ContextNeeds, DockerIgnore, Entry, EntryKind, HEAD, looks_like_dockerfile,
};
use dflint_fix::ContextChange;

/// A build context with created and changed files laid over it.
pub(super) struct ChangedContext<'c> {
    base: &'c dyn BuildContext,
    files: &'c BTreeMap<String, ContextChange>,
    /// `None` where no file was written: then the base's own are the same.
    entries: Option<Vec<Entry>>,
    ignore: Option<DockerIgnore>,
}

impl<'c> ChangedContext<'c> {
    pub(super) fn new(
        base: &'c dyn BuildContext,
        files: &'c BTreeMap<String, ContextChange>,
    ) -> Self {
        let written = files.iter().map(|(path, change)| Entry {
            path: path.clone(),
            kind: EntryKind::File,
            size: change.after.len() as u64,
            mode: None,
        });
        let entries = base.entries().filter(|_| !files.is_empty()).map(|known| {
            let kept = known
                .iter()
                .filter(|entry| !files.contains_key(&entry.path));
            let mut entries: Vec<Entry> = kept.cloned().chain(written).collect();
            entries.sort_by(|one, other| one.path.cmp(&other.path));
            entries
        });
        let ignore = files
            .get(base.ignore_path())
            .map(|change| DockerIgnore::parse(&change.after));
        Self {
            base,
            files,
            entries,
            ignore,
        }
    }

    fn changes_dockerfiles(&self) -> bool {
        let mut names = self.files.keys().map(|path| base(path));
        names.any(looks_like_dockerfile)
    }
}

impl BuildContext for ChangedContext<'_> {
    fn entries(&self) -> Option<&[Entry]> {
        self.entries.as_deref().or_else(|| self.base.entries())
    }

    fn read(&self, path: &str) -> Option<Arc<str>> {
        let written = self.files.get(path);
        let written = written.map(|change| Arc::from(change.after.as_str()));
        written.or_else(|| self.base.read(path))
    }

    fn head(&self, path: &str) -> Option<Vec<u8>> {
        match self.files.get(path) {
            Some(change) => Some(change.after.bytes().take(HEAD).collect()),
            None => self.base.head(path),
        }
    }

    fn ignore(&self) -> Option<&DockerIgnore> {
        self.ignore.as_ref().or_else(|| self.base.ignore())
    }

    fn ignore_path(&self) -> &str {
        self.base.ignore_path()
    }

    fn is_for_one(&self) -> bool {
        !self.changes_dockerfiles() && self.base.is_for_one()
    }

    fn dockerfiles_need(&self) -> Result<Arc<ContextNeeds>, String> {
        match self.changes_dockerfiles() {
            true => ContextNeeds::of_dockerfiles(self).map(Arc::new),
            false => self.base.dockerfiles_need(),
        }
    }
}
