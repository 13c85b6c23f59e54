//! The scripts of a Dockerfile as ShellCheck gets them.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use dflint_build::{Env, Model, Step};
use dflint_parser::{Command, Comment, Dockerfile, Instruction, InstructionName, Run, Span, Text};
use dflint_shell::{Script, Shell};

/// How many lines stand in front of the script: its shell, and the variables it finds set.
const LINES_BEFORE: usize = 2;

/// A script that is longer is no part of a project, and would take ShellCheck minutes.
const MAX_BYTES: usize = 64 << 10;

/// The most variables that a script is told of when it does not mention them, so that ShellCheck
/// can suggest one. With thousands in front of each script it takes minutes and all memory.
const MAX_NAMES: usize = 100;

/// Variables that every build has (BuildKit's predefined arguments).
const PREDEFINED: [&str; 10] = [
    "HTTP_PROXY",
    "http_proxy",
    "HTTPS_PROXY",
    "https_proxy",
    "FTP_PROXY",
    "ftp_proxy",
    "NO_PROXY",
    "no_proxy",
    "ALL_PROXY",
    "all_proxy",
];

/// A script.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    /// What ShellCheck reads.
    pub(crate) text: String,
    /// The script with its places in the Dockerfile.
    pub(crate) script: Text<'a>,
}

/// The scripts of the `RUN` instructions that a shell reads which ShellCheck knows.
pub(crate) fn subjects<'a>(model: &Model<'a>) -> Vec<Subject<'a>> {
    let file = model.file();
    let mut scope = Scope::default();
    let mut subjects = Vec::new();
    for (index, instruction) in file.instructions.iter().enumerate() {
        scope.enter(file, index, instruction);
        let step = model.step_at(index).map(|(_, step)| step);
        let (inner, is_trigger) = match &instruction.command {
            Command::Onbuild(inner) => (&**inner, true),
            _ => (instruction, false),
        };
        let Command::Run(run) = &inner.command else {
            continue;
        };
        let words = scope.shell_words(step);
        let env = step.map(|step| match is_trigger {
            true => &step.state.image().env,
            false => step.state.env(),
        });
        let env = env.map(Env::in_update_order).unwrap_or_default();
        let declared = match is_trigger {
            true => &scope.of_triggers,
            false => &scope.names,
        };
        let names = declared.iter().map(String::as_str);
        let names = names.chain(env.iter().map(|variable| &*variable.name));
        let count = declared.len() + env.len();
        subjects.extend(subject(run, instruction, &words, names, count));
    }
    subjects
}

/// What the instructions of a stage said so far, as they are written.
#[derive(Debug, Default)]
struct Scope {
    names: BTreeSet<String>,
    /// The names that `ONBUILD` declares.
    of_triggers: BTreeSet<String>,
    /// The shell that a `# hadolint shell=` names since the last `FROM` or `SHELL`.
    named_shell: Option<String>,
}

impl Scope {
    fn enter(&mut self, file: &Dockerfile<'_>, index: usize, instruction: &Instruction<'_>) {
        if instruction.name == Some(InstructionName::From) {
            *self = Self::default();
        }
        let before = index
            .checked_sub(1)
            .and_then(|index| file.instructions.get(index));
        let since = before.map_or(0, |before| before.span.end);
        let from = file
            .comments
            .partition_point(|comment| comment.span.start < since);
        let above = file.comments.iter().skip(from);
        for comment in above.take_while(|comment| comment.span.start < instruction.span.start) {
            if let Some(shell) = shell_pragma(file, comment) {
                self.named_shell = Some(shell.to_owned());
            }
        }
        match &instruction.command {
            Command::Shell(_) => self.named_shell = None,
            Command::Onbuild(inner) => declare(&mut self.of_triggers, inner),
            _ => declare(&mut self.names, instruction),
        }
    }

    /// The words that start the shell.
    fn shell_words(&self, step: Option<&Step<'_>>) -> Vec<String> {
        if let Some(shell) = &self.named_shell {
            return vec![shell.clone(), "-c".to_owned()];
        }
        let words = step.and_then(|step| step.state.shell());
        match words {
            Some(words) => words.iter().map(|word| word.as_str().to_owned()).collect(),
            None => vec!["/bin/sh".to_owned(), "-c".to_owned()],
        }
    }
}

/// The shell that a `# hadolint shell=` comment names.
fn shell_pragma<'a>(file: &Dockerfile<'a>, comment: &Comment<'a>) -> Option<&'a str> {
    let text = comment
        .span
        .text(file.source)
        .trim_start_matches('#')
        .trim_start();
    let rest = text.strip_prefix("hadolint")?;
    let value = rest
        .trim_start()
        .strip_prefix("shell")?
        .trim_start()
        .strip_prefix('=')?;
    value.split_ascii_whitespace().next()
}

fn declare(names: &mut BTreeSet<String>, instruction: &Instruction<'_>) {
    match &instruction.command {
        Command::Arg(arguments) => {
            names.extend(
                arguments
                    .iter()
                    .map(|argument| argument.key.as_str().to_owned()),
            );
        }
        Command::Env(pairs) => {
            names.extend(pairs.pairs.iter().map(|pair| pair.key.as_str().to_owned()));
        }
        _ => {}
    }
}

/// `names` are those of the `count` variables that are set, some of them twice.
fn subject<'a, 'n>(
    run: &Run<'a>,
    instruction: &Instruction<'a>,
    words: &[String],
    names: impl Iterator<Item = &'n str>,
    count: usize,
) -> Option<Subject<'a>> {
    let shell = Shell::from_words(words.iter().map(String::as_str));
    let script = Script::of_run(run, &instruction.heredocs, &shell);
    let text = script.text().clone();
    if script.is_exec() || text.len() > MAX_BYTES {
        return None;
    }
    let body = text.as_str();
    let shebang = body.strip_prefix("#!").and_then(|rest| rest.lines().next());
    let (program, errexit) = match shebang {
        Some(line) => {
            let named = line
                .split_ascii_whitespace()
                .find(|word| !word.ends_with("/env") && !word.starts_with('-'))?;
            (named.to_owned(), Shell::from_shebang(body)?.errexit)
        }
        None => (words.first()?.clone(), shell.errexit),
    };
    let program = dialect(&program)?;
    let mut read = format!("#!/bin/{program}{}\n", if errexit { " -e" } else { "" });
    let mentioned = (count > MAX_NAMES).then(|| words_of(body));
    let wanted = names.filter(|name| {
        is_name(name) && mentioned.as_ref().is_none_or(|words| words.contains(name))
    });
    read.push_str("export");
    for name in wanted.chain(PREDEFINED).collect::<BTreeSet<_>>() {
        read.push_str(&format!(" {name}=\"1\""));
    }
    read.push('\n');
    // The script's own first line would be one too late.
    let skipped = shebang.map_or(0, |line| line.len() + 2);
    read.push_str(body.get(skipped..)?);
    read.push('\n');
    Some(Subject {
        text: read,
        script: text,
    })
}

/// The name by which ShellCheck knows a shell; `None` for one that it does not.
fn dialect(program: &str) -> Option<&'static str> {
    match program.rsplit('/').next()? {
        "sh" => Some("sh"),
        "bash" => Some("bash"),
        "dash" | "ash" => Some("dash"),
        "ksh" | "mksh" => Some("ksh"),
        _ => None,
    }
}

/// What may be names in a script.
fn words_of(script: &str) -> HashSet<&str> {
    script
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .collect()
}

fn is_name(name: &str) -> bool {
    let mut characters = name.chars();
    let begins = characters
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    begins && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

impl Subject<'_> {
    /// The byte of the script at a line and column of what ShellCheck read; `None` in front of it.
    pub(crate) fn offset(&self, line: usize, column: usize) -> Option<usize> {
        let index = line.checked_sub(LINES_BEFORE + 1)?;
        let script = self.script.as_str();
        let start = match index {
            0 => 0,
            _ => script
                .match_indices('\n')
                .nth(index - 1)
                .map(|(at, _)| at + 1)?,
        };
        let rest = script.get(start..)?;
        let at = rest
            .char_indices()
            .nth(column.checked_sub(1)?)
            .map_or(rest.len(), |(at, _)| at);
        Some(start + at)
    }

    /// The one piece of the file that `range` of the script stands on.
    pub(crate) fn piece(&self, range: Range<usize>) -> Option<Span> {
        let mut pieces = self.script.source_ranges(range);
        match (pieces.next(), pieces.next()) {
            (Some(piece), None) => Some(piece),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use dflint_build::{Model, ModelOptions};

    use super::{MAX_NAMES, subjects};

    #[test]
    fn of_many_variables_only_those_mentioned_are_told() {
        for (count, told) in [(3, true), (MAX_NAMES + 1, false)] {
            let set: String = (0..count).map(|i| format!("ENV A{i}=1\n")).collect();
            let text = format!("FROM scratch\n{set}RUN echo $A2$B\n");
            let file = dflint_parser::parse(&text);
            let model = Model::new(&file, &ModelOptions::default());
            let [subject] = &subjects(&model)[..] else {
                panic!("one script expected");
            };
            let export = subject.text.lines().nth(1).unwrap();
            assert_eq!(export.contains(" A1=\"1\""), told, "{export}");
            assert!(export.contains(" A2=\"1\"") && export.contains(" no_proxy=\"1\""));
            assert!(!export.contains(" B="), "{export}");
        }
    }
}
