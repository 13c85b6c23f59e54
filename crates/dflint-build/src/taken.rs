//! What a step takes from the build context.

use dflint_parser::{Command, MountKind, Source, Text};

use crate::model::{Action, CopySource, Origin, Step};

/// A path of the build context that a step takes.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'m, 'a> {
    /// The word in the file; `None` for what a mount takes.
    pub word: Option<&'m Text<'a>>,
    /// The path or pattern, relative to the context; empty for all of it.
    pub path: &'m str,
}

/// The paths that `COPY`, `ADD` and bind mounts of a step take from the build context.
#[must_use]
pub fn taken<'m, 'a>(step: &'m Step<'a>) -> Vec<Taken<'m, 'a>> {
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
                    path: path.to_known()?.trim_start_matches('/'),
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
                    path: path.trim_start_matches('/'),
                })
                .collect()
        }
        _ => Vec::new(),
    }
}
