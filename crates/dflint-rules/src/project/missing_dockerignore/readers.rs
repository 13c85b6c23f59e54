//! What a build reads though no step names it, as the files of the project tell.

use dflint_build::path::base;
use dflint_build::{BuildContext, EntryKind};
use dflint_knowledge::leftovers::{UnnamedReader, unnamed_readers};

use super::unwanted;

/// With more files that may tell it, it counts as told.
const MOST_FILES: usize = 1000;

/// Whether a manifest of the context, or a script among what steps name, tells that a build reads
/// what `line` keeps out.
pub(super) fn tell_of<'n>(
    context: &dyn BuildContext,
    line: &str,
    named: impl Iterator<Item = &'n str>,
) -> bool {
    let readers: Vec<&UnnamedReader> = unnamed_readers(line).collect();
    if readers.is_empty() {
        return false;
    }
    let holds = |reader: &UnnamedReader, path: &str| {
        let text = context.read(path);
        text.is_some_and(|text| reader.is_told_by(&text))
    };
    let mut scripts = named.filter(|path| is_script(base(path)));
    if scripts.any(|path| readers.iter().any(|reader| holds(reader, path))) {
        return true;
    }
    let entries = context.entries().unwrap_or_default().iter();
    let asked = entries.filter_map(|entry| {
        let name = base(&entry.path);
        let reader = readers.iter().find(|reader| reader.asks(name))?;
        let is_own = entry.kind == EntryKind::File && unwanted(&entry.path).is_none();
        is_own.then_some((reader, &entry.path))
    });
    let mut asked = asked.enumerate();
    asked.any(|(count, (reader, path))| count == MOST_FILES || holds(reader, path))
}

fn is_script(name: &str) -> bool {
    name.ends_with(".sh") || !name.contains('.')
}
