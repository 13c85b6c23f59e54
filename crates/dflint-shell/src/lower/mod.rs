//! From `shuck-parser`'s tree to ours; the only module that knows it.
//!
//! Its spans of commands and compounds can swallow what follows, and its decoded text is not
//! always decoded. So only the spans of words, operators and keywords are taken, each is checked
//! against the text it should name, and everything else is rebuilt from them. Where a check fails
//! the script is not [`Lowered::sound`], and no fix may trust it.

mod braces;
mod commands;
mod compounds;
mod limits;
mod parts;

use shuck_ast as ast;
use shuck_parser::parser::{ParseResult, Parser};
use shuck_parser::{Error, ShellDialect};

use crate::command::{CommandId, CommandNode, Place};
use crate::range::TextRange;
use crate::shell::Dialect;
use crate::tree::{Construct, Item, List, Node, Operator, OperatorKind, Pipeline};

/// A script's structure.
#[derive(Debug, Default)]
pub(crate) struct Lowered<'a> {
    pub(crate) body: List,
    pub(crate) commands: Vec<CommandNode<'a>>,
    /// Whether the tree accounts for the whole text.
    pub(crate) sound: bool,
    /// The first syntax error.
    pub(crate) error: Option<String>,
    /// Where that stands, if it is known.
    pub(crate) error_at: Option<u32>,
}

/// Reads `text` as a script that stands at `place`.
pub(crate) fn parse<'a>(text: &str, dialect: Dialect, place: Place) -> Lowered<'a> {
    if let Some(reason) = limits::exceeded(text) {
        return Lowered {
            error: Some(reason.to_owned()),
            ..Lowered::default()
        };
    }
    let first = parse_as(text, dialect, place);
    if dialect == Dialect::Bash || (first.sound && !only_bash_reads(text, &first)) {
        return first;
    }
    let second = parse_as(text, Dialect::Bash, place);
    if second.sound { second } else { first }
}

/// Whether a clean POSIX reading hides Bash syntax: `[[ a && b ]]` would be two commands.
fn only_bash_reads(text: &str, lowered: &Lowered<'_>) -> bool {
    lowered.commands.iter().any(|command| {
        let first = command.words.first();
        first.and_then(|word| word.literal(text)) == Some("[[")
    })
}

fn parse_as<'a>(text: &str, dialect: Dialect, place: Place) -> Lowered<'a> {
    let dialect = match dialect {
        Dialect::Posix => ShellDialect::Posix,
        Dialect::Bash => ShellDialect::Bash,
    };
    let read = |parsed: &str| {
        let result = Parser::with_dialect(parsed, dialect).parse();
        lower(text, &result, place)
    };
    let covered = braces::covered(text).map(|covered| read(&covered));
    covered
        .filter(|lowered| lowered.sound)
        .unwrap_or_else(|| read(text))
}

fn lower<'a>(text: &str, result: &ParseResult, place: Place) -> Lowered<'a> {
    let error = result
        .diagnostics
        .first()
        .map(|diagnostic| diagnostic.message.clone())
        .or_else(|| result.terminal_error.as_ref().map(ToString::to_string));
    let error_at = match (result.diagnostics.first(), &result.terminal_error) {
        (Some(diagnostic), _) => Some(diagnostic.span.start.offset()),
        (None, Some(Error::Parse { line, column, .. })) => offset(text, *line, *column),
        (None, None) => None,
    };
    let mut lowering = Lowering {
        text,
        commands: Vec::new(),
        sound: error.is_none() && result.is_ok(),
    };
    let body = lowering.list(&result.file.body, place);
    lowering.mark_top_level(&body);
    Lowered {
        body,
        commands: lowering.commands,
        sound: lowering.sound,
        error,
        error_at: error_at.map(|at| at as u32),
    }
}

/// Where a line and a column (in characters), both counted from 1, stand in `text`.
fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(str::len)
        .sum();
    let characters = text.get(start..)?.char_indices().map(|(at, _)| at);
    let end = std::iter::once(text.len() - start);
    characters
        .chain(end)
        .nth(column.checked_sub(1)?)
        .map(|at| start + at)
}

/// The state of one conversion.
struct Lowering<'t, 'a> {
    text: &'t str,
    commands: Vec<CommandNode<'a>>,
    sound: bool,
}

impl Lowering<'_, '_> {
    /// `span` as a range; on character borders and within the text, or the script is not sound.
    fn range(&mut self, span: ast::Span) -> TextRange {
        let (start, end) = (span.start.offset(), span.end.offset());
        if self.text.get(start..end).is_none() {
            self.sound = false;
            return TextRange::default();
        }
        TextRange::from_offsets(start, end)
    }

    /// Marks the script as not fully understood unless `holds`.
    fn check(&mut self, holds: bool) {
        self.sound &= holds;
    }

    /// `span` as the range of a token that must read `token`.
    fn token(&mut self, span: ast::Span, token: &str) -> TextRange {
        let range = self.range(span);
        self.check(range.of(self.text) == token);
        range
    }

    fn list(&mut self, sequence: &ast::StmtSeq, place: Place) -> List {
        self.statements(sequence.as_slice(), place)
    }

    fn statements(&mut self, statements: &[ast::Stmt], place: Place) -> List {
        let mut list = List::default();
        for (index, statement) in statements.iter().enumerate() {
            let is_background = matches!(
                statement.terminator,
                Some(ast::StmtTerminator::Background(_))
            );
            let inner = if is_background {
                place.within(Construct::Background)
            } else {
                place
            };
            self.and_or(statement, inner, &mut list);
            let Some(last) = list.items.last().map(|item| item.pipeline.range) else {
                continue;
            };
            let operator = match (statement.terminator, statement.terminator_span) {
                (Some(ast::StmtTerminator::Semicolon), Some(span)) => Some(Operator {
                    kind: OperatorKind::Semicolon,
                    range: self.token(span, ";"),
                }),
                (Some(ast::StmtTerminator::Background(_)), Some(span)) => Some(Operator {
                    kind: OperatorKind::Background,
                    range: self.token(span, "&"),
                }),
                _ if index + 1 < statements.len() => self.line_end(last.end),
                _ => None,
            };
            if let Some(operator) = operator {
                self.check(operator.range.start >= last.end);
            }
            if let Some(item) = list.items.last_mut() {
                item.operator = operator;
            }
        }
        list
    }

    /// The line end behind `from`, over blanks, continuations and a comment.
    fn line_end(&mut self, from: u32) -> Option<Operator> {
        let at = skip_blanks(self.text, from as usize, false);
        let is_line_end = self.text.as_bytes().get(at) == Some(&b'\n');
        self.check(is_line_end);
        is_line_end.then(|| Operator {
            kind: OperatorKind::Newline,
            range: TextRange::from_offsets(at, at + 1),
        })
    }

    /// A statement, taken apart at its `&&` and `||` (which lean to the left).
    fn and_or(&mut self, statement: &ast::Stmt, place: Place, list: &mut List) {
        let mut spine = Vec::new();
        let mut first = statement;
        while let Some(binary) = joined(first, |op| {
            matches!(op, ast::BinaryOp::And | ast::BinaryOp::Or)
        }) {
            spine.push(binary);
            first = &binary.left;
        }
        self.item(first, place, list);
        for binary in spine.into_iter().rev() {
            let (kind, token) = match binary.op {
                ast::BinaryOp::And => (OperatorKind::And, "&&"),
                _ => (OperatorKind::Or, "||"),
            };
            let range = self.token(binary.op_span, token);
            if let Some(item) = list.items.last_mut() {
                let in_order = item.pipeline.range.end <= range.start;
                item.operator = Some(Operator { kind, range });
                self.check(in_order);
            }
            // A list on the right would be one in braces.
            self.check(joined(&binary.right, |op| !is_pipe(op)).is_none());
            self.item(&binary.right, place, list);
        }
    }

    fn item(&mut self, statement: &ast::Stmt, place: Place, list: &mut List) {
        let pipeline = self.pipeline(statement, place);
        list.items.push(Item {
            pipeline,
            operator: None,
        });
    }

    fn pipeline(&mut self, statement: &ast::Stmt, place: Place) -> Pipeline {
        let start = statement.span.start.offset() as u32;
        let mut statement = statement;
        let mut pipeline = Pipeline {
            negated: false,
            timed: false,
            nodes: Vec::new(),
            operators: Vec::new(),
            range: TextRange::new(start, start),
        };
        // `! time a | b`: prefixes come in any order, a few at most.
        loop {
            pipeline.negated |= statement.negated;
            let ast::Command::Compound(ast::CompoundCommand::Time(time)) = &statement.command
            else {
                break;
            };
            pipeline.timed = true;
            let Some(inner) = &time.command else {
                self.sound = false;
                return pipeline;
            };
            statement = inner;
        }
        let place = if pipeline.negated {
            place.within(Construct::Negation)
        } else {
            place
        };
        let has_prefix = pipeline.negated || pipeline.timed;
        self.piped(statement, place, &mut pipeline);
        let ends = (pipeline.nodes.first(), pipeline.nodes.last());
        if let (Some(first), Some(last)) = ends {
            let (first, last) = (self.node_range(first), self.node_range(last));
            pipeline.range = first.to(last);
            if has_prefix && start <= first.start {
                pipeline.range.start = start;
            }
        }
        pipeline
    }

    fn piped(&mut self, statement: &ast::Stmt, place: Place, pipeline: &mut Pipeline) {
        let mut spine = Vec::new();
        let mut first = statement;
        while let Some(binary) = piped_at(first, std::ptr::eq(first, statement)) {
            spine.push(binary);
            first = &binary.left;
        }
        let place = if spine.is_empty() {
            place
        } else {
            place.within(Construct::Pipeline)
        };
        let node = self.node(first, place);
        pipeline.nodes.push(node);
        for binary in spine.into_iter().rev() {
            let (kind, token) = match binary.op {
                ast::BinaryOp::PipeAll => (OperatorKind::PipeBoth, "|&"),
                _ => (OperatorKind::Pipe, "|"),
            };
            let range = self.token(binary.op_span, token);
            let node = self.node(&binary.right, place);
            pipeline.operators.push(Operator { kind, range });
            pipeline.nodes.push(node);
        }
    }

    fn node(&mut self, statement: &ast::Stmt, place: Place) -> Node {
        match &statement.command {
            ast::Command::Compound(compound) => self.compound(compound, statement, place),
            ast::Command::Function(function) => self.function(function, statement, place),
            ast::Command::Simple(_) | ast::Command::Builtin(_) | ast::Command::Decl(_) => {
                Node::Simple(self.simple(statement, place))
            }
            ast::Command::Binary(_) | ast::Command::AnonymousFunction(_) => {
                self.sound = false;
                self.unknown(statement)
            }
        }
    }

    fn node_range(&self, node: &Node) -> TextRange {
        match node {
            Node::Simple(id) => self
                .commands
                .get(id.0 as usize)
                .map_or(TextRange::default(), |command| command.range),
            Node::Compound(compound) => compound.range,
        }
    }

    fn mark_top_level(&mut self, body: &List) {
        for (index, item) in body.items.iter().enumerate() {
            if let Some(CommandId(id)) = item.pipeline.command()
                && let Some(command) = self.commands.get_mut(id as usize)
            {
                command.place.top_level_item = Some(index as u32);
            }
        }
    }
}

/// The binary command that `statement` is, if nothing is attached to it as a whole.
fn joined(
    statement: &ast::Stmt,
    wanted: impl Fn(ast::BinaryOp) -> bool,
) -> Option<&ast::BinaryCommand> {
    match &statement.command {
        ast::Command::Binary(binary)
            if wanted(binary.op) && !statement.negated && statement.redirects.is_empty() =>
        {
            Some(binary)
        }
        _ => None,
    }
}

/// The pipe that `statement` is; the outermost may be negated.
fn piped_at(statement: &ast::Stmt, outermost: bool) -> Option<&ast::BinaryCommand> {
    match &statement.command {
        ast::Command::Binary(binary) if is_pipe(binary.op) && (outermost || !statement.negated) => {
            Some(binary)
        }
        _ => None,
    }
}

fn is_pipe(op: ast::BinaryOp) -> bool {
    matches!(op, ast::BinaryOp::Pipe | ast::BinaryOp::PipeAll)
}

/// The first byte at or behind `from` that is no blank, continuation or comment; with `lines`,
/// line ends are skipped too.
pub(crate) fn skip_blanks(text: &str, from: usize, lines: bool) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\r') => at += 1,
            Some(b'\n') if lines => at += 1,
            Some(b'\\') if bytes.get(at + 1) == Some(&b'\n') => at += 2,
            Some(b'#') => {
                let rest = bytes.get(at..).unwrap_or_default();
                at += rest
                    .iter()
                    .position(|byte| *byte == b'\n')
                    .unwrap_or(rest.len());
            }
            _ => return at,
        }
    }
}
