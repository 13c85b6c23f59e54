//! A script: its text, its structure and its commands.

use dflint_parser::{CommandLine, Heredoc, Run, Span, Text};

use crate::command::{CommandId, CommandNode, Place, RedirectTarget, SimpleCommand};
use crate::effective::{ScriptArgument, assignment_head, effective, script_argument};
use crate::flow::{FlowFacts, Start, trace};
use crate::joined::Joined;
use crate::lower::{self, Lowered};
use crate::range::TextRange;
use crate::shell::Shell;
use crate::tree::{Construct, Item, List, Node, Pipeline};
use crate::word::WordNode;

/// What a `RUN`, `CMD`, `ENTRYPOINT` or health check executes.
#[derive(Debug)]
pub struct Script<'a> {
    pub(crate) text: Text<'a>,
    body: List,
    commands: Vec<CommandNode<'a>>,
    pub(crate) flow: FlowFacts,
    certainty: Certainty,
    error_at: Option<u32>,
    is_exec: bool,
}

/// How far a script is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certainty {
    /// Wholly: its tree accounts for every byte.
    Certain,
    /// A script that another shell expands before this one reads it (`sh -c "… $X …"`): the
    /// structure is what it would be without the expansions.
    Expanded,
    /// With an error, which is given; the commands are what could be made of it.
    Broken(String),
    /// Not at all: it is for no POSIX shell, and has no commands.
    NotShell,
}

/// How deep scripts within scripts are read.
const MAX_NESTING: u8 = 4;

impl<'a> Script<'a> {
    /// Reads `text` as a script that `shell` runs.
    ///
    /// Takes time linear in `text`. Where `shell` is not one of ours, there are no commands.
    #[must_use]
    pub fn parse(text: Text<'a>, shell: &Shell) -> Self {
        Self::read(text, shell, Start::of_step(shell), Place::default(), 0)
    }

    /// Reads what a `RUN` executes; `heredocs` are those of its instruction. A heredoc that is
    /// the whole command is the script, in the language of its shebang.
    #[must_use]
    pub fn of_run(run: &Run<'a>, heredocs: &[Heredoc<'a>], shell: &Shell) -> Self {
        if let (true, Some(script)) = (run.script_heredoc, heredocs.first()) {
            let own = Shell::from_shebang(script.body.as_str());
            let text = if script.chomp {
                without_tabs(&script.body, 0..script.body.len())
            } else {
                script.body.clone()
            };
            return Self::parse(text, &own.unwrap_or(*shell)).doubting_carriage_returns();
        }
        match &run.command {
            CommandLine::Shell(text) if !heredocs.is_empty() => {
                Self::parse(with_heredocs(text, heredocs), shell)
            }
            line => Self::of_command_line(line, shell),
        }
    }

    /// BuildKit hands the lines of a heredoc over with their ends, and the shell takes a `\r` for a
    /// part of the last word: what such a script does is not what it seems to do.
    fn doubting_carriage_returns(mut self) -> Self {
        if self.as_str().contains("\r\n") && self.certainty == Certainty::Certain {
            self.certainty = Certainty::Broken("its lines end in CR LF".to_owned());
        }
        self
    }

    /// Reads what a `CMD`, `ENTRYPOINT` or health check executes.
    #[must_use]
    pub fn of_command_line(line: &CommandLine<'a>, shell: &Shell) -> Self {
        match line {
            CommandLine::Shell(text) => Self::parse(text.clone(), shell),
            CommandLine::Exec(words) => Self::of_words(words),
        }
    }

    /// The words of an exec form as a script of one command.
    fn of_words(words: &[Text<'a>]) -> Self {
        let mut joined = Joined::default();
        let mut nodes = Vec::with_capacity(words.len());
        for (index, word) in words.iter().enumerate() {
            if index > 0 {
                joined.push_synthetic(" ", word.source_offset(0));
            }
            let start = joined.len();
            joined.push(word, 0..word.len());
            nodes.push(WordNode {
                range: TextRange::from_offsets(start, joined.len()),
                ..WordNode::default()
            });
        }
        let text = joined.finish();
        let range = TextRange::from_offsets(0, text.len());
        let mut lowered = Lowered {
            sound: true,
            ..Lowered::default()
        };
        if !nodes.is_empty() {
            lowered.commands.push(CommandNode {
                words: nodes,
                range,
                place: Place {
                    top_level_item: Some(0),
                    ..Place::default()
                },
                ..CommandNode::default()
            });
            lowered.body.items.push(Item {
                pipeline: Pipeline {
                    negated: false,
                    timed: false,
                    nodes: vec![Node::Simple(CommandId(0))],
                    operators: Vec::new(),
                    range,
                },
                operator: None,
            });
        }
        let start = Start::of_step(&Shell::default());
        Self {
            is_exec: true,
            ..Self::assemble(text, lowered, start, 0)
        }
    }

    fn read(text: Text<'a>, shell: &Shell, start: Start, place: Place, nesting: u8) -> Self {
        match shell.dialect {
            Some(dialect) => {
                let lowered = lower::parse(text.as_str(), dialect, place);
                Self::assemble(text, lowered, start, nesting)
            }
            None => Self {
                text,
                body: List::default(),
                commands: Vec::new(),
                flow: FlowFacts::default(),
                certainty: Certainty::NotShell,
                error_at: None,
                is_exec: false,
            },
        }
    }

    fn assemble(text: Text<'a>, mut lowered: Lowered<'a>, start: Start, nesting: u8) -> Self {
        let flow = trace(text.as_str(), &lowered.commands, &lowered.body, start);
        for index in 0..lowered.commands.len() {
            let id = CommandId(index as u32);
            let Some(command) = lowered.commands.get_mut(index) else {
                break;
            };
            let literals: Vec<Option<&str>> = command
                .words
                .iter()
                .map(|word| {
                    let literal = word.literal(text.as_str());
                    // `env NAME=$VALUE cmd`: that it sets a variable is static.
                    literal.or_else(|| assignment_head(word.range.of(text.as_str())))
                })
                .collect();
            let found = effective(&literals);
            let argument = literals
                .get(found.start..)
                .and_then(script_argument)
                .filter(|_| nesting < MAX_NESTING);
            let nested = argument.and_then(|(argument, shell)| {
                let shell = Shell::from_words(shell.iter().map(String::as_str));
                let (script, expanded) = script_text(&text, command, found.start, argument)?;
                let place = command.place.within(Construct::NestedScript);
                let start = Start::nested(id, &flow, &shell);
                let mut nested = Script::read(script, &shell, start, place, nesting + 1);
                if expanded && nested.certainty == Certainty::Certain {
                    nested.certainty = Certainty::Expanded;
                }
                Some(Box::new(nested))
            });
            command.effective = found;
            command.nested = nested;
        }
        let certainty = match lowered.error {
            Some(error) => Certainty::Broken(error),
            None if lowered.sound => Certainty::Certain,
            None => Certainty::Broken("the script's structure is not understood".to_owned()),
        };
        Self {
            text,
            body: lowered.body,
            commands: lowered.commands,
            flow,
            certainty,
            error_at: lowered.error_at,
            is_exec: false,
        }
    }

    /// The logical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.as_str()
    }

    /// The logical text with its places in the file.
    #[must_use]
    pub fn text(&self) -> &Text<'a> {
        &self.text
    }

    /// How far it is understood.
    #[must_use]
    pub fn certainty(&self) -> &Certainty {
        &self.certainty
    }

    /// Where in the logical text the first syntax error stands, if that is known.
    #[must_use]
    pub fn error_at(&self) -> Option<usize> {
        let at = self.error_at? as usize;
        self.as_str().is_char_boundary(at).then_some(at)
    }

    /// Whether its structure is beyond doubt; a fix must leave a script alone that is not.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.certainty == Certainty::Certain
    }

    /// Whether it is an exec form (`["a", "b"]`), which no shell reads: one command, whose words
    /// are the strings.
    #[must_use]
    pub fn is_exec(&self) -> bool {
        self.is_exec
    }

    /// The top-level list.
    #[must_use]
    pub fn body(&self) -> &List {
        &self.body
    }

    /// A command of this script.
    #[must_use]
    pub fn command(&self, id: CommandId) -> Option<SimpleCommand<'_>> {
        let node = self.commands.get(id.0 as usize)?;
        Some(SimpleCommand {
            script: self,
            node,
            id,
        })
    }

    /// Every simple command in source order, at any depth: inside of compound commands, command
    /// substitutions and the scripts handed to another shell (right behind that shell's command).
    #[must_use]
    pub fn commands(&self) -> Commands<'_> {
        Commands {
            at: Some((self, 0)),
            around: Vec::new(),
        }
    }

    /// The smallest span of the file that holds `range`.
    #[must_use]
    pub fn span(&self, range: TextRange) -> Span {
        self.text.span_of(range.range())
    }

    /// The file spans that `range` stands on: more than one where continuations or comments
    /// interrupt it.
    pub fn source_ranges(&self, range: TextRange) -> impl Iterator<Item = Span> + '_ {
        self.text.source_ranges(range.range())
    }
}

/// Iterates over the simple commands of a script and of those nested in it.
#[derive(Debug, Clone)]
pub struct Commands<'s> {
    /// The script that is gone through, with its next command.
    at: Option<(&'s Script<'s>, u32)>,
    /// The scripts around it, to go on with. Few scripts hold another.
    around: Vec<(&'s Script<'s>, u32)>,
}

impl<'s> Iterator for Commands<'s> {
    type Item = SimpleCommand<'s>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let (script, next) = self.at?;
            let Some(command) = script.command(CommandId(next)) else {
                self.at = self.around.pop();
                continue;
            };
            self.at = Some((script, next + 1));
            if let Some(nested) = command.nested() {
                self.around.extend(self.at.replace((nested, 0)));
            }
            return Some(command);
        }
    }
}

/// The text of the script that `command` hands to a shell, and whether it is expanded before.
fn script_text<'a>(
    text: &Text<'a>,
    command: &CommandNode<'a>,
    start: usize,
    argument: ScriptArgument,
) -> Option<(Text<'a>, bool)> {
    match argument {
        ScriptArgument::Word(index) => {
            let word = command.words.get(start + index)?;
            let (joined, is_static) = word.to_joined(text);
            Some((joined.finish(), !is_static))
        }
        ScriptArgument::Input => command.redirects.iter().rev().find_map(|redirect| {
            let RedirectTarget::HereDocument {
                body,
                quoted,
                strip_tabs,
                ..
            } = &redirect.target
            else {
                return None;
            };
            let raw = body.of(text.as_str());
            let expanded = !quoted && raw.contains(['$', '`', '\\']);
            let script = if *strip_tabs {
                without_tabs(text, body.range())
            } else {
                text.slice(body.range())
            };
            Some((script, expanded))
        }),
    }
}

/// `range` of `text` with the tabs at the start of each line taken off.
fn without_tabs(text: &Text<'_>, range: std::ops::Range<usize>) -> Text<'static> {
    let mut joined = Joined::default();
    let mut at = range.start;
    for line in text
        .as_str()
        .get(range)
        .unwrap_or_default()
        .split_inclusive('\n')
    {
        let tabs = line.len() - line.trim_start_matches('\t').len();
        joined.push(text, at + tabs..at + line.len());
        at += line.len();
    }
    joined.finish()
}

/// The command line with its heredocs behind it, as BuildKit hands them to the shell.
fn with_heredocs(line: &Text<'_>, heredocs: &[Heredoc<'_>]) -> Text<'static> {
    let mut joined = Joined::default();
    joined.push(line, 0..line.len());
    joined.push_synthetic("\n", line.source_offset(line.len()));
    for heredoc in heredocs {
        joined.push(&heredoc.body, 0..heredoc.body.len());
        joined.push_synthetic(&heredoc.name, heredoc.terminator.start);
        joined.push_synthetic("\n", heredoc.terminator.end);
    }
    joined.finish()
}
