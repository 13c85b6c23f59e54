//! Simple commands.

use dflint_parser::Span;

use crate::effective::{Effective, Wrappers};
use crate::flow::{Directory, Flow};
use crate::range::TextRange;
use crate::script::Script;
use crate::tree::{Construct, Constructs};
use crate::word::{Word, WordNode};

/// Which simple command of a script; ids grow in source order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub(crate) u32);

/// A simple command as the script holds it; [`SimpleCommand`] is the view.
#[derive(Debug, Default)]
pub(crate) struct CommandNode<'a> {
    pub(crate) assignments: Vec<AssignmentNode>,
    pub(crate) words: Vec<WordNode>,
    pub(crate) redirects: Vec<RedirectNode>,
    /// From the first assignment, word or redirection to the end of the last.
    pub(crate) range: TextRange,
    pub(crate) place: Place,
    pub(crate) effective: Effective,
    /// The script it hands to another shell.
    pub(crate) nested: Option<Box<Script<'a>>>,
}

/// Where a command stands in the tree.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    /// The constructs around it.
    pub(crate) inside: Constructs,
    /// How many there are.
    pub(crate) depth: u16,
    /// Its item in the top-level list, where it stands there alone.
    pub(crate) top_level_item: Option<u32>,
}

impl Place {
    /// The place inside of one more construct.
    pub(crate) fn within(self, construct: Construct) -> Self {
        Self {
            inside: self.inside.with(construct),
            depth: self.depth.saturating_add(1),
            top_level_item: None,
        }
    }
}

#[derive(Debug)]
pub(crate) struct AssignmentNode {
    pub(crate) name: Box<str>,
    pub(crate) append: bool,
    /// The whole of `NAME=value`.
    pub(crate) range: TextRange,
    /// `None` for an array.
    pub(crate) value: Option<WordNode>,
    /// The words of an array.
    pub(crate) elements: Vec<WordNode>,
}

#[derive(Debug)]
pub(crate) struct RedirectNode {
    pub(crate) kind: RedirectKind,
    pub(crate) fd: Option<u32>,
    /// From the descriptor to the end of the target (of a heredoc: of its delimiter).
    pub(crate) range: TextRange,
    pub(crate) target: RedirectTarget,
}

#[derive(Debug)]
pub(crate) enum RedirectTarget {
    Word(WordNode),
    HereDocument {
        /// The body without the terminator line.
        body: TextRange,
        /// Whether the body is taken as it is.
        quoted: bool,
        strip_tabs: bool,
        /// The body as a word, for its expansions; empty where it is taken as it is.
        expansions: WordNode,
    },
}

/// The redirections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RedirectKind {
    /// `>`
    Output,
    /// `>|`
    Clobber,
    /// `>>`
    Append,
    /// `<`
    Input,
    /// `<>`
    ReadWrite,
    /// `<<` or `<<-`
    HereDocument,
    /// `<<<`
    HereString,
    /// `>&`
    DuplicateOutput,
    /// `<&`
    DuplicateInput,
    /// `&>`
    OutputBoth,
}

/// A simple command: assignments, words and redirections, with its script.
///
/// "Effective" is what is left when `env X=1`, `sudo`, `xargs` and the like are taken off.
#[derive(Debug, Clone, Copy)]
pub struct SimpleCommand<'s> {
    pub(crate) script: &'s Script<'s>,
    pub(crate) node: &'s CommandNode<'s>,
    pub(crate) id: CommandId,
}

impl<'s> SimpleCommand<'s> {
    /// The script it belongs to (the nested one for a command of `sh -c '…'`).
    #[must_use]
    pub fn script(self) -> &'s Script<'s> {
        self.script
    }

    /// Which command of its script it is.
    #[must_use]
    pub fn id(self) -> CommandId {
        self.id
    }

    fn flow(self) -> Flow {
        self.script.flow.of(self.id)
    }

    /// The name of the effective command, without the directory: `apt-get` for
    /// `sudo /usr/bin/apt-get`. `None` where there is no command (only assignments) or its name
    /// is not static.
    #[must_use]
    pub fn name(self) -> Option<&'s str> {
        let literal = self.command_word()?.literal()?;
        literal.get(self.node.effective.directory..)
    }

    /// The word that names the effective command.
    #[must_use]
    pub fn command_word(self) -> Option<Word<'s>> {
        self.effective_words().next()
    }

    /// The words of the effective command, its name first.
    pub fn effective_words(
        self,
    ) -> impl DoubleEndedIterator<Item = Word<'s>> + ExactSizeIterator + Clone {
        let from = self.node.effective.start.min(self.node.words.len());
        self.view(self.node.words.get(from..).unwrap_or_default())
    }

    /// The arguments of the effective command.
    pub fn args(self) -> impl DoubleEndedIterator<Item = Word<'s>> + ExactSizeIterator + Clone {
        let from = (self.node.effective.start + 1).min(self.node.words.len());
        self.view(self.node.words.get(from..).unwrap_or_default())
    }

    /// All words, wrappers such as `sudo` included.
    pub fn words(self) -> impl DoubleEndedIterator<Item = Word<'s>> + ExactSizeIterator + Clone {
        self.view(&self.node.words)
    }

    fn view(
        self,
        nodes: &'s [WordNode],
    ) -> impl DoubleEndedIterator<Item = Word<'s>> + ExactSizeIterator + Clone {
        nodes.iter().map(move |node| Word {
            script: self.script,
            node,
        })
    }

    /// What was taken off in front of the effective command.
    #[must_use]
    pub fn wrappers(self) -> Wrappers {
        self.node.effective.wrappers
    }

    /// The assignments in front of the words (`X=1 cmd`); alone they set shell variables.
    pub fn assignments(
        self,
    ) -> impl DoubleEndedIterator<Item = Assignment<'s>> + ExactSizeIterator + Clone {
        self.node.assignments.iter().map(move |node| Assignment {
            script: self.script,
            node,
        })
    }

    /// The redirections.
    pub fn redirects(
        self,
    ) -> impl DoubleEndedIterator<Item = Redirect<'s>> + ExactSizeIterator + Clone {
        self.node.redirects.iter().map(move |node| Redirect {
            script: self.script,
            node,
        })
    }

    /// The script that it hands to another shell: `sh -c '…'`, or a heredoc on a shell's
    /// standard input.
    #[must_use]
    pub fn nested(self) -> Option<&'s Script<'s>> {
        self.node.nested.as_deref()
    }

    /// What `name` is set to for this command: by an assignment in front of it, by `env`, or by
    /// an `export` that ran before. The outer `None` says that the script does not set it, the
    /// inner one that it does but the value is not static.
    #[must_use]
    pub fn variable(self, name: &str) -> Option<Option<&'s str>> {
        let by_env = self.node.effective.env.clone().rev().find_map(|index| {
            let node = self.node.words.get(index)?;
            let word = Word {
                script: self.script,
                node,
            };
            let value_in = |text: &'s str| text.strip_prefix(name)?.strip_prefix('=');
            match word.literal() {
                Some(literal) => value_in(literal).map(Some),
                None => value_in(word.raw()).map(|_| None),
            }
        });
        if by_env.is_some() {
            return by_env;
        }
        let assigned = self.assignments().rev().find(|found| found.name() == name);
        if let Some(assigned) = assigned.filter(|_| !self.node.words.is_empty()) {
            return Some(assigned.literal());
        }
        self.script.flow.exported(self.flow().exports, name)
    }

    /// Whether the command gets an environment that the script alone decides (`env -i`).
    #[must_use]
    pub fn clears_environment(self) -> bool {
        self.node.effective.clears_environment
    }

    /// The directory it runs in, as far as the script changes it.
    #[must_use]
    pub fn directory(self) -> &'s Directory {
        self.script.flow.directory(self.flow().directory)
    }

    /// Where it stands in the script's logical text: from its first assignment, word or
    /// redirection to the end of the last, without operators.
    #[must_use]
    pub fn range(self) -> TextRange {
        self.node.range
    }

    /// The smallest span of the file that holds it.
    #[must_use]
    pub fn span(self) -> Span {
        self.script.span(self.node.range)
    }

    /// The constructs around it, over nested scripts too.
    #[must_use]
    pub fn inside(self) -> Constructs {
        self.node.place.inside
    }

    /// How many constructs are around it.
    #[must_use]
    pub fn depth(self) -> usize {
        self.node.place.depth.into()
    }

    /// Which item of the script's top-level list it is, where it stands there alone: not negated,
    /// in no pipeline and no construct.
    #[must_use]
    pub fn top_level_item(self) -> Option<usize> {
        self.node.place.top_level_item.map(|index| index as usize)
    }

    /// Whether it is part of a pipeline of two or more commands.
    #[must_use]
    pub fn in_pipeline(self) -> bool {
        self.inside().contains(Construct::Pipeline)
    }

    /// Whether the script can succeed without having run it: in a branch, a loop, a function,
    /// behind `||`, behind `&&` where the failure in front is not the script's failure.
    #[must_use]
    pub fn is_conditional(self) -> bool {
        !self.flow().always_runs
    }

    /// Whether the script fails when it fails.
    #[must_use]
    pub fn must_succeed(self) -> bool {
        self.flow().must_succeed
    }

    /// Whether `set -e` is in force where it stands.
    #[must_use]
    pub fn under_errexit(self) -> bool {
        self.flow().errexit
    }

    /// Whether `set -o pipefail` is in force where it stands.
    #[must_use]
    pub fn under_pipefail(self) -> bool {
        self.flow().pipefail
    }
}

/// `NAME=value` in front of a command.
#[derive(Debug, Clone, Copy)]
pub struct Assignment<'s> {
    script: &'s Script<'s>,
    node: &'s AssignmentNode,
}

impl<'s> Assignment<'s> {
    /// The name.
    #[must_use]
    pub fn name(self) -> &'s str {
        &self.node.name
    }

    /// The value; `None` for an array.
    #[must_use]
    pub fn value(self) -> Option<Word<'s>> {
        self.node.value.as_ref().map(|node| Word {
            script: self.script,
            node,
        })
    }

    /// The value where it is static and replaces what was there.
    #[must_use]
    pub fn literal(self) -> Option<&'s str> {
        self.value().filter(|_| !self.node.append)?.literal()
    }

    /// Whether it is `NAME+=value`.
    #[must_use]
    pub fn is_append(self) -> bool {
        self.node.append
    }

    /// The whole of `NAME=value` in the script's logical text.
    #[must_use]
    pub fn range(self) -> TextRange {
        self.node.range
    }

    /// The smallest span of the file that holds it.
    #[must_use]
    pub fn span(self) -> Span {
        self.script.span(self.node.range)
    }
}

/// A redirection.
#[derive(Debug, Clone, Copy)]
pub struct Redirect<'s> {
    pub(crate) script: &'s Script<'s>,
    pub(crate) node: &'s RedirectNode,
}

impl<'s> Redirect<'s> {
    /// Which one.
    #[must_use]
    pub fn kind(self) -> RedirectKind {
        self.node.kind
    }

    /// The file descriptor written in front of it.
    #[must_use]
    pub fn fd(self) -> Option<u32> {
        self.node.fd
    }

    /// The target; `None` for a heredoc.
    #[must_use]
    pub fn target(self) -> Option<Word<'s>> {
        match &self.node.target {
            RedirectTarget::Word(node) => Some(Word {
                script: self.script,
                node,
            }),
            RedirectTarget::HereDocument { .. } => None,
        }
    }

    /// The heredoc; `None` for the others.
    #[must_use]
    pub fn here_document(self) -> Option<HereDocument<'s>> {
        match &self.node.target {
            RedirectTarget::Word(_) => None,
            RedirectTarget::HereDocument {
                body,
                quoted,
                strip_tabs,
                ..
            } => Some(HereDocument {
                body: body.of(self.script.as_str()),
                range: *body,
                quoted: *quoted,
                strip_tabs: *strip_tabs,
            }),
        }
    }

    /// From the descriptor to the end of the target; of a heredoc, to the end of its delimiter.
    #[must_use]
    pub fn range(self) -> TextRange {
        self.node.range
    }

    /// The smallest span of the file that holds [`Redirect::range`].
    #[must_use]
    pub fn span(self) -> Span {
        self.script.span(self.node.range)
    }
}

/// The body of a heredoc within a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HereDocument<'s> {
    /// The body as written, terminator line excluded.
    pub body: &'s str,
    /// Where the body stands in the script's logical text.
    pub range: TextRange,
    /// Whether the delimiter is quoted, so that the shell takes the body as it is.
    pub quoted: bool,
    /// Whether leading tabs are taken off (`<<-`).
    pub strip_tabs: bool,
}
