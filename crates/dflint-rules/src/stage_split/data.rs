//! Files of the build context that the program may read while it runs.

use std::collections::{BTreeMap, BTreeSet};

use dflint_build::Action;
use dflint_build::path::join;
use dflint_knowledge::stage_split::{Artefact, is_neutral_file};

use crate::embedded;
use crate::place::{below, folder, is_within, relative};

use super::{Brought, Ground};

/// More files and folders are not copied one by one.
const MOST_PATHS: usize = 6;

/// What is copied beside what was built: absolute paths in the image, sorted.
///
/// Folders without any source file come whole, other files one by one.
///
/// # Errors
/// Why that cannot be told, or that it is too much.
pub(super) fn data(ground: &Ground, brought: &[Brought]) -> Result<Vec<String>, String> {
    let embedded = match ground.call.language.artefact {
        Artefact::GoProgram => embedded_by_go(ground, brought),
        _ => BTreeSet::new(),
    };
    let is_data = |file: &&Brought| {
        !ground.call.language.is_source(&file.context)
            && !is_neutral_file(&file.context)
            && !embedded.iter().any(|path| is_within(&file.image, path))
    };
    let sources: BTreeSet<&str> = brought
        .iter()
        .filter(|file| !is_data(file))
        .map(|file| file.image.as_str())
        .collect();
    let mut paths = BTreeSet::new();
    for file in brought.iter().filter(is_data) {
        paths.insert(widest(&file.image, &sources, roots(ground, file)));
    }
    let paths = without_covered(paths);
    if paths.len() > MOST_PATHS {
        let first = paths.first().cloned().unwrap_or_default();
        return Err(format!(
            "the program may read `{first}` and {} more files and folders that are not its source",
            paths.len() - 1
        ));
    }
    Ok(paths)
}

/// The folder that is not the project's alone: the one that the file's `COPY` writes into, or above
/// that where it lies below the working directory.
fn roots(ground: &Ground, file: &Brought) -> String {
    let step = ground.stage.steps.get(file.at);
    let destination = match step.map(|step| &step.action) {
        Some(Action::Copy(copy)) => copy.destination.as_str().trim_end_matches('/'),
        _ => "",
    };
    let workdir = ground.stage.end.workdir();
    let is_own = below(destination, workdir.as_str()).is_some();
    match destination == file.image || is_own {
        true => folder(destination).to_owned(),
        false => destination.to_owned(),
    }
}

/// The highest folder below `root` that holds `file` and no source file; the file itself where
/// each holds one.
fn widest(file: &str, sources: &BTreeSet<&str>, root: String) -> String {
    let holds_source = |path: &str| {
        let prefix = format!("{path}/");
        let mut after = sources.range(prefix.as_str()..);
        after.next().is_some_and(|next| next.starts_with(&prefix))
    };
    let mut found = file;
    let mut up = folder(file);
    while up.len() > root.len().max(1) && !holds_source(up) {
        found = up;
        up = folder(up);
    }
    found.to_owned()
}

fn without_covered(paths: BTreeSet<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for path in paths {
        if !kept.iter().any(|above| is_within(&path, above)) {
            kept.push(path);
        }
    }
    kept
}

/// The paths that Go files take into the program with `//go:embed`, absolute in the image.
fn embedded_by_go(ground: &Ground, brought: &[Brought]) -> BTreeSet<String> {
    let Some(context) = ground.cx.build_context else {
        return BTreeSet::new();
    };
    let mut patterns: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for file in brought.iter().filter(|file| file.context.ends_with(".go")) {
        let found = embedded::by_go(context, &file.context);
        patterns
            .entry(folder(&file.image))
            .or_default()
            .extend(found);
    }
    let mut paths = BTreeSet::new();
    for (folder, pattern) in patterns
        .iter()
        .flat_map(|(folder, all)| all.iter().map(move |pattern| (*folder, pattern)))
    {
        match pattern.contains(['*', '?', '[']) {
            false => {
                paths.insert(join(folder, pattern));
            }
            true => {
                let whole = join(folder, pattern);
                let whole = relative(&whole);
                let matched = brought.iter().map(|file| &file.image);
                paths.extend(
                    matched
                        .filter(|image| dflint_build::dockerignore::selects(whole, relative(image)))
                        .cloned(),
                );
            }
        }
    }
    paths
}
