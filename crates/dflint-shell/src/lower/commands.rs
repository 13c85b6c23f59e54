//! Simple commands.

use shuck_ast as ast;

use super::Lowering;
use crate::command::{
    AssignmentNode, CommandId, CommandNode, Place, RedirectKind, RedirectNode, RedirectTarget,
};
use crate::range::TextRange;
use crate::tree::{Compound, CompoundKind, List, Node};
use crate::word::WordNode;

impl Lowering<'_, '_> {
    pub(super) fn simple(&mut self, statement: &ast::Stmt, place: Place) -> CommandId {
        let id = CommandId(self.commands.len() as u32);
        // Taken now, so that the commands inside of its words come behind it.
        self.commands.push(CommandNode::default());
        let (assignments, words) = match &statement.command {
            ast::Command::Simple(simple) => self.plain(simple, place),
            ast::Command::Builtin(builtin) => self.builtin(builtin, place),
            ast::Command::Decl(declaration) => self.declaration(declaration, place),
            _ => (Vec::new(), Vec::new()),
        };
        let redirects = self.redirects(&statement.redirects, place);
        let range = self.extent(&assignments, &words, &redirects);
        if let Some(command) = self.commands.get_mut(id.0 as usize) {
            *command = CommandNode {
                assignments,
                words,
                redirects,
                range,
                place,
                ..CommandNode::default()
            };
        }
        id
    }

    fn plain(
        &mut self,
        simple: &ast::SimpleCommand,
        place: Place,
    ) -> (Vec<AssignmentNode>, Vec<WordNode>) {
        let assignments = self.assignments(&simple.assignments, place);
        let mut words = Vec::with_capacity(simple.args.len() + 1);
        // A command of assignments or redirections alone has an empty name at no place.
        if simple.name.span.start.offset() < simple.name.span.end.offset() {
            words.push(self.word(&simple.name, place));
        } else {
            self.check(simple.args.is_empty());
        }
        for word in &simple.args {
            words.push(self.word(word, place));
        }
        (assignments, words)
    }

    /// `break`, `continue`, `return` and `exit`, whose name has no span of its own.
    fn builtin(
        &mut self,
        builtin: &ast::BuiltinCommand,
        place: Place,
    ) -> (Vec<AssignmentNode>, Vec<WordNode>) {
        let (name, first, rest, assignments, span) = match builtin {
            ast::BuiltinCommand::Break(it) => {
                ("break", &it.depth, &it.extra_args, &it.assignments, it.span)
            }
            ast::BuiltinCommand::Continue(it) => (
                "continue",
                &it.depth,
                &it.extra_args,
                &it.assignments,
                it.span,
            ),
            ast::BuiltinCommand::Return(it) => {
                ("return", &it.code, &it.extra_args, &it.assignments, it.span)
            }
            ast::BuiltinCommand::Exit(it) => {
                ("exit", &it.code, &it.extra_args, &it.assignments, it.span)
            }
        };
        let assignments = self.assignments(assignments, place);
        let from = assignments
            .last()
            .map_or(span.start.offset(), |last| last.range.end as usize);
        let start = super::skip_blanks(self.text, from, false);
        let range = TextRange::from_offsets(start, start + name.len());
        self.check(range.of(self.text) == name);
        let mut words = vec![WordNode {
            range,
            ..WordNode::default()
        }];
        for word in first.iter().chain(rest) {
            words.push(self.word(word, place));
        }
        (assignments, words)
    }

    /// `export X=1` and its kin: every operand is a word.
    fn declaration(
        &mut self,
        declaration: &ast::DeclClause,
        place: Place,
    ) -> (Vec<AssignmentNode>, Vec<WordNode>) {
        let assignments = self.assignments(&declaration.assignments, place);
        let name = self.range(declaration.variant_span);
        let mut words = vec![WordNode {
            range: name,
            ..WordNode::default()
        }];
        for operand in &declaration.operands {
            let word = match operand {
                ast::DeclOperand::Flag(word) | ast::DeclOperand::Dynamic(word) => {
                    self.word(word, place)
                }
                ast::DeclOperand::Name(reference) => WordNode {
                    range: self.range(reference.span),
                    ..WordNode::default()
                },
                ast::DeclOperand::Assignment(assignment) => self.assignment_word(assignment, place),
            };
            words.push(word);
        }
        (assignments, words)
    }

    /// `NAME=value` as one word.
    fn assignment_word(&mut self, assignment: &ast::Assignment, place: Place) -> WordNode {
        let range = self.range(assignment.span);
        match &assignment.value {
            ast::AssignmentValue::Scalar(value) => {
                let value_start = value.span.start.offset() as u32;
                let head = TextRange::new(range.start, value_start.clamp(range.start, range.end));
                self.word_with_head(range, head, &value.parts, place)
            }
            ast::AssignmentValue::Compound(array) => {
                let elements = self.elements(array, place);
                self.dynamic_word(range, elements)
            }
        }
    }

    fn assignments(
        &mut self,
        assignments: &[ast::Assignment],
        place: Place,
    ) -> Vec<AssignmentNode> {
        assignments
            .iter()
            .map(|assignment| {
                let (value, elements) = match &assignment.value {
                    ast::AssignmentValue::Scalar(word) => {
                        (Some(self.word(word, place)), Vec::new())
                    }
                    ast::AssignmentValue::Compound(array) => (None, self.elements(array, place)),
                };
                AssignmentNode {
                    name: assignment.target.name.as_str().into(),
                    append: assignment.append,
                    range: self.range(assignment.span),
                    value,
                    elements,
                }
            })
            .collect()
    }

    fn elements(&mut self, array: &ast::ArrayExpr, place: Place) -> Vec<WordNode> {
        array
            .elements
            .iter()
            .map(|element| self.word(&element.value().word, place))
            .collect()
    }

    pub(super) fn redirects(
        &mut self,
        redirects: &[ast::Redirect],
        place: Place,
    ) -> Vec<RedirectNode> {
        redirects
            .iter()
            .map(|redirect| self.redirect(redirect, place))
            .collect()
    }

    fn redirect(&mut self, redirect: &ast::Redirect, place: Place) -> RedirectNode {
        let mut range = self.range(redirect.span);
        let target = match &redirect.target {
            ast::RedirectTarget::Word(word) => {
                let word = if word.span.end.offset() <= word.span.start.offset() {
                    self.descriptor(range)
                } else {
                    self.word(word, place)
                };
                range.end = word.range.end;
                RedirectTarget::Word(word)
            }
            ast::RedirectTarget::Heredoc(heredoc) => {
                let delimiter = self.range(heredoc.delimiter.span);
                range.end = delimiter.end;
                let body = self.range(heredoc.body.span);
                let quoted = heredoc.delimiter.quoted || !heredoc.delimiter.expands_body;
                RedirectTarget::HereDocument {
                    body,
                    quoted,
                    strip_tabs: heredoc.delimiter.strip_tabs,
                    expansions: if quoted {
                        WordNode::default()
                    } else {
                        self.heredoc_expansions(&heredoc.body, place)
                    },
                }
            }
        };
        range.start = self.with_descriptor(range.start, redirect);
        RedirectNode {
            kind: redirect_kind(redirect.kind),
            fd: redirect.fd.and_then(|fd| u32::try_from(fd).ok()),
            range,
            target,
        }
    }

    /// The target of `2>&1`, which has no span of its own.
    fn descriptor(&mut self, redirect: TextRange) -> WordNode {
        let target = redirect
            .of(self.text)
            .rsplit('&')
            .next()
            .unwrap_or_default();
        self.check(
            !target.is_empty()
                && target
                    .bytes()
                    .all(|byte| byte.is_ascii_digit() || byte == b'-'),
        );
        WordNode {
            range: TextRange::new(redirect.end - target.len() as u32, redirect.end),
            ..WordNode::default()
        }
    }

    /// The start of the redirection with the descriptor in front of it, which the span may lack.
    fn with_descriptor(&self, start: u32, redirect: &ast::Redirect) -> u32 {
        if let Some(span) = redirect.fd_var_span {
            return (span.start.offset() as u32).saturating_sub(1).min(start);
        }
        if redirect.fd.is_none() {
            return start;
        }
        let before = self.text.get(..start as usize).unwrap_or_default();
        let digits = before.bytes().rev().take_while(u8::is_ascii_digit).count();
        start - digits as u32
    }

    /// From the first to the last token, checked to be in order and apart.
    fn extent(
        &mut self,
        assignments: &[AssignmentNode],
        words: &[WordNode],
        redirects: &[RedirectNode],
    ) -> TextRange {
        let mut ranges: Vec<TextRange> = assignments
            .iter()
            .map(|it| it.range)
            .chain(words.iter().map(|it| it.range))
            .collect();
        self.check(ranges.is_sorted_by(|a, b| a.end <= b.start));
        if !redirects.is_empty() {
            ranges.extend(redirects.iter().map(|it| it.range));
            ranges.sort_unstable();
            self.check(ranges.is_sorted_by(|a, b| a.end <= b.start));
        }
        // Between two tokens there is nothing but blanks and continuations.
        for pair in ranges.windows(2) {
            if let [a, b] = pair {
                let gap = self.text.get(a.end as usize..b.start as usize);
                self.check(gap.is_some_and(is_blank));
            }
        }
        match (ranges.first(), ranges.last()) {
            (Some(first), Some(last)) => first.to(*last),
            _ => {
                self.sound = false;
                TextRange::default()
            }
        }
    }

    /// What could not be converted, as a compound without content.
    pub(super) fn unknown(&mut self, statement: &ast::Stmt) -> Node {
        Node::Compound(Box::new(Compound {
            kind: CompoundKind::Other(List::default()),
            words: Vec::new(),
            redirects: Vec::new(),
            range: self.range(statement.span),
        }))
    }
}

/// Whether `gap` separates words and nothing else.
fn is_blank(gap: &str) -> bool {
    let mut bytes = gap.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b' ' | b'\t' | b'\r' => {}
            b'\\' if bytes.next() == Some(b'\n') => {}
            _ => return false,
        }
    }
    true
}

fn redirect_kind(kind: ast::RedirectKind) -> RedirectKind {
    match kind {
        ast::RedirectKind::Output => RedirectKind::Output,
        ast::RedirectKind::Clobber => RedirectKind::Clobber,
        ast::RedirectKind::Append => RedirectKind::Append,
        ast::RedirectKind::Input => RedirectKind::Input,
        ast::RedirectKind::ReadWrite => RedirectKind::ReadWrite,
        ast::RedirectKind::HereDoc | ast::RedirectKind::HereDocStrip => RedirectKind::HereDocument,
        ast::RedirectKind::HereString => RedirectKind::HereString,
        ast::RedirectKind::DupOutput => RedirectKind::DuplicateOutput,
        ast::RedirectKind::DupInput => RedirectKind::DuplicateInput,
        ast::RedirectKind::OutputBoth => RedirectKind::OutputBoth,
    }
}
