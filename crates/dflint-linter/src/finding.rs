//! What is reported.

use dflint_fix::Fix;
use dflint_knowledge::{RulePage, Severity};
use dflint_parser::Span;

/// A finding, ready to be reported: selected, not ignored, with its severity.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The page of the rule that found it.
    pub rule: &'static RulePage,
    /// The codes of other tools that it answers to, as far as they are selected.
    pub codes: Vec<&'static str>,
    /// How serious it is.
    pub severity: Severity,
    /// The place to look at.
    pub span: Span,
    /// What is wrong and what to do, one sentence without a full stop.
    pub message: String,
    /// Other places that explain it, each with its label.
    pub related: Vec<(Span, String)>,
    /// The repair.
    pub fix: Option<Fix>,
    /// Why there is no repair, or why it was not made.
    pub withheld: Option<String>,
}

/// Puts findings in the order in which they are reported: by place, then by rule.
pub(crate) fn sort(findings: &mut [Finding]) {
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| (finding.span.start, finding.span.end, finding.rule.name);
        key(one)
            .cmp(&key(other))
            .then_with(|| one.message.cmp(&other.message))
    });
}
