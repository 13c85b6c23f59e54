//! The source that comes later, and what names a part of it.

use dflint_build::{BuildContext, EntryKind};
use dflint_knowledge::glob;
use dflint_shell::Word;

use crate::place::{folder, is_within, relative, resolve};
use crate::sent_files::kind_of;

use super::super::Late;

/// The files of the context that come later.
pub(in super::super) struct Source<'s, 'm> {
    pub(super) context: &'s dyn BuildContext,
    pub(super) late: &'s Late<'m>,
    /// The files among them that come first after all, relative to the context.
    pub(super) reads: &'s [String],
}

impl Source<'_, '_> {
    /// What would only come later at `place` in the image.
    pub(super) fn at(&self, place: &str) -> Option<EntryKind> {
        let mut copies = self.late.copies.iter();
        let path = copies.find_map(|copy| copy.brings_to(place, Some(self.context)))?;
        let comes_first = self.reads.contains(&path);
        kind_of(self.context, &path)
            .filter(|_| !comes_first && self.context.is_sent(relative(&path)))
    }

    /// Where the source goes.
    pub(super) fn destinations(&self) -> impl Iterator<Item = &str> {
        self.late.copies.iter().map(|copy| copy.destination())
    }

    /// Whether `place` is where the source goes, or lies below that.
    pub(super) fn holds(&self, place: &str) -> bool {
        let mut copies = self.late.copies.iter();
        copies.any(|copy| is_within(place, copy.destination()))
    }

    /// The part of `text` that names a file of the source, or a folder of it by more than a mere
    /// word, which may mean something else: `requirements.txt`, `--cert=conf/ca.pem`,
    /// `file:///app/simple`. `directory` is where relative paths begin.
    pub(super) fn named_in<'t>(&self, directory: &str, text: &'t str) -> Option<&'t str> {
        self.piece_of(directory, text, |folder| folder.contains('/'))
    }

    /// The part of the settings in `text` that names a file or a folder of the source.
    pub(super) fn named_in_settings<'t>(&self, directory: &str, text: &'t str) -> Option<&'t str> {
        self.piece_of(directory, text, |_| true)
    }

    fn piece_of<'t>(
        &self,
        directory: &str,
        text: &'t str,
        means_folder: impl Fn(&str) -> bool,
    ) -> Option<&'t str> {
        let mut pieces = pieces(text);
        pieces.find(|piece| match self.at(&resolve(directory, piece)) {
            Some(EntryKind::File) => true,
            Some(_) => means_folder(piece),
            None => false,
        })
    }

    /// Whether a word of a command that runs in `directory` names a part of the source.
    pub(in super::super) fn is_named_by(&self, directory: &str, word: Word<'_>) -> bool {
        let Some(literal) = word.literal() else {
            // The folder in front of what is not known: `/app/rpms/$name.rpm`.
            let text = word.render();
            let known = text.split('$').next().unwrap_or_default();
            return known.rsplit_once('/').is_some_and(|(folder, _)| {
                self.named_in(directory, &format!("{folder}/")).is_some()
            });
        };
        match word.is_glob() {
            true => self.matches(&resolve(directory, literal)),
            false => self.named_in(directory, literal).is_some(),
        }
    }

    /// Whether a path of the source matches `pattern`, absolute in the image.
    fn matches(&self, pattern: &str) -> bool {
        let entries = self.context.entries().unwrap_or_default().iter();
        let mut sent = entries.filter(|entry| self.context.is_sent(&entry.path));
        sent.any(|entry| {
            let mut copies = self.late.copies.iter();
            copies.any(|copy| {
                let place = copy.place_of(&entry.path, self.context);
                place.is_some_and(|place| {
                    glob::matches(pattern, &place) && folder(&place) == folder(pattern)
                })
            })
        })
    }
}

/// The parts of a text that may be paths.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || "=,;:#?\"'()".contains(c);
    text.split(ends)
        .flat_map(|piece| [Some(piece), behind_short_option(piece)])
        .flatten()
        .map(with_one_slash)
        .filter(|piece| piece.chars().any(|c| !matches!(c, '.' | '/')))
}

/// The `/app/simple` of `file:///app/simple`.
fn with_one_slash(piece: &str) -> &str {
    let rest = piece.trim_start_matches('/');
    let slash = usize::from(rest.len() < piece.len());
    piece
        .get(piece.len() - rest.len() - slash..)
        .unwrap_or(piece)
}

/// `list.txt` in `-alist.txt`.
fn behind_short_option(piece: &str) -> Option<&str> {
    let mut letters = piece.strip_prefix('-')?.chars();
    letters.next().filter(char::is_ascii_alphabetic)?;
    Some(letters.as_str())
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn paths_are_looked_for_behind_signs_and_options() {
        for (text, path) in [
            ("list.txt", "list.txt"),
            ("--arg-file=list.txt", "list.txt"),
            ("-alist.txt", "list.txt"),
            ("Dir::Etc::sourcelist=/app/s.list", "/app/s.list"),
            ("git+file:///app/libs/x#egg=x", "/app/libs/x"),
            ("ssh -i deploy_key", "deploy_key"),
            ("--setopt=reposdir=/app/repos", "/app/repos"),
        ] {
            assert!(pieces(text).any(|piece| piece == path), "{text}");
        }
        assert_eq!(pieces(". ./ .. -").collect::<Vec<_>>(), ["-"]);
    }
}
