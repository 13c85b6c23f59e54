//! Whether a change of a Dockerfile does what it promises and no more.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

use dflint_build::{Difference, Keeps, Model, ModelOptions};
use dflint_parser::{Comment, Directive, Dockerfile, Instruction, Span};

use crate::edit::{Fix, Safety, Target};

/// Why a change is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Breach {
    /// BuildKit would refuse the changed file.
    #[error("line {line} of the fixed file would be refused: {message}")]
    SyntaxError {
        /// The line in the changed file, counted from 1.
        line: u32,
        /// What BuildKit would refuse.
        message: String,
    },
    /// BuildKit would read the changed file but refuse to build it.
    #[error("the fixed file would no longer build: {message}")]
    BuildError {
        /// What BuildKit would refuse.
        message: String,
    },
    /// A comment is gone or changed.
    #[error("the comment `{text}` would be lost")]
    LostComment {
        /// The comment as it was, from its `#` on.
        text: String,
    },
    /// A parser directive is gone, changed or new.
    #[error("the `{name}` directive would change")]
    ChangedDirective {
        /// The directive's name.
        name: &'static str,
    },
    /// A safe fix promises nothing, or creates or changes another file.
    #[error("the fix calls itself safe but does not promise that the build stays the same")]
    EmptyPromise,
    /// The build does not stay as promised.
    #[error(transparent)]
    Difference(#[from] Difference),
}

impl Fix {
    /// Whether a fix of this safety may promise so little.
    ///
    /// # Errors
    ///
    /// [`Breach::EmptyPromise`] for a safe fix that promises nothing, or creates or changes another
    /// file.
    pub fn promise(&self) -> Result<&Keeps, Breach> {
        let goes_beyond = self
            .edits
            .iter()
            .any(|edit| edit.target != Target::Dockerfile);
        if self.safety == Safety::Safe && (goes_beyond || self.keeps == Keeps::Nothing) {
            return Err(Breach::EmptyPromise);
        }
        Ok(&self.keeps)
    }
}

/// Checks that `after`, the changed text of the file that `before` was made of, still parses and
/// converts, has kept its comments and directives, and builds the same under `keeps`.
///
/// Under [`Keeps::Nothing`], a change may take comments away together with the instruction they
/// stand in or above: `removable` holds their texts, as [`comments_of_removed`] gives them. Under
/// [`Keeps::Comments`] it holds those that the promise names.
///
/// # Errors
///
/// The first promise that is broken.
pub fn verify(
    before: (&Dockerfile<'_>, &Model<'_>),
    after: &str,
    keeps: &Keeps,
    removable: &[&str],
    options: &ModelOptions,
) -> Result<(), Breach> {
    let (old_file, old_model) = before;
    let new_file = dflint_parser::parse(after);
    if let Some(error) = new_file.errors.first() {
        return Err(Breach::SyntaxError {
            line: error.line,
            message: error.message.clone(),
        });
    }
    keeps_comments(old_file, &new_file, removable)?;
    keeps_directives(old_file, &new_file, keeps)?;
    let new_model = Model::new(&new_file, options);
    converts_as_before(old_model, &new_model)?;
    Ok(dflint_build::compare(old_model, &new_model, keeps)?)
}

/// Checks that BuildKit refuses nothing in the new file that it did not refuse in the old one.
fn converts_as_before(before: &Model<'_>, after: &Model<'_>) -> Result<(), Breach> {
    if after.errors().is_empty() {
        return Ok(());
    }
    let mut known = Counts::default();
    for error in before.errors() {
        known.add(error.kind.to_string());
    }
    let mut messages = after.errors().iter().map(|error| error.kind.to_string());
    match messages.find(|message| !known.take(message)) {
        Some(message) => Err(Breach::BuildError { message }),
        None => Ok(()),
    }
}

/// How often each text occurs.
struct Counts<T>(HashMap<T, usize>);

impl<T> Default for Counts<T> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<T: Hash + Eq> Counts<T> {
    fn add(&mut self, text: T) {
        *self.0.entry(text).or_default() += 1;
    }

    /// Takes one of `text` away; `false` where there is none left.
    fn take(&mut self, text: &str) -> bool
    where
        T: Borrow<str>,
    {
        match self.0.get_mut(text) {
            Some(count) if *count > 0 => {
                *count -= 1;
                true
            }
            _ => false,
        }
    }
}

/// The comments that stand in or above instructions that lie wholly in one of `removed` (in file
/// order, not overlapping), each from its `#` on.
#[must_use]
pub fn comments_of_removed<'a>(
    file: &Dockerfile<'a>,
    removed: impl Iterator<Item = Span>,
) -> Vec<&'a str> {
    let mut comments = Vec::new();
    for removed in removed {
        let from = file
            .instructions
            .partition_point(|it| it.span.start < removed.start);
        let gone = file.instructions.iter().skip(from);
        for instruction in gone.take_while(|it| removed.contains(it.span)) {
            comments.extend(
                comments_of(file, instruction).map(|comment| comment.span.text(file.source)),
            );
        }
    }
    comments
}

fn comments_of<'f, 'a>(
    file: &'f Dockerfile<'a>,
    instruction: &Instruction<'a>,
) -> impl Iterator<Item = &'f Comment<'a>> {
    let span = instruction.span;
    let above = file
        .comments
        .get(instruction.doc_comments.clone())
        .unwrap_or_default();
    let from = file
        .comments
        .partition_point(|comment| comment.span.start < span.start);
    let inside = file.comments.iter().skip(from);
    above
        .iter()
        .chain(inside.take_while(move |comment| span.contains(comment.span)))
}

fn keeps_comments(
    before: &Dockerfile<'_>,
    after: &Dockerfile<'_>,
    removable: &[&str],
) -> Result<(), Breach> {
    let mut kept = Counts::default();
    let texts = after
        .comments
        .iter()
        .map(|comment| comment.span.text(after.source));
    for text in texts.chain(removable.iter().copied()) {
        kept.add(text.trim());
    }
    let mut texts = before
        .comments
        .iter()
        .map(|comment| comment.span.text(before.source).trim());
    match texts.find(|text| !kept.take(text)) {
        Some(text) => Err(Breach::LostComment {
            text: text.to_owned(),
        }),
        None => Ok(()),
    }
}

fn keeps_directives(
    before: &Dockerfile<'_>,
    after: &Dockerfile<'_>,
    keeps: &Keeps,
) -> Result<(), Breach> {
    let (old, new) = (&before.directives, &after.directives);
    let same = |old: &Option<Directive<'_>>, new: &Option<Directive<'_>>| {
        old.as_ref().map(|directive| directive.value)
            == new.as_ref().map(|directive| directive.value)
    };
    if old.escape != new.escape {
        return Err(Breach::ChangedDirective { name: "escape" });
    }
    if !same(&old.check, &new.check) {
        return Err(Breach::ChangedDirective { name: "check" });
    }
    if *keeps != Keeps::Nothing && !same(&old.syntax, &new.syntax) {
        return Err(Breach::ChangedDirective { name: "syntax" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::Edit;
    use crate::patch::Patch;

    const FILE: &str = "\
# syntax=docker/dockerfile:1
# check=skip=UndefinedVar

# why
FROM alpine:3.22
# what
RUN true \\
  # how
  && true
";

    fn fix(keeps: Keeps, edits: Vec<Edit>) -> Fix {
        Fix {
            title: String::new(),
            safety: Safety::Unsafe,
            keeps,
            edits,
        }
    }

    /// What `FILE` breaks when `part` of it is replaced by `text`.
    fn breach(part: &str, text: &str, keeps: Keeps) -> Option<Breach> {
        let options = ModelOptions::default();
        let file = dflint_parser::parse(FILE);
        let model = Model::new(&file, &options);
        let start = FILE.find(part).unwrap();
        let span = Span::new(start as u32, (start + part.len()) as u32);
        let fix = fix(keeps, vec![Edit::replace(span, text)]);
        let mut patch = Patch::new(FILE);
        patch.add(&fix).unwrap();
        let removable = match fix.keeps {
            Keeps::Nothing => comments_of_removed(&file, patch.removed()),
            _ => Vec::new(),
        };
        verify(
            (&file, &model),
            &patch.apply(),
            &fix.keeps,
            &removable,
            &options,
        )
        .err()
    }

    #[test]
    fn broken_files_are_refused() {
        let broken = breach("RUN true", "RAN true", Keeps::Nothing);
        let Some(Breach::SyntaxError { line: 7, .. }) = broken else {
            panic!("{broken:?}");
        };
        let broken = breach("RUN", "EXPOSE http\nRUN", Keeps::Nothing);
        assert!(
            matches!(broken, Some(Breach::BuildError { .. })),
            "{broken:?}"
        );
    }

    #[test]
    fn comments_must_stay() {
        for (part, text) in [
            ("# why\n", ""),
            ("# what", "# whatever"),
            ("# how", "# HOW"),
        ] {
            for keeps in [Keeps::Nothing, Keeps::Everything, Keeps::Copies] {
                let breach = breach(part, text, keeps.clone());
                let lost = Breach::LostComment {
                    text: part.trim().to_owned(),
                };
                assert_eq!(breach, Some(lost), "{part:?} under {keeps:?}");
            }
        }
    }

    #[test]
    fn comments_may_go_with_their_instruction_alone() {
        let run = "# what\nRUN true \\\n  # how\n  && true\n";
        assert_eq!(breach(run, "", Keeps::Nothing), None);
        let kept = breach(run, "", Keeps::Everything);
        assert!(matches!(kept, Some(Breach::LostComment { .. })), "{kept:?}");
        let replaced = breach(run, "RUN true\n", Keeps::Nothing);
        assert!(
            matches!(replaced, Some(Breach::LostComment { .. })),
            "{replaced:?}"
        );
        let wider = format!("# why\nFROM alpine:3.22\n{run}");
        let emptied = breach(&wider, "", Keeps::Nothing);
        assert!(
            matches!(emptied, Some(Breach::SyntaxError { .. })),
            "{emptied:?}"
        );
    }

    #[test]
    fn directives_must_stay() {
        let changed = |name| Some(Breach::ChangedDirective { name });
        let file = "# syntax=docker/dockerfile:1";
        let newer = "# syntax=docker/dockerfile:1.20";
        assert_eq!(breach(file, newer, Keeps::Everything), changed("syntax"));
        assert_eq!(breach(file, newer, Keeps::Nothing), None);
        let check = "skip=UndefinedVar";
        assert_eq!(breach(check, "skip=all", Keeps::Nothing), changed("check"));
        let above = "# escape=`\n# syntax=docker/dockerfile:1";
        let breach = breach(file, above, Keeps::Nothing);
        assert!(breach.is_some());
    }

    #[test]
    fn a_safe_fix_must_promise_something() {
        let safe = |keeps, edits| Fix {
            safety: Safety::Safe,
            ..fix(keeps, edits)
        };
        let edit = Edit::insert(0, "\n");
        assert_eq!(
            safe(Keeps::Nothing, vec![edit.clone()]).promise(),
            Err(Breach::EmptyPromise)
        );
        let file = Edit::create(".dockerignore", "");
        assert_eq!(
            safe(Keeps::Everything, vec![file]).promise(),
            Err(Breach::EmptyPromise)
        );
        assert_eq!(
            safe(Keeps::Everything, vec![edit]).promise(),
            Ok(&Keeps::Everything)
        );
        assert!(fix(Keeps::Nothing, vec![]).promise().is_ok());
    }
}
