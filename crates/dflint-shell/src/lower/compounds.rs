//! Compound commands.

use shuck_ast as ast;

use super::{Lowering, skip_blanks};
use crate::command::Place;
use crate::range::TextRange;
use crate::tree::{Arm, Branch, Compound, CompoundKind, Construct, Item, List, LoopKind, Node};
use crate::word::WordNode;

/// How far in front of a list its opening token is looked for (bytes): comments may be between.
const MAX_COMMENT: usize = 4096;

impl Lowering<'_, '_> {
    pub(super) fn compound(
        &mut self,
        compound: &ast::CompoundCommand,
        statement: &ast::Stmt,
        place: Place,
    ) -> Node {
        let start = statement.span.start.offset() as u32;
        self.compound_at(compound, statement, start, place)
    }

    /// A compound command whose first token is at `start`.
    fn compound_at(
        &mut self,
        compound: &ast::CompoundCommand,
        statement: &ast::Stmt,
        mut start: u32,
        place: Place,
    ) -> Node {
        let mut words = Vec::new();
        let (kind, end) = match compound {
            ast::CompoundCommand::Subshell(body) => {
                let list = self.list(body, place.within(Construct::Subshell));
                let range = self.enclosed(start, b'(', b')', &list);
                start = range.start;
                (CompoundKind::Subshell(list), range.end)
            }
            ast::CompoundCommand::BraceGroup(body) => {
                let list = self.list(body, place.within(Construct::Group));
                let range = self.enclosed(start, b'{', b'}', &list);
                start = range.start;
                (CompoundKind::Group(list), range.end)
            }
            ast::CompoundCommand::If(it) => self.if_command(it, place),
            ast::CompoundCommand::For(it) => {
                for word in it.words.iter().flatten() {
                    words.push(self.word(word, place));
                }
                let variable = it.targets.first().and_then(|target| target.name.as_ref());
                let kind = LoopKind::For {
                    variable: variable.map_or("", |name| name.as_str()).into(),
                };
                let done = match it.syntax {
                    ast::ForSyntax::InDoDone { done_span, .. }
                    | ast::ForSyntax::ParenDoDone { done_span, .. } => Some(done_span),
                    _ => None,
                };
                self.looped(kind, None, &it.body, done, place)
            }
            ast::CompoundCommand::Select(it) => {
                for word in &it.words {
                    words.push(self.word(word, place));
                }
                let kind = LoopKind::For {
                    variable: it.variable.as_str().into(),
                };
                self.looped(kind, None, &it.body, Some(it.done_span), place)
            }
            ast::CompoundCommand::ArithmeticFor(it) => {
                self.looped(LoopKind::Arithmetic, None, &it.body, it.done_span, place)
            }
            ast::CompoundCommand::While(it) => {
                let kind = LoopKind::While;
                self.looped(kind, Some(&it.condition), &it.body, it.done_span, place)
            }
            ast::CompoundCommand::Until(it) => {
                let kind = LoopKind::Until;
                self.looped(kind, Some(&it.condition), &it.body, it.done_span, place)
            }
            ast::CompoundCommand::Case(it) => {
                words.push(self.word(&it.word, place));
                for pattern in it.cases.iter().flat_map(|case| &case.patterns) {
                    self.pattern(pattern, place, &mut words);
                }
                let inside = place.within(Construct::Branch);
                let arms = it
                    .cases
                    .iter()
                    .map(|case| Arm {
                        body: self.list(&case.body, inside),
                    })
                    .collect();
                (
                    CompoundKind::Case(arms),
                    self.token(it.esac_span, "esac").end,
                )
            }
            ast::CompoundCommand::Conditional(it) => {
                self.conditional(&it.expression, place, &mut words);
                (
                    CompoundKind::Test,
                    self.token(it.right_bracket_span, "]]").end,
                )
            }
            ast::CompoundCommand::Arithmetic(it) => {
                (CompoundKind::Test, self.range(it.right_paren_span).end)
            }
            ast::CompoundCommand::Coproc(it) => {
                let mut list = List::default();
                self.and_or(&it.body, place.within(Construct::Other), &mut list);
                let end = list_end(&list).unwrap_or(start);
                (CompoundKind::Other(list), end)
            }
            ast::CompoundCommand::Time(_)
            | ast::CompoundCommand::Repeat(_)
            | ast::CompoundCommand::Foreach(_)
            | ast::CompoundCommand::Always(_) => {
                self.sound = false;
                return self.unknown(statement);
            }
        };
        self.finish(
            kind,
            words,
            &statement.redirects,
            TextRange::new(start, end),
            place,
        )
    }

    fn finish(
        &mut self,
        kind: CompoundKind,
        words: Vec<WordNode>,
        redirects: &[ast::Redirect],
        range: TextRange,
        place: Place,
    ) -> Node {
        let redirects = self.redirects(redirects, place);
        let range = redirects
            .iter()
            .fold(range, |range, redirect| range.to(redirect.range));
        self.check(self.text.get(range.range()).is_some());
        Node::Compound(Box::new(Compound {
            kind,
            words,
            redirects,
            range,
        }))
    }

    fn if_command(&mut self, it: &ast::IfCommand, place: Place) -> (CompoundKind, u32) {
        let test = place.within(Construct::Condition);
        let inside = place.within(Construct::Branch);
        let mut branches = vec![Branch {
            condition: self.list(&it.condition, test),
            body: self.list(&it.then_branch, inside),
        }];
        for (condition, body) in &it.elif_branches {
            branches.push(Branch {
                condition: self.list(condition, test),
                body: self.list(body, inside),
            });
        }
        let otherwise = it.else_branch.as_ref().map(|list| self.list(list, inside));
        let end = match it.syntax {
            ast::IfSyntax::ThenFi { fi_span, .. } => self.token(fi_span, "fi").end,
            ast::IfSyntax::Brace {
                right_brace_span, ..
            } => self.token(right_brace_span, "}").end,
        };
        (
            CompoundKind::If {
                branches,
                otherwise,
            },
            end,
        )
    }

    fn looped(
        &mut self,
        kind: LoopKind,
        condition: Option<&ast::StmtSeq>,
        body: &ast::StmtSeq,
        done: Option<ast::Span>,
        place: Place,
    ) -> (CompoundKind, u32) {
        let condition = condition.map_or_else(List::default, |list| {
            self.list(list, place.within(Construct::Condition))
        });
        let body = self.list(body, place.within(Construct::Loop));
        let end = match done {
            Some(span) => self.token(span, "done").end,
            None => {
                self.sound = false;
                list_end(&body).unwrap_or_default()
            }
        };
        (
            CompoundKind::Loop {
                kind,
                condition,
                body,
            },
            end,
        )
    }

    pub(super) fn function(
        &mut self,
        function: &ast::FunctionDef,
        statement: &ast::Stmt,
        place: Place,
    ) -> Node {
        let header = function.header.span();
        let start = (statement.span.start.offset() as u32).min(header.start.offset() as u32);
        let name = function.static_names().next();
        let inside = place.within(Construct::Function);
        // The body's own span may begin behind its brace.
        let body_start = skip_blanks(self.text, header.end.offset(), true) as u32;
        let node = match &function.body.command {
            ast::Command::Compound(compound) => {
                self.compound_at(compound, &function.body, body_start, inside)
            }
            _ => self.node(&function.body, inside),
        };
        let range = self.node_range(&node);
        let item = Item {
            pipeline: crate::tree::Pipeline {
                negated: false,
                timed: false,
                nodes: vec![node],
                operators: Vec::new(),
                range,
            },
            operator: None,
        };
        let kind = CompoundKind::Function {
            name: name.map_or("", |name| name.as_str()).into(),
            body: List { items: vec![item] },
        };
        let range = TextRange::new(start, range.end);
        self.finish(kind, Vec::new(), &statement.redirects, range, place)
    }

    /// The range of a list with the tokens around it, which must be `open` and `close`.
    fn enclosed(&mut self, start: u32, open: u8, close: u8, list: &List) -> TextRange {
        let bytes = self.text.as_bytes();
        let mut start = start as usize;
        if bytes.get(start) != Some(&open) {
            // The statement's span can begin inside.
            let inner = list
                .items
                .first()
                .map_or(start, |item| item.pipeline.range.start as usize);
            start = self.opening(inner, open).unwrap_or(start);
        }
        let from = list_end(list).map_or(start + 1, |end| end as usize);
        let mut at = skip_blanks(self.text, from, true);
        // The bodies of heredocs opened inside stand between the list and its closing token.
        let heredocs = self.last_heredoc_end(TextRange::from_offsets(start, at));
        if let Some(end) = heredocs.filter(|end| *end > at) {
            let terminator = self.text.get(end..).and_then(|rest| rest.find('\n'));
            at = skip_blanks(self.text, terminator.map_or(end, |line| end + line), true);
        }
        self.check(bytes.get(start) == Some(&open) && bytes.get(at) == Some(&close));
        TextRange::from_offsets(start, at + 1)
    }

    /// The last `open` in front of `inner` with only blanks and comments between them.
    fn opening(&self, inner: usize, open: u8) -> Option<usize> {
        let from = inner.saturating_sub(MAX_COMMENT);
        let before = self.text.as_bytes().get(from..inner)?;
        let found = before.iter().enumerate().rev().find(|(at, byte)| {
            **byte == open && skip_blanks(self.text, from + at + 1, true) == inner
        });
        found.map(|(at, _)| from + at)
    }

    /// The end of the last heredoc body that a command within `range` opened.
    fn last_heredoc_end(&self, range: TextRange) -> Option<usize> {
        self.commands
            .iter()
            .rev()
            .take_while(|command| command.range.start >= range.start)
            .flat_map(|command| &command.redirects)
            .filter_map(|redirect| match &redirect.target {
                crate::command::RedirectTarget::HereDocument { body, .. } => {
                    Some(body.end as usize)
                }
                crate::command::RedirectTarget::Word(_) => None,
            })
            .max()
    }

    fn conditional(
        &mut self,
        test: &ast::ConditionalExpr,
        place: Place,
        words: &mut Vec<WordNode>,
    ) {
        match test {
            ast::ConditionalExpr::Binary(binary) => {
                self.conditional(&binary.left, place, words);
                self.conditional(&binary.right, place, words);
            }
            ast::ConditionalExpr::Unary(unary) => self.conditional(&unary.expr, place, words),
            ast::ConditionalExpr::Parenthesized(inner) => {
                self.conditional(&inner.expr, place, words)
            }
            ast::ConditionalExpr::Word(word) => words.push(self.word(word, place)),
            // A regular expression is no word: `(a|b)` may stand in it.
            ast::ConditionalExpr::Regex(_) | ast::ConditionalExpr::VarRef(_) => {}
            ast::ConditionalExpr::Pattern(pattern) => self.pattern(pattern, place, words),
        }
    }

    /// The words of a pattern that are expanded before it is matched.
    fn pattern(&mut self, pattern: &ast::Pattern, place: Place, words: &mut Vec<WordNode>) {
        for part in &pattern.parts {
            match &part.kind {
                ast::PatternPart::Word(word) => words.push(self.word(word, place)),
                ast::PatternPart::Group { patterns, .. } => {
                    for inner in patterns {
                        self.pattern(inner, place, words);
                    }
                }
                ast::PatternPart::Literal(_)
                | ast::PatternPart::AnyString
                | ast::PatternPart::AnyChar
                | ast::PatternPart::CharClass(_) => {}
            }
        }
    }
}

/// The end of the last token of a list.
fn list_end(list: &List) -> Option<u32> {
    let last = list.items.last()?;
    Some(match last.operator {
        Some(operator) => operator.range.end,
        None => last.pipeline.range.end,
    })
}
