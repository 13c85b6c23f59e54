//! The words of an instruction that BuildKit expands and watches while it does.

use dflint_build::expand::Expander;
use dflint_parser::{Command, Instruction, Source, Text, Transfer};

/// A word and how it is expanded.
pub(super) struct Word<'m, 'a> {
    pub(super) text: &'m Text<'a>,
    /// Whether it is the body of a heredoc, in which quotes are ordinary characters.
    pub(super) is_heredoc: bool,
}

impl Word<'_, '_> {
    /// What expands the word; `usual` is the file's own expander.
    pub(super) fn with_expander<R>(
        &self,
        usual: &Expander,
        work: impl FnOnce(&Expander) -> R,
    ) -> R {
        if self.is_heredoc {
            return work(&Expander::for_heredoc());
        }
        work(usual)
    }
}

/// The words in BuildKit's order. Those of `ARG` are left out, since each sees the ones before it.
pub(super) fn expanded_words<'m, 'a>(instruction: &'m Instruction<'a>) -> Vec<Word<'m, 'a>> {
    let mut words: Vec<&Text> = Vec::new();
    match &instruction.command {
        Command::Env(pairs) | Command::Label(pairs) => {
            words.extend(pairs.pairs.iter().flat_map(|pair| [&pair.key, &pair.value]));
        }
        Command::Add(transfer) | Command::Copy(transfer) => return of_copy(instruction, transfer),
        Command::Workdir(word) | Command::User(word) | Command::Stopsignal(word) => {
            words.push(word);
        }
        Command::Volume(paths) => words.extend(paths),
        Command::Run(run) => {
            let fields = run.mounts.iter().flat_map(|mount| &mount.fields);
            words.extend(fields.filter_map(|field| field.value.as_ref()));
        }
        _ => {}
    }
    let plain = |text| Word {
        text,
        is_heredoc: false,
    };
    words.into_iter().map(plain).collect()
}

fn of_copy<'m, 'a>(
    instruction: &'m Instruction<'a>,
    transfer: &'m Transfer<'a>,
) -> Vec<Word<'m, 'a>> {
    let flags = [&transfer.chown, &transfer.chmod, &transfer.checksum]
        .into_iter()
        .flatten();
    let paths = transfer.sources.iter().filter_map(|source| match source {
        Source::Path(path) => Some(path),
        Source::Heredoc(_) | Source::EmptyHeredoc { .. } => None,
    });
    let words = flags.chain(paths).chain([&transfer.destination]);
    let words = words.map(|text| Word {
        text,
        is_heredoc: false,
    });
    let bodies = transfer.sources.iter().filter_map(|source| match source {
        Source::Heredoc(at) => {
            let heredoc = instruction.heredocs.get(*at)?;
            instruction.copied_body(*at).filter(|_| heredoc.expand)
        }
        Source::Path(_) | Source::EmptyHeredoc { .. } => None,
    });
    let bodies = bodies.map(|text| Word {
        text,
        is_heredoc: true,
    });
    words.chain(bodies).collect()
}
