//! What a step takes from the build context.

use dflint_build::{Action, BuildContext, CopySource, Entry, EntryKind, Origin, Step};
use dflint_parser::{Command, MountKind, Source, Text};

use crate::place::{below, relative};

/// A path of the build context that a step takes.
pub(crate) struct Taken<'m, 'a> {
    /// The word in the file; `None` for what a mount takes.
    pub(crate) word: Option<&'m Text<'a>>,
    /// The path or pattern, relative to the context; empty for all of it.
    pub(crate) path: &'m str,
}

/// The paths that `COPY`, `ADD` and bind mounts of a step take from the build context.
pub(crate) fn taken<'m, 'a>(step: &'m Step<'a>) -> Vec<Taken<'m, 'a>> {
    match (&step.action, &step.instruction.command) {
        (Action::Copy(copy), Command::Copy(written) | Command::Add(written))
            if copy.from == Origin::Context =>
        {
            let words = written.sources.iter().filter_map(|source| match source {
                Source::Path(text) => Some(text),
                _ => None,
            });
            let pairs = copy.sources.iter().zip(words);
            let paths = pairs.filter_map(|(source, word)| match source {
                CopySource::Path { path, .. } => Some(Taken {
                    word: Some(word),
                    path: relative(path.to_known()?),
                }),
                _ => None,
            });
            paths.collect()
        }
        (Action::Run(run), _) => {
            let mounts = run.mounts.iter();
            let mounts = mounts
                .filter(|mount| mount.kind == MountKind::Bind && mount.from == Origin::Context);
            let paths = mounts.filter_map(|mount| mount.source.to_known());
            paths
                .map(|path| Taken {
                    word: None,
                    path: relative(path),
                })
                .collect()
        }
        _ => Vec::new(),
    }
}

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
