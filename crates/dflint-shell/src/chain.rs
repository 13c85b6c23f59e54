//! The top level of a script as a chain of steps, for fixes that add or take out one.

use dflint_parser::Span;

use crate::command::{CommandId, SimpleCommand};
use crate::range::TextRange;
use crate::script::Script;
use crate::tree::{CompoundKind, List, Node, Operator, OperatorKind, Pipeline};

/// The top-level list of a script whose steps run one after another: joined by `&&`, `||`, `;` or
/// line ends, nothing else.
#[derive(Debug, Clone, Copy)]
pub struct Chain<'s> {
    script: &'s Script<'s>,
}

/// One step of a [`Chain`].
#[derive(Debug, Clone, Copy)]
pub struct Link<'s> {
    script: &'s Script<'s>,
    /// Its index in the chain.
    pub index: usize,
    /// What it runs.
    pub pipeline: &'s Pipeline,
    /// The operator in front of it; `None` for the first.
    pub before: Option<Operator>,
    /// The operator behind it; `None` for the last, save for a closing `;`.
    pub after: Option<Operator>,
}

impl<'s> Link<'s> {
    /// Its command, where it is a single simple one.
    #[must_use]
    pub fn command(self) -> Option<SimpleCommand<'s>> {
        self.script.command(self.pipeline.command()?)
    }

    /// Whether it begins a list of its own: nothing in front of it decides whether it runs.
    #[must_use]
    pub fn begins_list(self) -> bool {
        !self.before.is_some_and(Operator::joins)
    }

    /// Whether what is behind it runs whatever becomes of it.
    #[must_use]
    pub fn ends_list(self) -> bool {
        !self.after.is_some_and(Operator::joins)
    }

    /// Whether `set -e`, where it is in force, ends the script wherever the step fails. It does not
    /// where the status of a compound command is that of a list with `&&`, or of a `!`.
    #[must_use]
    pub fn fails_only_by_errexit(self) -> bool {
        fails_only_by_errexit(self.pipeline)
    }

    /// Where it stands in the script's logical text, without operators.
    #[must_use]
    pub fn range(self) -> TextRange {
        self.pipeline.range
    }

    /// The smallest span of the file that holds it.
    #[must_use]
    pub fn span(self) -> Span {
        self.script.span(self.pipeline.range)
    }
}

impl Script<'_> {
    /// The plain chain `a && b && c`; `None` where `||`, `;`, `&` or a line end is among the
    /// operators (but for one at the end) or the script is not certain. A step may be a pipeline
    /// or a compound command.
    #[must_use]
    pub fn and_chain(&self) -> Option<Chain<'_>> {
        self.chain_of(|kind| kind == OperatorKind::And)
    }

    /// The steps that run one after another, joined by `&&`, `||`, `;` or line ends: what
    /// [`Script::and_chain`] gives, and scripts of several lines. Whether a failing step ends
    /// the script is for each command to say ([`SimpleCommand::must_succeed`]).
    #[must_use]
    pub fn sequence(&self) -> Option<Chain<'_>> {
        self.chain_of(|kind| kind != OperatorKind::Background)
    }

    fn chain_of(&self, allowed: impl Fn(OperatorKind) -> bool) -> Option<Chain<'_>> {
        if !self.is_certain() || self.is_exec() {
            return None;
        }
        let (last, others) = self.body().items.split_last()?;
        let inner = others.iter().filter_map(|item| item.operator);
        let ends_plain = last
            .operator
            .is_none_or(|end| end.kind == OperatorKind::Semicolon);
        let is_chain = ends_plain && inner.into_iter().all(|operator| allowed(operator.kind));
        is_chain.then_some(Chain { script: self })
    }
}

impl<'s> Chain<'s> {
    /// How many steps there are; never 0.
    #[must_use]
    pub fn len(self) -> usize {
        self.script.body().items.len()
    }

    /// Never: a chain has a step.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.script.body().items.is_empty()
    }

    /// A step.
    #[must_use]
    pub fn get(self, index: usize) -> Option<Link<'s>> {
        let items = &self.script.body().items;
        let item = items.get(index)?;
        let before = index
            .checked_sub(1)
            .and_then(|before| items.get(before)?.operator);
        Some(Link {
            script: self.script,
            index,
            pipeline: &item.pipeline,
            before,
            after: item.operator,
        })
    }

    /// The steps in order.
    pub fn links(self) -> impl Iterator<Item = Link<'s>> {
        (0..self.len()).filter_map(move |index| self.get(index))
    }

    /// The step that is `command` alone.
    #[must_use]
    pub fn position(self, command: CommandId) -> Option<usize> {
        self.script.command(command)?.top_level_item()
    }

    /// The first and the last step of the list that step `index` belongs to: the steps around it
    /// that are joined by `&&` and `||`.
    #[must_use]
    pub fn list_around(self, index: usize) -> Option<(Link<'s>, Link<'s>)> {
        let mut first = self.get(index)?;
        let mut last = first;
        while !first.begins_list() {
            first = self.get(first.index.checked_sub(1)?)?;
        }
        while let Some(next) = self.get(last.index + 1).filter(|_| !last.ends_list()) {
            last = next;
        }
        Some((first, last))
    }

    /// Whether the script could end in another way, or go on where it ended, if step `index`, which
    /// succeeds, were taken out.
    #[must_use]
    pub fn decides(self, index: usize) -> bool {
        let Some(link) = self.get(index) else {
            return true;
        };
        let is_last = index + 1 == self.len();
        let errexit = link.command().is_some_and(SimpleCommand::under_errexit);
        match (link.begins_list(), link.ends_list()) {
            (_, false) => false,
            // The step before becomes the last of its list, which `set -e` watches.
            (false, true) => errexit && !is_last,
            (true, true) if !is_last => false,
            // Another step gives the script its status: one that has succeeded by then, or not.
            (true, true) => {
                let before = index.checked_sub(1).and_then(|before| self.get(before));
                !before.is_some_and(|before| {
                    before.begins_list() && before.command().is_some() && errexit
                })
            }
        }
    }

    /// The spans of the file to delete so that step `index` and one operator next to it are
    /// gone, and line layout, comments and all other steps stay.
    ///
    /// `source` is the file. `None` where a comment stands so that it cannot be kept, where the
    /// step is the only one, or beside `||`.
    #[must_use]
    pub fn removal(self, index: usize, source: &str) -> Option<Vec<Span>> {
        let link = self.get(index)?;
        let is_alternative = |operator: Option<Operator>| {
            operator.is_some_and(|operator| operator.kind == OperatorKind::Or)
        };
        if is_alternative(link.before) || is_alternative(link.after) {
            return None;
        }
        let previous = index.checked_sub(1).and_then(|before| self.get(before));
        // What follows after `&&` must not come to hang on the list before.
        let Some(previous) = previous.filter(|_| !link.begins_list() || link.ends_list()) else {
            let next = self.get(index + 1)?;
            return self.without_comments(link.range().start, next.range().start, source);
        };
        let (from, to) = (previous.range().end, link.range().end);
        if let Some(spans) = self.without_comments(from, to, source) {
            return Some(spans);
        }
        let Some(next) = self.get(index + 1) else {
            return self.around_comments(from, to, source);
        };
        // A comment in front of the step: take the operator that stands on the same side of it
        // as the step does.
        let (before, after) = (link.before?, link.after?);
        self.without_comments(before.range.start, after.range.start, source)
            .or_else(|| {
                let is_same = before.joins() == after.joins();
                let (own, next) = (link.range().start, next.range().start);
                self.without_comments(own, next, source).filter(|_| is_same)
            })
    }

    /// The file from byte `from` to byte `to` of the script, if no comment stands there.
    fn without_comments(self, from: u32, to: u32, source: &str) -> Option<Vec<Span>> {
        let range = TextRange::new(from, to);
        let span = self.script.span(range);
        let is_free = self.comments(range, span, source).next().is_none();
        is_free.then(|| vec![span])
    }

    /// The same, but for the comment lines there: each stays, with the line end before it.
    fn around_comments(self, from: u32, to: u32, source: &str) -> Option<Vec<Span>> {
        let range = TextRange::new(from, to);
        let whole = self.script.span(range);
        if range.of(self.script.as_str()).contains('#') {
            return None;
        }
        let mut spans = Vec::new();
        let mut start = whole.start;
        for comment in self.comments(range, whole, source) {
            let before = Span::new(start, comment.start).text(source);
            let line_end = before.rfind('\n')? as u32 + start;
            let line_end =
                if source.as_bytes().get(line_end.checked_sub(1)? as usize) == Some(&b'\r') {
                    line_end - 1
                } else {
                    line_end
                };
            spans.push(Span::new(start, line_end.max(start)));
            start = comment.end;
        }
        spans.push(Span::new(start, whole.end));
        spans.retain(|span| !span.is_empty());
        Some(spans)
    }

    /// The comments within `span` of the file: lines that the script's text leaves out, or where
    /// the text itself has a `#` outside of the steps, the whole span.
    fn comments(self, range: TextRange, span: Span, source: &str) -> impl Iterator<Item = Span> {
        let mut found = Vec::new();
        let mut at = span.start;
        let runs = self.script.source_ranges(range);
        for run in runs.chain([Span::empty(span.end)]) {
            comment_lines(Span::new(at, run.start), source, &mut found);
            at = run.end;
        }
        if self.has_shell_comment(range) {
            found.push(span);
        }
        found.into_iter()
    }

    /// Whether a `#` stands between the steps that `range` touches.
    fn has_shell_comment(self, range: TextRange) -> bool {
        let text = self.script.as_str();
        let mut at = range.start;
        for link in self.links() {
            let own = link.range();
            if own.end <= range.start {
                continue;
            }
            if own.start >= range.end {
                break;
            }
            if TextRange::new(at, own.start).of(text).contains('#') {
                return true;
            }
            at = own.end.max(range.start);
        }
        TextRange::new(at, range.end).of(text).contains('#')
    }
}

fn fails_only_by_errexit(pipeline: &Pipeline) -> bool {
    if pipeline.negated {
        return false;
    }
    let [node] = pipeline.nodes.as_slice() else {
        return true;
    };
    let Node::Compound(compound) = node else {
        return true;
    };
    match &compound.kind {
        CompoundKind::Subshell(_) | CompoundKind::Test | CompoundKind::Function { .. } => true,
        CompoundKind::Group(list) | CompoundKind::Loop { body: list, .. } => ends_plainly(list),
        CompoundKind::If {
            branches,
            otherwise,
        } => {
            branches.iter().all(|branch| ends_plainly(&branch.body))
                && otherwise.as_ref().is_none_or(ends_plainly)
        }
        CompoundKind::Case(arms) => arms.iter().all(|arm| ends_plainly(&arm.body)),
        CompoundKind::Other(_) => false,
    }
}

/// Whether the last pipeline of a list is no part of `&&` or `||`, and fails only by `set -e`.
fn ends_plainly(list: &List) -> bool {
    let Some((last, others)) = list.items.split_last() else {
        return true;
    };
    let is_alone = others
        .last()
        .is_none_or(|before| !before.operator.is_some_and(Operator::joins));
    is_alone && fails_only_by_errexit(&last.pipeline)
}

/// Collects the comment lines (without their line ends) of `span`.
fn comment_lines(span: Span, source: &str, found: &mut Vec<Span>) {
    let mut at = span.start;
    for line in span.text(source).split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        if content.trim_start().starts_with('#') {
            let indent = (content.len() - content.trim_start().len()) as u32;
            found.push(Span::new(at + indent, at + content.len() as u32));
        }
        at += line.len() as u32;
    }
}
