//! Edits within the script of a `RUN`.

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_shell::{Construct, SimpleCommand, Word};

use super::RunView;

/// Puts `text` right behind `word`.
fn insert_behind(word: Word<'_>, text: impl Into<String>) -> Edit {
    let end = word
        .source_ranges()
        .last()
        .map_or(word.span().end, |last| last.end);
    Edit::insert(end, text)
}

impl RunView<'_, '_> {
    /// Why no fix may touch the words of `command`.
    pub(crate) fn may_edit(&self, command: SimpleCommand<'_>) -> Result<(), &'static str> {
        if self.onbuild {
            return Err("an instruction under ONBUILD runs in builds that are not known here");
        }
        if command.script().is_exec() || self.instruction.json {
            return Err("the command is in JSON form");
        }
        let is_certain = self.script().is_some_and(dflint_shell::Script::is_certain);
        if !is_certain || command.inside().contains(Construct::NestedScript) {
            return Err("the script around the command is not wholly understood");
        }
        Ok(())
    }

    /// The fix that adds a flag behind a word of `command`.
    pub(crate) fn add_flag(
        &self,
        command: SimpleCommand<'_>,
        behind: Word<'_>,
        flag: &str,
        safety: Safety,
    ) -> Result<Fix, &'static str> {
        self.may_edit(command)?;
        let word = behind.raw();
        Ok(Fix {
            title: format!("Add `{flag}`"),
            safety,
            // Together with its word, the flag cannot end up behind another one.
            keeps: Keeps::Commands {
                removed: vec![word.to_owned()],
                added: vec![format!("{word} {flag}")],
            },
            edits: vec![insert_behind(behind, format!(" {flag}"))],
        })
    }
}
