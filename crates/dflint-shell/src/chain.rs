//! The top level of a script as a chain of steps, for fixes that add or take out one.

use dflint_parser::Span;

use crate::command::{CommandId, SimpleCommand};
use crate::range::TextRange;
use crate::script::Script;
use crate::tree::{Operator, OperatorKind, Pipeline};

/// The top-level list of a script whose steps run one after another: joined by `&&`, `;` or line
/// ends, nothing else.
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

    /// The steps that run one after another, joined by `&&`, `;` or line ends: what
    /// [`Script::and_chain`] gives, and scripts of several lines. Whether a failing step ends
    /// the script is for each command to say ([`SimpleCommand::must_succeed`]).
    #[must_use]
    pub fn sequence(&self) -> Option<Chain<'_>> {
        self.chain_of(|kind| !matches!(kind, OperatorKind::Or | OperatorKind::Background))
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

    /// The spans of the file to delete so that step `index` and one operator next to it are
    /// gone, and line layout, comments and all other steps stay.
    ///
    /// `source` is the file. `None` where a comment stands so that it cannot be kept, or where
    /// the step is the only one.
    #[must_use]
    pub fn removal(self, index: usize, source: &str) -> Option<Vec<Span>> {
        let link = self.get(index)?;
        let Some(previous) = index.checked_sub(1).and_then(|before| self.get(before)) else {
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
            .or_else(|| self.without_comments(link.range().start, next.range().start, source))
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
