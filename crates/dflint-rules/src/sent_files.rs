//! Files of the build context that a build gets.

use dflint_build::{BuildContext, Entry, EntryKind};

use crate::place::{below, relative};

/// The files that a build gets for a path or pattern of its context.
pub(crate) fn sent_files<'c>(
    context: &'c dyn BuildContext,
    path: &str,
) -> impl Iterator<Item = &'c Entry> {
    let path = path.trim_end_matches('/').to_owned();
    let is_pattern = path.contains(['*', '?', '[']);
    let entries = context.entries().unwrap_or_default().iter();
    entries.filter(move |entry| {
        let matches = match is_pattern {
            true => dflint_build::dockerignore::selects(&path, &entry.path),
            false => path.is_empty() || entry.path == path || below(&entry.path, &path).is_some(),
        };
        let kept = || {
            context
                .ignore()
                .is_none_or(|ignore| !ignore.excludes(&entry.path))
        };
        entry.kind == EntryKind::File && matches && kept()
    })
}

/// What stands at `path` (relative or absolute) of the context.
pub(crate) fn kind_of(context: &dyn BuildContext, path: &str) -> Option<EntryKind> {
    let path = relative(path).trim_end_matches('/');
    let entries = context.entries()?;
    let at = entries
        .binary_search_by(|entry| entry.path.as_str().cmp(path))
        .ok()?;
    entries.get(at).map(|entry| entry.kind)
}
