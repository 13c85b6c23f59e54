//! Which files of the build context stand where when the build begins.

use dflint_build::path::{base, join};
use dflint_build::{Action, BuildContext, CopySource, CopyStep, EntryKind, Origin};

use crate::archive::may_unpack;
use crate::place::{below, relative};
use crate::sent_files::{kind_of, sent_files};

use super::Ground;

/// A file of the build context in the image.
pub(super) struct Brought {
    /// Absolute, in the image.
    pub(super) image: String,
    /// Relative to the context.
    pub(super) context: String,
    /// Position of the `COPY` in the stage's steps.
    pub(super) at: usize,
}

/// More files are not looked at: a plan for such a project would be a guess.
const MOST_FILES: usize = 20_000;

/// The files that the steps up to the build copy.
///
/// # Errors
/// Why they cannot be listed.
pub(super) fn brought(ground: &Ground) -> Result<Vec<Brought>, String> {
    let steps = ground.stage.steps.iter().enumerate();
    let mut all = Vec::new();
    for (at, step) in steps.take(ground.call.at) {
        let Action::Copy(copy) = &step.action else {
            continue;
        };
        // The final stage takes the same files from there.
        if matches!(copy.from, Origin::Stage(_)) {
            continue;
        }
        let line = step.instruction.start_line;
        let is_archive = |source: &CopySource| match source {
            CopySource::Path { path, .. } => may_unpack(path.as_str()),
            _ => true,
        };
        let unpacks = copy.is_add && copy.sources.iter().any(is_archive);
        if copy.from != Origin::Context || unpacks {
            return Err(format!(
                "line {line} brings files that do not come from the build context"
            ));
        }
        if copy.parents || !copy.exclude.is_empty() {
            return Err(format!(
                "line {line} chooses files by `--parents` or `--exclude`"
            ));
        }
        add(ground, at, copy, &mut all)?;
        if all.len() > MOST_FILES {
            return Err("the build context holds too many files".to_owned());
        }
    }
    Ok(all)
}

fn add(ground: &Ground, at: usize, copy: &CopyStep, all: &mut Vec<Brought>) -> Result<(), String> {
    let destination = copy
        .destination
        .to_known()
        .ok_or("the destination of a `COPY` is not known")?;
    let into_folder = destination.ends_with('/') || copy.sources.len() > 1;
    for source in &copy.sources {
        let CopySource::Path { path, .. } = source else {
            return Err("a `COPY` writes a file that is not in the build context".to_owned());
        };
        let path = path.to_known().ok_or("a source of a `COPY` is not known")?;
        let files = files_of(ground.cx.build_context, path, ground)?;
        for (file, inside) in files {
            let image = match inside {
                Some(inside) => join(destination, &inside),
                None if into_folder => join(destination, base(&file)),
                None => destination.to_owned(),
            };
            all.push(Brought {
                image,
                context: file,
                at,
            });
        }
    }
    Ok(())
}

/// The files that a source brings, each with its path inside of the source where that is a folder.
fn files_of(
    context: Option<&dyn BuildContext>,
    source: &str,
    ground: &Ground,
) -> Result<Vec<(String, Option<String>)>, String> {
    let path = relative(source).trim_end_matches('/');
    let pattern = path.contains(['*', '?', '[']);
    let Some(context) = context else {
        // A name that only a source file can have says enough.
        return match !path.is_empty() && ground.call.language.is_source(path) {
            true => Ok(vec![(path.to_owned(), None)]),
            false => Err(
                "the build context is not known, so that the program may read any \
                          file of it"
                    .to_owned(),
            ),
        };
    };
    let kind = kind_of(context, path);
    if pattern
        && context.entries().is_some_and(|entries| {
            entries.iter().any(|entry| {
                entry.kind != EntryKind::File
                    && dflint_build::dockerignore::selects(path, &entry.path)
            })
        })
    {
        return Err(format!("the pattern `{path}` matches folders"));
    }
    let is_folder = path.is_empty() || kind == Some(EntryKind::Directory);
    let files = sent_files(context, path);
    let files: Vec<_> = files
        .map(|entry| {
            let inside = is_folder.then(|| match path.is_empty() {
                true => entry.path.clone(),
                false => below(&entry.path, path).unwrap_or_default().to_owned(),
            });
            (entry.path.clone(), inside)
        })
        .collect();
    match files.is_empty() {
        true => Err(format!(
            "`{}` is not in the build context",
            relative(source)
        )),
        false => Ok(files),
    }
}

/// The text of the file of the build context that stands at `place` in the image.
pub(super) fn read(
    ground: &Ground,
    brought: &[Brought],
    place: &str,
) -> Option<std::sync::Arc<str>> {
    let file = brought.iter().rev().find(|file| file.image == place)?;
    ground.cx.build_context?.read(&file.context)
}
