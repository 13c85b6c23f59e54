//! The structure of a script: lists, pipelines and compound commands.
//!
//! Simple commands are leaves; they live in the script and the tree names them by [`CommandId`].

use crate::command::{CommandId, RedirectNode};
use crate::range::TextRange;
use crate::word::WordNode;

/// Pipelines joined by operators.
#[derive(Debug, Default)]
pub struct List {
    /// The pipelines in order.
    pub items: Vec<Item>,
}

/// One pipeline of a list with the operator behind it.
#[derive(Debug)]
pub struct Item {
    /// The pipeline (most often a single command).
    pub pipeline: Pipeline,
    /// What follows it; `None` at the end of the list.
    pub operator: Option<Operator>,
}

/// An operator between two pipelines or two commands of a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Operator {
    /// Which one.
    pub kind: OperatorKind,
    /// The operator itself, without space around it.
    pub range: TextRange,
}

impl Operator {
    /// `&&` and `||`: what is in front decides whether what is behind runs.
    #[must_use]
    pub fn joins(self) -> bool {
        matches!(self.kind, OperatorKind::And | OperatorKind::Or)
    }
}

/// The operators that join commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperatorKind {
    /// `&&`
    And,
    /// `||`
    Or,
    /// `;`
    Semicolon,
    /// A line end.
    Newline,
    /// `&`
    Background,
    /// `|`
    Pipe,
    /// `|&`
    PipeBoth,
}

/// Commands joined by `|`.
#[derive(Debug)]
pub struct Pipeline {
    /// Whether a `!` stands in front.
    pub negated: bool,
    /// Whether the keyword `time` stands in front.
    pub timed: bool,
    /// The commands in order; never empty.
    pub nodes: Vec<Node>,
    /// The operators between them, one fewer than nodes.
    pub operators: Vec<Operator>,
    /// From `!`, `time` or the first command to the end of the last.
    pub range: TextRange,
}

impl Pipeline {
    /// The command, where it is a single simple one without `!`.
    #[must_use]
    pub fn command(&self) -> Option<CommandId> {
        match self.nodes.as_slice() {
            [Node::Simple(id)] if !self.negated => Some(*id),
            _ => None,
        }
    }
}

/// A command of a pipeline.
#[derive(Debug)]
pub enum Node {
    /// A simple command; see [`crate::Script::command`].
    Simple(CommandId),
    /// `( … )`, `if … fi` and the like.
    Compound(Box<Compound>),
}

/// A compound command.
#[derive(Debug)]
pub struct Compound {
    /// What it is.
    pub kind: CompoundKind,
    /// The words it evaluates itself: what `for` runs through, what `case` and `[[` look at.
    pub(crate) words: Vec<WordNode>,
    /// The redirections behind it.
    pub(crate) redirects: Vec<RedirectNode>,
    /// From its first to its last token, redirections included.
    pub range: TextRange,
}

/// The compound commands.
#[derive(Debug)]
pub enum CompoundKind {
    /// `( … )`
    Subshell(List),
    /// `{ …; }`
    Group(List),
    /// `if … then … elif … else … fi`
    If {
        /// `if` and `elif`, in order.
        branches: Vec<Branch>,
        /// `else`.
        otherwise: Option<List>,
    },
    /// `for`, `select`, `while` and `until`.
    Loop {
        /// Which.
        kind: LoopKind,
        /// What `while` or `until` tests; empty for the others.
        condition: List,
        /// The body.
        body: List,
    },
    /// `case … esac`
    Case(Vec<Arm>),
    /// A function definition: what is inside runs only when it is called.
    Function {
        /// Its name.
        name: Box<str>,
        /// Its body.
        body: List,
    },
    /// `[[ … ]]` or `(( … ))`
    Test,
    /// `coproc …` and what the grammar has beyond the above.
    Other(List),
}

/// `if` or `elif` with what it guards.
#[derive(Debug)]
pub struct Branch {
    /// Between `if` and `then`.
    pub condition: List,
    /// Behind `then`.
    pub body: List,
}

/// One pattern list of `case` with its body.
#[derive(Debug)]
pub struct Arm {
    /// The commands.
    pub body: List,
}

/// The loops.
#[derive(Debug)]
pub enum LoopKind {
    /// `for x in …` or `select x in …`.
    For {
        /// The variable.
        variable: Box<str>,
    },
    /// `for (( … ))`
    Arithmetic,
    /// `while`
    While,
    /// `until`
    Until,
}

/// What can stand around a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Construct {
    /// `( … )`
    Subshell,
    /// `{ …; }`
    Group,
    /// What `if`, `while` or `until` tests.
    Condition,
    /// A branch of `if` or `case`.
    Branch,
    /// A loop's body.
    Loop,
    /// A function's body.
    Function,
    /// `$( … )`, `` `…` `` or `<( … )`.
    Substitution,
    /// A pipeline of two or more commands.
    Pipeline,
    /// Behind `!`.
    Negation,
    /// In front of `&`.
    Background,
    /// A script within the script (`sh -c '…'`).
    NestedScript,
    /// `coproc` and the like.
    Other,
}

/// A set of [`Construct`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Constructs(u16);

impl Constructs {
    /// Whether `construct` is among them.
    #[must_use]
    pub fn contains(self, construct: Construct) -> bool {
        self.0 & (1 << construct as u8) != 0
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(crate) fn with(self, construct: Construct) -> Self {
        Self(self.0 | (1 << construct as u8))
    }
}
