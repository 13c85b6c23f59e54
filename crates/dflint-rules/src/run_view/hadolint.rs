//! How hadolint sees commands.
//!
//! It reads every `RUN` as Bash, whatever `SHELL` says, the words of a JSON form joined by spaces,
//! and the body of a heredoc in any language. A script that does not parse has no commands.
//! A command is what its first word says: neither `sudo` nor a directory is taken off, scripts
//! within scripts (`sh -c '…'`) are not entered. Instructions under `ONBUILD` are a world of their
//! own, in which nothing else exists.

use std::cell::OnceCell;

use dflint_parser::{
    Command, CommandLine, Dockerfile, FromClause, Heredoc, Instruction, Mount, MountKind, Run,
    Segment, Span, Text,
};
use dflint_shell::{Certainty, Dialect, Script, Shell, SimpleCommand, Word};

use super::RunView;
use crate::context::Context;

/// The scripts of a file as hadolint reads them, each read when first asked for.
#[derive(Default)]
pub(crate) struct HadolintView<'a> {
    scripts: OnceCell<Vec<Option<Script<'a>>>>,
}

impl<'a> HadolintView<'a> {
    /// The script of the `RUN` at position `index` of `file`, or of that under `ONBUILD` there;
    /// `None` where hadolint cannot read it.
    pub(super) fn script(&self, file: &Dockerfile<'a>, index: usize) -> Option<&Script<'a>> {
        let read = || {
            let instructions = file.instructions.iter();
            instructions.map(|it| script_of(file.source, it)).collect()
        };
        self.scripts.get_or_init(read).get(index)?.as_ref()
    }
}

fn script_of<'a>(source: &'a str, outer: &Instruction<'a>) -> Option<Script<'a>> {
    let instruction = match &outer.command {
        Command::Onbuild(inner) => inner,
        _ => outer,
    };
    let Command::Run(run) = &instruction.command else {
        return None;
    };
    let bash = Shell {
        dialect: Some(Dialect::Bash),
        errexit: false,
        pipefail: false,
    };
    let mut script = match heredoc_in_front(source, run, &instruction.heredocs) {
        Some(text) => Script::parse(text, &bash),
        None => Script::of_run(run, &instruction.heredocs, &bash),
    };
    if script.is_exec() || *script.certainty() == Certainty::NotShell {
        script = Script::parse(script.text().clone(), &bash);
    }
    if let Some(read) = read_of_broken(&script) {
        script = Script::parse(script.text().slice(0..read), &bash);
    }
    script.is_certain().then_some(script)
}

/// What hadolint takes for the script where the heredoc stands in front of the command that reads
/// it (`RUN <<EOF bash -e`): the rest of the line and the body, one behind the other.
fn heredoc_in_front<'a>(
    source: &'a str,
    run: &Run<'a>,
    heredocs: &[Heredoc<'a>],
) -> Option<Text<'a>> {
    let (CommandLine::Shell(line), [heredoc]) = (&run.command, heredocs) else {
        return None;
    };
    if run.script_heredoc || heredoc.opener.span().start != line.span().start {
        return None;
    }
    let rest = line.slice(heredoc.opener.len()..line.len());
    let body = heredoc.body.span();
    // The line end in front of the body parts them.
    let parts = rest
        .source_ranges(0..rest.len())
        .chain([Span::new(body.start.checked_sub(1)?, body.end)]);
    let mut value = String::new();
    let mut segments = Vec::new();
    for part in parts {
        segments.push(Segment {
            text: value.len() as u32,
            text_len: part.len(),
            source: part.start,
            source_len: part.len(),
        });
        value.push_str(part.text(source));
    }
    Some(Text::joined(source, value, segments))
}

/// How much hadolint reads of a script with a syntax error: its parser stops at what cannot go on
/// a list of commands and keeps what it has, but gives up within a word or a command.
fn read_of_broken(script: &Script) -> Option<usize> {
    let error = script.error_at()?;
    let text = script.as_str();
    let (front, rest) = (text.get(..error)?, text.get(error..)?);
    let front = front.trim_end_matches([' ', '\t']);
    if let Some(front) = front.strip_suffix('(') {
        // A parenthesis behind words, which another parser takes for a function's.
        return Some(front.len());
    }
    let is_between = front.ends_with([';', '&', '\n']);
    let stops = match rest.chars().next()? {
        '"' | '\'' | '`' | '$' | '<' | '>' => false,
        '&' | '|' => is_between,
        _ => true,
    };
    stops.then_some(error)
}

/// Commands that run what their first argument names.
const TRANSPARENT: [&str; 4] = ["builtin", "busybox", "command", "exec"];

/// The name of a command, the word that says it, and the words behind the first one.
pub(super) fn call_of<'s>(
    command: SimpleCommand<'s>,
) -> Option<(&'s str, Word<'s>, Vec<Word<'s>>)> {
    let mut words = command.words();
    let first = words.next()?;
    // `[` is a test, no command.
    let name = first.literal().filter(|name| *name != "[")?;
    let args: Vec<Word<'s>> = words.collect();
    if TRANSPARENT.contains(&name)
        && let Some(next) = args.first()
        && let Some(inner) = next.literal().filter(|text| !text.starts_with('-'))
    {
        return Some((inner, *next, args));
    }
    Some((name, first, args))
}

impl RunView<'_, '_> {
    /// Whether a cache or tmpfs is mounted at a place whose path holds `part`.
    pub(crate) fn has_mount_at(&self, part: &str) -> bool {
        let mounts = self.run.mounts.iter();
        let kept = mounts.filter(|mount| matches!(mount.kind, MountKind::Cache | MountKind::Tmpfs));
        kept.filter_map(target_of)
            .any(|target| target.contains(part))
    }
}

fn target_of<'m>(mount: &'m Mount<'_>) -> Option<&'m str> {
    let mut fields = mount.fields.iter();
    let target =
        fields.find(|field| matches!(field.key.as_str(), "target" | "dst" | "destination"))?;
    target.value.as_ref().map(dflint_parser::Text::as_str)
}

impl<'m, 'a> Context<'m, 'a> {
    /// The value that `ENV` gave `name` in the stage of `run` or in those it is built from, as
    /// written.
    pub(crate) fn hadolint_env(self, run: &RunView, name: &str) -> Option<&'m str> {
        let instructions: &'m [Instruction<'a>] = &self.dockerfile.instructions;
        let mut before = run.index;
        // Each round goes on at an earlier place.
        while let Some(index) = before.checked_sub(1) {
            let instruction = seen_from(run, instructions.get(index)?);
            before = match instruction.map(|instruction| &instruction.command) {
                Some(Command::Env(variables)) => {
                    let mut pairs = variables.pairs.iter().rev();
                    match pairs.find(|pair| pair.key.as_str() == name) {
                        Some(pair) => return Some(pair.value.as_str().trim_matches(['"', '\''])),
                        None => index,
                    }
                }
                Some(Command::From(from)) => end_of_stage(instructions, index, from)?,
                _ => index,
            };
        }
        None
    }

    /// Whether an `ARG` called `name` stands in front of `run`, in whatever stage.
    pub(crate) fn hadolint_has_arg(self, run: &RunView, name: &str) -> bool {
        let before = self
            .dockerfile
            .instructions
            .get(..run.index)
            .unwrap_or_default();
        before
            .iter()
            .filter_map(|outer| seen_from(run, outer))
            .any(|seen| match &seen.command {
                Command::Arg(words) => words.iter().any(|word| word.key.as_str() == name),
                _ => false,
            })
    }

    /// Whether what `run` leaves behind ends in an image: its stage is the last one, or another
    /// is built from it.
    pub(crate) fn hadolint_keeps_stage(self, run: &RunView) -> bool {
        if run.onbuild {
            return true;
        }
        let name = |from: &FromClause| from.name.as_ref().map(|name| name.as_str().to_owned());
        let mut own = None;
        let mut is_last = true;
        for (index, instruction) in self.dockerfile.instructions.iter().enumerate() {
            let Command::From(from) = &instruction.command else {
                continue;
            };
            if index < run.index {
                own = name(from);
                continue;
            }
            is_last = false;
            if own.as_deref() == Some(from.base.as_str()) {
                return true;
            }
        }
        is_last
    }
}

/// What instruction it is in the world of `run`.
fn seen_from<'m, 'a>(run: &RunView, outer: &'m Instruction<'a>) -> Option<&'m Instruction<'a>> {
    match &outer.command {
        Command::Onbuild(inner) => run.onbuild.then_some(&**inner),
        _ => (!run.onbuild).then_some(outer),
    }
}

/// Where the stage ends that the `FROM` at `index` names.
fn end_of_stage(instructions: &[Instruction], index: usize, from: &FromClause) -> Option<usize> {
    let mut end = index;
    for (at, instruction) in instructions.get(..index)?.iter().enumerate().rev() {
        let Command::From(earlier) = &instruction.command else {
            continue;
        };
        if earlier.name.as_ref().map(dflint_parser::Text::as_str) == Some(from.base.as_str()) {
            return Some(end);
        }
        end = at;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::script_of;

    #[test]
    fn a_heredoc_in_front_of_its_reader_is_part_of_the_script() {
        for (line, script) in [
            ("<<EOF", "a\n"),
            ("<<EOF bash -e", " bash -e\na\n"),
            ("<<EOF bash \\\n  -e", " bash   -e\na\n"),
            ("bash <<EOF", "bash <<EOF\na\nEOF\n"),
        ] {
            let source = format!("RUN {line}\na\nEOF\n");
            let file = dflint_parser::parse(&source);
            let read = script_of(&source, &file.instructions[0]).unwrap();
            assert_eq!(read.as_str(), script, "{line}");
        }
    }
}
