//! Files that a compiler takes into what it makes, as source files name them.

use dflint_build::BuildContext;
use dflint_build::path::join;

/// More Rust files are not looked at.
const MOST_FILES: usize = 1000;

/// The macros that take a file in.
const RUST_MACROS: &[&str] = &["include_str!", "include_bytes!", "include!"];

/// The patterns of a Go file's `//go:embed`, relative to its folder.
pub(crate) fn by_go(context: &dyn BuildContext, file: &str) -> Vec<String> {
    let Some(text) = context.read(file) else {
        return Vec::new();
    };
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("//go:embed "));
    lines
        .flat_map(str::split_ascii_whitespace)
        .map(|pattern| pattern.trim_matches(['"', '`']))
        .map(|pattern| pattern.trim_start_matches("all:").to_owned())
        .collect()
}

/// The paths of the context that its Rust files take in; `None` where there are too many files.
pub(crate) fn by_rust_files(context: &dyn BuildContext) -> Option<Vec<String>> {
    let entries = context.entries().unwrap_or_default().iter();
    let files = entries.filter(|entry| entry.path.ends_with(".rs"));
    let mut included = Vec::new();
    for (count, file) in files.enumerate() {
        if count == MOST_FILES {
            return None;
        }
        let Some(text) = context.read(&file.path) else {
            continue;
        };
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for path in by_rust(&text) {
            match path.strip_prefix('/') {
                None => included.push(join(folder, path)),
                // It follows `CARGO_MANIFEST_DIR`, which is some folder above.
                Some(path) => included.extend(with_folders_above(folder, path)),
            }
        }
    }
    Some(included)
}

/// The texts that stand first in the macros: the path is among them, alone or behind the name of a
/// variable.
fn by_rust(text: &str) -> impl Iterator<Item = &str> {
    RUST_MACROS.iter().flat_map(move |name| {
        text.match_indices(name).flat_map(move |(at, _)| {
            let arguments = text.get(at + name.len()..).unwrap_or_default();
            let statement = arguments.split(';').next().unwrap_or_default();
            statement.split('"').skip(1).step_by(2).take(2)
        })
    })
}

fn with_folders_above(folder: &str, path: &str) -> Vec<String> {
    let above = folder.match_indices('/').map(|(at, _)| at);
    let above = above.filter_map(|at| folder.get(..at));
    ["", folder]
        .into_iter()
        .chain(above)
        .map(|folder| join(folder, path))
        .collect()
}
