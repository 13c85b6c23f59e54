//! Fixes that can be applied together.

use std::collections::BTreeMap;

use dflint_parser::Span;

use crate::edit::{ContextChange, Edit, Fix, Target};

/// Why a fix cannot join a [`Patch`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Two edits want the same bytes.
    #[error("another fix edits the same place")]
    Overlap {
        /// The edit that is in the patch.
        earlier: Span,
        /// The edit that came later.
        later: Span,
    },
    /// Another fix inserts at the same place, and which of both comes first may matter.
    #[error("another fix inserts at the same place")]
    SamePlace {
        /// The place, in bytes from 0.
        at: u32,
    },
    /// Another fix creates or changes the same file of the build context.
    #[error("another fix already writes {path}")]
    SameFile {
        /// The file's path.
        path: String,
    },
    /// The edit names bytes that the file does not have, or cuts a character in two.
    #[error("the fix edits bytes {}..{}, which the file does not have", span.start, span.end)]
    NotInFile {
        /// The bytes that the edit names.
        span: Span,
    },
    /// The edit begins or ends between the two characters of a line end.
    #[error("the fix would part a carriage return from its line feed")]
    SplitsLineEnd {
        /// The bytes that the edit names.
        span: Span,
    },
    /// The fix has no edits, or edits that leave every byte as it is.
    #[error("the fix changes nothing")]
    NoChange,
}

/// Where an edit stands among the others.
///
/// At one place, insertions come before the replacement that begins there, and keep the order in
/// which they were added. Those of several fixes are lines of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    start: u32,
    replaces: bool,
    added: usize,
}

/// Fixes whose edits do not overlap, to be applied in one go.
///
/// A fix joins whole or not at all. The result depends only on the fixes and the order in which
/// they were added.
#[derive(Debug, Clone)]
pub struct Patch<'f, 's> {
    source: &'s str,
    edits: BTreeMap<Place, (usize, &'f Edit)>,
    files: BTreeMap<&'f str, &'f Edit>,
    added: usize,
    fixes: usize,
}

impl<'f, 's> Patch<'f, 's> {
    /// A patch of `source` without any fix.
    #[must_use]
    pub fn new(source: &'s str) -> Self {
        Self {
            source,
            edits: BTreeMap::new(),
            files: BTreeMap::new(),
            added: 0,
            fixes: 0,
        }
    }

    /// Takes in all edits of `fix`, or none of them.
    ///
    /// # Errors
    ///
    /// The first edit that cannot join, and why.
    pub fn add(&mut self, fix: &'f Fix) -> Result<(), Conflict> {
        if fix.edits.iter().all(|edit| self.is_idle(edit)) {
            return Err(Conflict::NoChange);
        }
        let mut places = Vec::with_capacity(fix.edits.len());
        let mut paths = Vec::new();
        for edit in &fix.edits {
            let joined = match &edit.target {
                Target::Dockerfile => self.add_edit(edit).map(|place| places.push(place)),
                Target::ContextFile(file) => {
                    let added = self.add_file(&file.path, edit);
                    added.map(|()| paths.push(&file.path))
                }
            };
            let Err(conflict) = joined else { continue };
            for place in places {
                self.edits.remove(&place);
            }
            for path in paths {
                self.files.remove(path.as_str());
            }
            return Err(conflict);
        }
        self.fixes += 1;
        Ok(())
    }

    /// Whether no fix has joined.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fixes == 0
    }

    /// The spans of the Dockerfile that go and leave nothing in their place, in file order.
    pub fn removed(&self) -> impl Iterator<Item = Span> + '_ {
        self.edits
            .values()
            .filter(|(_, edit)| !edit.span.is_empty() && edit.text.trim().is_empty())
            .map(|(_, edit)| edit.span)
    }

    /// What becomes of other files: by their path below the build context's root.
    pub fn context_changes(&self) -> impl Iterator<Item = (&'f str, ContextChange)> + '_ {
        self.files.values().filter_map(|edit| edit.context_change())
    }

    /// The Dockerfile with all edits made. Bytes outside of them are as they were.
    #[must_use]
    pub fn apply(&self) -> String {
        let inserted: usize = self.edits.values().map(|(_, edit)| edit.text.len()).sum();
        let mut fixed = String::with_capacity(self.source.len() + inserted);
        let mut kept_from = 0;
        for (_, edit) in self.edits.values() {
            let kept = Span::new(kept_from, edit.span.start);
            fixed.push_str(kept.text(self.source));
            fixed.push_str(&edit.text);
            kept_from = edit.span.end;
        }
        fixed.push_str(self.source.get(kept_from as usize..).unwrap_or_default());
        fixed
    }

    fn is_idle(&self, edit: &Edit) -> bool {
        match edit.context_change() {
            None => self.source.get(edit.span.range()) == Some(edit.text.as_str()),
            Some((_, change)) => change.before.as_deref() == Some(change.after.as_str()),
        }
    }

    fn add_edit(&mut self, edit: &'f Edit) -> Result<Place, Conflict> {
        let span = edit.span;
        if self.source.get(span.range()).is_none() {
            return Err(Conflict::NotInFile { span });
        }
        if self.splits_line_end(span.start) || self.splits_line_end(span.end) {
            return Err(Conflict::SplitsLineEnd { span });
        }
        let place = Place {
            start: span.start,
            replaces: !span.is_empty(),
            added: self.added,
        };
        let before = self.edits.range(..place).next_back();
        let after = self.edits.range(place..).next();
        if let Some((_, (_, other))) = before
            && other.span.end > span.start
        {
            return Err(Conflict::Overlap {
                earlier: other.span,
                later: span,
            });
        }
        if let Some((_, (_, other))) = after
            && other.span.start < span.end
        {
            return Err(Conflict::Overlap {
                earlier: other.span,
                later: span,
            });
        }
        if span.is_empty() && self.runs_into_another(edit) {
            return Err(Conflict::SamePlace { at: span.start });
        }
        self.edits.insert(place, (self.fixes, edit));
        self.added += 1;
        Ok(place)
    }

    fn splits_line_end(&self, at: u32) -> bool {
        let (before, behind) = self.source.split_at(at as usize);
        before.ends_with('\r') && behind.starts_with('\n')
    }

    /// Whether a fix other than the one that is joining inserts at the place of `edit` what would
    /// become one text with it. Lines of their own stand side by side.
    fn runs_into_another(&self, edit: &Edit) -> bool {
        let at = |added| Place {
            start: edit.span.start,
            replaces: false,
            added,
        };
        let are_lines = |other: &Edit| {
            other.text != edit.text && other.text.ends_with('\n') && edit.text.ends_with('\n')
        };
        self.edits
            .range(at(0)..=at(usize::MAX))
            .any(|(_, (fix, other))| *fix != self.fixes && !are_lines(other))
    }

    fn add_file(&mut self, path: &'f str, edit: &'f Edit) -> Result<(), Conflict> {
        if self.files.contains_key(path) {
            return Err(Conflict::SameFile {
                path: path.to_owned(),
            });
        }
        self.files.insert(path, edit);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use dflint_build::Keeps;

    use super::*;
    use crate::edit::Safety;

    fn fix(edits: Vec<Edit>) -> Fix {
        Fix {
            title: "test".to_owned(),
            safety: Safety::Safe,
            keeps: Keeps::Everything,
            edits,
        }
    }

    fn replace(start: u32, end: u32, text: &str) -> Edit {
        Edit::replace(Span::new(start, end), text)
    }

    /// What becomes of `abcdef` when the fixes are added in order, and which of them do not join.
    fn patched(fixes: &[Fix]) -> (String, Vec<Conflict>) {
        let mut patch = Patch::new("abcdef");
        let refused = fixes
            .iter()
            .filter_map(|fix| patch.add(fix).err())
            .collect();
        (patch.apply(), refused)
    }

    #[test]
    fn edits_are_made_in_file_order() {
        let fixes = [
            fix(vec![replace(4, 5, "E"), replace(0, 1, "A")]),
            fix(vec![replace(2, 3, "")]),
        ];
        assert_eq!(patched(&fixes), ("AbdEf".to_owned(), vec![]));
    }

    #[test]
    fn neighbours_do_not_overlap() {
        let fixes = [fix(vec![replace(1, 3, "-")]), fix(vec![replace(3, 5, "+")])];
        assert_eq!(patched(&fixes), ("a-+f".to_owned(), vec![]));
    }

    #[test]
    fn insertions_of_one_fix_keep_their_order() {
        let fixes = [
            fix(vec![Edit::insert(2, "1"), Edit::insert(2, "2")]),
            fix(vec![replace(2, 3, "C"), Edit::insert(3, "3")]),
        ];
        assert_eq!(patched(&fixes), ("ab12C3def".to_owned(), vec![]));
    }

    #[test]
    fn insertions_of_two_fixes_at_one_place_conflict() {
        let fixes = [
            fix(vec![Edit::insert(2, " && mv a b")]),
            fix(vec![replace(0, 1, "A"), Edit::insert(2, " -y")]),
        ];
        let conflict = Conflict::SamePlace { at: 2 };
        let expected = "ab && mv a bcdef".to_owned();
        assert_eq!(patched(&fixes), (expected, vec![conflict]));
    }

    #[test]
    fn lines_of_several_fixes_stand_side_by_side() {
        let fixes = [
            fix(vec![Edit::insert(2, "1\n")]),
            fix(vec![Edit::insert(2, "2\n")]),
            fix(vec![Edit::insert(2, "1\n")]),
        ];
        let conflict = Conflict::SamePlace { at: 2 };
        let expected = "ab1\n2\ncdef".to_owned();
        assert_eq!(patched(&fixes), (expected, vec![conflict]));
    }

    #[test]
    fn an_overlapping_fix_joins_not_at_all() {
        let first = Span::new(1, 4);
        for later in [
            Span::new(0, 2),
            Span::new(3, 5),
            Span::new(2, 3),
            Span::new(0, 6),
            Span::empty(2),
            first,
        ] {
            let fixes = [
                fix(vec![Edit::replace(first, "-")]),
                fix(vec![replace(5, 6, "F"), Edit::replace(later, "+")]),
            ];
            let conflict = Conflict::Overlap {
                earlier: first,
                later,
            };
            let (text, refused) = patched(&fixes);
            if later.end == 6 {
                assert_eq!(refused.len(), 1, "{later:?}");
            } else {
                assert_eq!(refused, [conflict], "{later:?}");
            }
            assert_eq!(text, "a-ef", "{later:?}");
        }
    }

    #[test]
    fn a_replacement_around_an_insertion_overlaps() {
        let fixes = [
            fix(vec![Edit::insert(2, "1")]),
            fix(vec![replace(1, 3, "-")]),
        ];
        let conflict = Conflict::Overlap {
            earlier: Span::empty(2),
            later: Span::new(1, 3),
        };
        assert_eq!(patched(&fixes), ("ab1cdef".to_owned(), vec![conflict]));
    }

    #[test]
    fn the_same_insertion_is_made_once() {
        let fixes = [
            fix(vec![Edit::insert(2, "1")]),
            fix(vec![Edit::insert(2, "1")]),
        ];
        let conflict = Conflict::SamePlace { at: 2 };
        assert_eq!(patched(&fixes), ("ab1cdef".to_owned(), vec![conflict]));
    }

    #[test]
    fn edits_out_of_the_file_are_refused() {
        for span in [Span::new(0, 7), Span::empty(7), Span::new(3, 2)] {
            let fixes = [fix(vec![Edit::replace(span, "x")])];
            assert_eq!(
                patched(&fixes),
                ("abcdef".to_owned(), vec![Conflict::NotInFile { span }])
            );
        }
        let split = fix(vec![replace(1, 2, "x")]);
        let span = Span::new(1, 2);
        assert_eq!(
            Patch::new("é").add(&split),
            Err(Conflict::NotInFile { span })
        );
    }

    #[test]
    fn line_ends_stay_whole() {
        let source = "ab\r\ncd";
        for span in [Span::empty(3), Span::new(1, 3), Span::new(3, 5)] {
            let split = fix(vec![Edit::replace(span, "x")]);
            let conflict = Conflict::SplitsLineEnd { span };
            assert_eq!(Patch::new(source).add(&split), Err(conflict));
        }
        let around = fix(vec![
            Edit::insert(2, "x"),
            Edit::replace(Span::new(4, 5), "C"),
        ]);
        let mut patch = Patch::new(source);
        assert_eq!(patch.add(&around), Ok(()));
        assert_eq!(patch.apply(), "abx\r\nCd");
    }

    #[test]
    fn a_fix_that_changes_nothing_is_refused() {
        for edits in [vec![], vec![replace(1, 2, "b")], vec![Edit::insert(3, "")]] {
            assert_eq!(
                patched(&[fix(edits)]),
                ("abcdef".to_owned(), vec![Conflict::NoChange])
            );
        }
    }

    #[test]
    fn one_file_is_written_once() {
        let create = |text: &str| fix(vec![Edit::create(".dockerignore", text)]);
        let (first, second) = (create(".git\n"), create("*\n"));
        let mut patch = Patch::new("");
        assert_eq!(patch.add(&first), Ok(()));
        let path = ".dockerignore".to_owned();
        assert_eq!(patch.add(&second), Err(Conflict::SameFile { path }));
        let change = |before: Option<&str>, after: &str| ContextChange {
            before: before.map(Into::into),
            after: after.to_owned(),
        };
        assert_eq!(
            patch.context_changes().collect::<Vec<_>>(),
            [(".dockerignore", change(None, ".git\n"))]
        );
        assert!(!patch.is_empty());
        let append = fix(vec![Edit::append(".dockerignore", ".git\n".into(), "*\n")]);
        let mut patch = Patch::new("");
        assert_eq!(patch.add(&append), Ok(()));
        assert_eq!(
            patch.context_changes().collect::<Vec<_>>(),
            [(".dockerignore", change(Some(".git\n"), ".git\n*\n"))]
        );
    }
}
