//! Dockerfiles of the test data, damaged.

use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use walkdir::WalkDir;

/// What is put into a file: pieces that mean something to BuildKit, a shell or a rule.
const PIECES: [&str; 24] = [
    "",
    "\n",
    "\r\n",
    " \\\n",
    "\\\n\n",
    "\t",
    "\u{a0}",
    "\u{feff}",
    "\0",
    "\"",
    "'",
    "`",
    "${",
    "}",
    "$(",
    "<<EOF",
    "EOF\n",
    "[\"",
    "# escape=`\n",
    "ONBUILD ",
    "FROM a AS b\n",
    " && ",
    "; exit 1 | ",
    "é",
];

/// One damage: a place, how many characters go, and what comes instead.
type Damage = (Index, usize, &'static str);

/// Damaged files.
pub(crate) fn dockerfiles() -> impl Strategy<Value = String> {
    let damages = vec((any::<Index>(), 0_usize..16, select(&PIECES[..])), 1..4);
    let file_or_lines = (
        select(originals()),
        damages,
        any::<Option<(Index, Index)>>(),
    );
    file_or_lines.prop_map(|(mut text, damages, swapped)| {
        if let Some((one, other)) = swapped {
            text = swap_lines(&text, one, other);
        }
        for damage in damages {
            text = damaged(&text, damage);
        }
        text
    })
}

fn swap_lines(text: &str, one: Index, other: Index) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let count = lines.len().max(1);
    if !lines.is_empty() {
        lines.swap(one.index(count), other.index(count));
    }
    lines.concat()
}

fn damaged(text: &str, (place, length, piece): Damage) -> String {
    let characters: Vec<char> = text.chars().collect();
    let start = place.index(characters.len() + 1);
    let end = (start + length).min(characters.len());
    let (before, behind) = (&characters[..start], &characters[end..]);
    before
        .iter()
        .copied()
        .chain(piece.chars())
        .chain(behind.iter().copied())
        .collect()
}

/// The Dockerfiles of the test data.
fn originals() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let files = WalkDir::new(folder).sort_by_file_name().into_iter();
    files
        .map(Result::unwrap)
        .filter(|file| file.file_type().is_file() && file.file_name() == "Dockerfile")
        .map(|file| std::fs::read_to_string(file.path()).unwrap())
        .collect()
}
