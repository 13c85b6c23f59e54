//! What a line of a `.dockerignore` keeps out.

use dflint_build::path::{base, join};
use dflint_build::{BuildContext, DockerIgnore, Entry, EntryKind};
use dflint_knowledge::glob;
use dflint_knowledge::leftovers::{LeftoverFolder, leftover_folder, leftover_folders};

use crate::embedded;
use crate::place::is_within;
use crate::sent_files::kind_of;

/// The file that is let through again wherever its like are kept out.
const EXAMPLE: &str = ".env.example";

/// The entries of a context that a line keeps out, without what lies below them.
pub(super) struct Hits<'c, 'p> {
    context: &'c dyn BuildContext,
    line: &'p str,
    entries: Vec<&'c Entry>,
}

impl<'c, 'p> Hits<'c, 'p> {
    pub(super) fn of(context: &'c dyn BuildContext, line: &'p str) -> Self {
        let ignore = DockerIgnore::parse(line);
        // Contexts have many entries: most are told apart by their name alone.
        let name = base(line);
        let is_like = |path: &str| name.contains('[') || glob::matches(name, base(path));
        let matches = |path: &str| ignore.patterns().iter().any(|it| it.matches(path));
        let all = context.entries().unwrap_or_default().iter();
        let entries = all
            .filter(|entry| is_like(&entry.path))
            .filter(|entry| matches(&entry.path) && base(&entry.path) != EXAMPLE)
            .filter(|entry| !ignore.excludes(parent(&entry.path)))
            .collect();
        Self {
            context,
            line,
            entries,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is known of folders of the line's name.
    pub(super) fn folder(&self) -> Option<&'static LeftoverFolder> {
        let name = self.line.trim_start_matches("**/");
        leftover_folder(name).or_else(|| leftover_folder(base(name)))
    }

    /// Whether all of them look like a folder that a build made.
    pub(super) fn are_left_over(&self, folder: &LeftoverFolder) -> bool {
        self.entries.iter().all(|entry| {
            entry.kind == EntryKind::Directory
                && stands_beside_its_file(self.context, &entry.path, folder)
                && holds_what_it_should(self.context, &entry.path, folder)
        })
    }

    /// Whether any lies in a folder that comes from the context, because none of that name is
    /// made.
    pub(super) fn lie_in_a_folder_without(&self, is_made: impl Fn(&str) -> bool) -> bool {
        let folders = leftover_folders().iter();
        let prebuilt = folders.filter(|folder| folder.needs_step && !is_made(folder.name));
        let prebuilt: Vec<&LeftoverFolder> = prebuilt.collect();
        self.entries.iter().any(|entry| {
            let above = entry.path.match_indices('/').map(|(at, _)| at);
            let mut above = above.filter_map(|at| entry.path.get(..at));
            above.any(|path| {
                prebuilt.iter().any(|folder| {
                    base(path) == folder.name && stands_beside_its_file(self.context, path, folder)
                })
            })
        })
    }

    /// Whether a compiler takes any of them in; `by_rust` are the files that Rust does, `None`
    /// where that is not known.
    pub(super) fn are_embedded(&self, by_rust: Option<&[String]>) -> bool {
        let Some(by_rust) = by_rust else {
            return true;
        };
        let is_included = |path: &str| by_rust.iter().any(|file| is_within(path, file));
        let mut entries = self.entries.iter();
        entries.any(|entry| is_included(&entry.path)) || self.are_embedded_by_go()
    }

    fn are_embedded_by_go(&self) -> bool {
        // A Go file takes in what lies in its folder or below.
        let files = self.context.entries().unwrap_or_default().iter();
        let mut files = files.filter(|file| file.path.ends_with(".go"));
        files.any(|file| {
            let folder = parent(&file.path);
            let is_near = |entry: &&&Entry| folder.is_empty() || is_within(&entry.path, folder);
            let near: Vec<&&Entry> = self.entries.iter().filter(is_near).collect();
            if near.is_empty() {
                return false;
            }
            embedded::by_go(self.context, &file.path)
                .iter()
                .map(|pattern| join(folder, pattern))
                .any(|pattern| {
                    near.iter()
                        .any(|entry| dflint_build::dockerignore::selects(&pattern, &entry.path))
                })
        })
    }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn stands_beside_its_file(context: &dyn BuildContext, path: &str, folder: &LeftoverFolder) -> bool {
    folder.beside.is_empty() || names_in(context, parent(path)).any(|it| folder.stands_beside(it))
}

fn holds_what_it_should(context: &dyn BuildContext, path: &str, folder: &LeftoverFolder) -> bool {
    let has = |mark: &&str| kind_of(context, &join(path, mark)).is_some();
    (folder.marks.is_empty() || folder.marks.iter().any(has))
        && (folder.only.is_empty()
            || names_in(context, path).all(|name| folder.only.contains(&name)))
}

/// The names of what stands in a folder of the context.
fn names_in<'c>(context: &'c dyn BuildContext, folder: &str) -> impl Iterator<Item = &'c str> {
    let entries = context.entries().unwrap_or_default();
    let start = match folder {
        "" => String::new(),
        folder => format!("{folder}/"),
    };
    let from = entries.partition_point(|entry| entry.path < start);
    let rest = entries.get(from..).unwrap_or_default().iter();
    rest.map_while(move |entry| entry.path.strip_prefix(&start))
        .filter(|name| !name.is_empty() && !name.contains('/'))
}
