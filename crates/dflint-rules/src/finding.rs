//! What a rule reports.

use dflint_fix::Fix;
use dflint_knowledge::{RulePage, Severity};
use dflint_parser::Span;

/// One finding.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The page of the rule that found it.
    pub rule: &'static RulePage,
    /// The codes of other tools that this finding answers to; all of the page's unless the rule
    /// narrows them with [`Finding::answers_to`].
    pub codes: &'static [&'static str],
    /// A severity other than the page's.
    pub severity: Option<Severity>,
    /// The place to look at.
    pub span: Span,
    /// What is wrong and what to do, one sentence without a full stop.
    pub message: String,
    /// Other places that explain it, each with its label.
    pub related: Vec<(Span, String)>,
    /// The repair.
    pub fix: Option<Fix>,
    /// Why there is no repair, where one would be expected.
    pub withheld: Option<String>,
}

impl Finding {
    /// A finding with nothing but its place and message.
    #[must_use]
    pub fn new(rule: &'static RulePage, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule,
            codes: rule.codes,
            severity: None,
            span,
            message: message.into(),
            related: Vec::new(),
            fix: None,
            withheld: None,
        }
    }

    /// Points at another place.
    pub fn related(&mut self, span: Span, label: impl Into<String>) -> &mut Self {
        self.related.push((span, label.into()));
        self
    }

    /// Attaches the repair.
    pub fn fix(&mut self, fix: Fix) -> &mut Self {
        self.fix = Some(fix);
        self
    }

    /// Says why there is no repair.
    pub fn withhold(&mut self, reason: impl Into<String>) -> &mut Self {
        self.withheld = Some(reason.into());
        self
    }

    /// Attaches the repair, or says why there is none.
    pub fn fix_or_withhold(&mut self, repair: Result<Fix, impl Into<String>>) -> &mut Self {
        match repair {
            Ok(fix) => self.fix(fix),
            Err(reason) => self.withhold(reason),
        }
    }

    /// Narrows the codes of other tools that the finding answers to.
    pub fn answers_to(&mut self, codes: &'static [&'static str]) -> &mut Self {
        self.codes = codes;
        self
    }

    /// Sets a severity other than the page's.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = Some(severity);
        self
    }
}

/// Where a rule puts its findings.
pub struct Findings {
    rule: &'static RulePage,
    list: Vec<Finding>,
}

impl Findings {
    /// An empty list for the rule with this page.
    #[must_use]
    pub fn of(rule: &'static RulePage) -> Self {
        Self {
            rule,
            list: Vec::new(),
        }
    }

    /// Reports a finding; the answer takes the rest:
    /// `findings.report(span, "…").related(…).fix(…)`.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> &mut Finding {
        let at = self.list.len();
        self.list.push(Finding::new(self.rule, span, message));
        &mut self.list[at]
    }

    /// Makes the list serve another rule.
    pub(crate) fn switch_to(&mut self, rule: &'static RulePage) {
        self.rule = rule;
    }

    /// Everything reported, in the order of reporting.
    #[must_use]
    pub fn into_vec(self) -> Vec<Finding> {
        self.list
    }
}
