//! A command with its arguments as text.

use std::borrow::Cow;

use dflint_shell::{SimpleCommand, Word};

use crate::context::Dialect;

/// A call of a command.
pub(crate) struct Call<'s> {
    /// The command.
    pub(crate) command: SimpleCommand<'s>,
    /// Its name, without directory but as written in hadolint's view.
    pub(crate) name: &'s str,
    /// The word that names it.
    pub(crate) name_word: Word<'s>,
    /// The words behind it.
    pub(crate) args: Vec<Argument<'s>>,
}

/// One word behind a command's name.
pub(crate) struct Argument<'s> {
    /// Without quotes, variables as `${NAME}`.
    pub(crate) text: Cow<'s, str>,
    /// The word.
    pub(crate) word: Word<'s>,
}

impl<'s> Call<'s> {
    /// The call that `command` is, if `wanted` accepts its name.
    pub(super) fn of(
        command: SimpleCommand<'s>,
        dialect: Dialect,
        wanted: &impl Fn(&str) -> bool,
    ) -> Option<Self> {
        let (name, name_word, args) = match dialect {
            Dialect::Hadolint => {
                let (name, word, args) = super::hadolint::call_of(command)?;
                if !wanted(name) {
                    return None;
                }
                (name, word, args.into_iter().map(Argument::of).collect())
            }
            Dialect::Dflint | Dialect::Buildkit => {
                let name = command.name()?;
                if !wanted(name) {
                    return None;
                }
                let args = command.args().map(Argument::of).collect();
                (name, command.command_word()?, args)
            }
        };
        Some(Self {
            command,
            name,
            name_word,
            args,
        })
    }

    /// Whether one of `texts` is among the arguments.
    pub(crate) fn has_arg(&self, texts: &[&str]) -> bool {
        self.arg(texts).is_some()
    }

    /// The first argument that is one of `texts`.
    pub(crate) fn arg(&self, texts: &[&str]) -> Option<&Argument<'s>> {
        self.args.iter().find(|arg| texts.contains(&&*arg.text))
    }

    /// Whether a flag is given: long ones by name without dashes, short ones by letter, also
    /// within a group (`-yq`).
    pub(crate) fn has_flag(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.count_flag(name) > 0)
    }

    /// How often a flag is given.
    pub(crate) fn count_flag(&self, name: &str) -> usize {
        self.args.iter().map(|arg| arg.count_flag(name)).sum()
    }

    /// The arguments that are no flags. The values of flags are among them.
    pub(crate) fn plain(&self) -> impl Iterator<Item = &Argument<'s>> + Clone {
        self.args.iter().filter(|arg| !arg.is_flag())
    }

    /// The arguments that are no flags, nor the words behind these flags (as written, with
    /// dashes).
    pub(crate) fn plain_without_values(
        &self,
        valued: &'static [&'static str],
    ) -> impl Iterator<Item = &Argument<'s>> {
        let mut before: Option<&Argument<'s>> = None;
        self.args.iter().filter(move |arg| {
            let is_value = before
                .replace(arg)
                .is_some_and(|flag| valued.contains(&&*flag.text));
            !is_value && !arg.is_flag()
        })
    }
}

impl<'s> Argument<'s> {
    fn of(word: Word<'s>) -> Self {
        let text = match word.literal() {
            Some(literal) => Cow::Borrowed(literal),
            None => Cow::Owned(word.render()),
        };
        Self { text, word }
    }

    /// Whether it is a flag (`-x`, `--long`), no bare `-` or `--`.
    pub(crate) fn is_flag(&self) -> bool {
        self.text.starts_with('-') && !self.text.trim_start_matches('-').is_empty()
    }

    fn count_flag(&self, name: &str) -> usize {
        if !self.is_flag() {
            return 0;
        }
        let Some(long) = self.text.strip_prefix("--") else {
            let mut letters = name.chars();
            let (Some(letter), None) = (letters.next(), letters.next()) else {
                return 0;
            };
            let group = self.text.split('=').next().unwrap_or_default();
            return group
                .chars()
                .skip(1)
                .filter(|given| *given == letter)
                .count();
        };
        usize::from(long.split('=').next() == Some(name))
    }
}
