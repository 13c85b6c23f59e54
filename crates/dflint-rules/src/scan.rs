//! What an instruction says, as text.

use dflint_parser::{Instruction, Text};

/// The arguments and flags of an instruction, and the bodies of its heredocs.
pub(crate) fn texts<'m, 'a>(
    instruction: &'m Instruction<'a>,
) -> impl Iterator<Item = &'m Text<'a>> {
    let flags = instruction.flags.iter().map(|flag| &flag.word);
    let bodies = instruction.heredocs.iter().map(|heredoc| &heredoc.body);
    flags.chain([&instruction.rest]).chain(bodies)
}

/// Whether `text` holds `name` as a whole word, as a variable or not.
pub(crate) fn is_named_in(text: &str, name: &str) -> bool {
    mentions(text, name).next().is_some()
}

/// Where `text` holds `name` as a whole word, in bytes.
pub(crate) fn mentions(text: &str, name: &str) -> impl Iterator<Item = usize> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let length = name.len();
    let found = text.match_indices(name).map(|(at, _)| at);
    found.filter(move |at| {
        let at = *at;
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + length..).and_then(|text| text.chars().next());
        !before.is_some_and(is_part) && !after.is_some_and(is_part)
    })
}
