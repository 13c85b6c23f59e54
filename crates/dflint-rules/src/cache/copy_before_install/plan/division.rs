//! A RUN that installs and then works on the source: the second part becomes a RUN of its own,
//! behind the copies.

use dflint_build::Step;
use dflint_fix::Edit;
use dflint_knowledge::package_manager::Action;
use dflint_parser::{Dockerfile, Span};
use dflint_shell::{Chain, SimpleCommand};

use crate::Context;
use crate::package_calls::RunCommand;

/// Commands that change the shell for those behind them.
const SHELL_COMMANDS: &[&str] = &[
    ".", "alias", "cd", "eval", "exec", "export", "popd", "pushd", "set", "shopt", "source",
    "trap", "ulimit", "umask", "unset",
];

/// Where the RUN is cut.
pub(super) struct Division {
    /// From the end of the first part to the end of the instruction: what goes.
    cut: Span,
    /// The keyword and the flags, up to the first command.
    head: Span,
    /// The second part, to the end of the instruction.
    rest: Span,
}

impl Division {
    /// Takes the second part out of the RUN.
    pub(super) fn cut(&self) -> Edit {
        Edit::replace(self.cut, "")
    }

    /// The RUN of the second part, with the flags of the first.
    pub(super) fn second_run(&self, file: &Dockerfile) -> String {
        let text = |span: Span| span.text(file.source).replace("\r\n", "\n");
        format!("{}{}\n", text(self.head), text(self.rest))
    }
}

/// Cuts the RUN of `step` in front of the command `at` of its chain, which may need the source.
///
/// # Errors
/// Why the parts cannot stand alone.
pub(super) fn divide(
    cx: &Context,
    step: &Step,
    chain: Chain,
    at: usize,
) -> Result<Division, &'static str> {
    let instruction = step.instruction;
    let written = instruction.span.text(cx.dockerfile.source);
    let mut lines = written.lines();
    if !instruction.heredocs.is_empty() || lines.any(|line| line.trim_start().starts_with('#')) {
        return Err("cannot be divided: it has a heredoc or a comment inside");
    }
    let (start, end) = chain
        .get(at)
        .zip(at.checked_sub(1).and_then(|last| chain.get(last)))
        .ok_or("begins with it")?;
    let first = chain.get(0).ok_or("has no commands")?;
    for link in chain.links().take(at) {
        let command = link.command();
        if !command.is_some_and(leaves_shell_alone) {
            return Err("changes its shell before that");
        }
    }
    let is_behind = |it: &&RunCommand| it.command.top_level_item().is_some_and(|item| item >= at);
    if cx
        .run_commands(step)
        .iter()
        .filter(is_behind)
        .any(tidies_up)
    {
        return Err("removes again what it made, which a RUN of its own would not");
    }
    Ok(Division {
        cut: Span::new(end.span().end, instruction.span.end),
        head: Span::new(instruction.span.start, first.span().start),
        rest: Span::new(start.span().start, instruction.span.end),
    })
}

fn leaves_shell_alone(command: SimpleCommand) -> bool {
    command
        .name()
        .is_some_and(|name| !SHELL_COMMANDS.contains(&name))
}

/// Whether the command takes away what an earlier layer would keep.
fn tidies_up(it: &RunCommand) -> bool {
    let removes = |name| matches!(name, "rm" | "rmdir" | "find" | "mv" | "strip");
    it.command.name().is_none_or(removes)
        || it
            .call
            .as_ref()
            .is_some_and(|call| matches!(call.action(), Action::Clean | Action::Remove))
}
