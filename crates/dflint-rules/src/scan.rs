//! Everything that an instruction says, as text, for rules that look for secrets.

use dflint_parser::{Instruction, Text};

/// The arguments and flags of an instruction, and the bodies of its heredocs.
pub(crate) fn texts<'m, 'a>(
    instruction: &'m Instruction<'a>,
) -> impl Iterator<Item = &'m Text<'a>> {
    let flags = instruction.flags.iter().map(|flag| &flag.word);
    let bodies = instruction.heredocs.iter().map(|heredoc| &heredoc.body);
    flags.chain([&instruction.rest]).chain(bodies)
}
