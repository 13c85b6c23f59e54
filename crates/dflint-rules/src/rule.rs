//! What a rule is.

use dflint_knowledge::RulePage;
use dflint_parser::InstructionName;

use crate::context::{Context, Site};
use crate::finding::Findings;

/// One rule: a unit struct, named as its page in camel case, without state of its own. Rules
/// never see each other.
///
/// A rule names the instructions it wants to see in [`Rule::interests`] and judges one at a time
/// in [`Rule::check_instruction`], or judges the whole file in [`Rule::check_file`], or both.
pub trait Rule: Sync {
    /// The instructions that [`Rule::check_instruction`] is called for.
    fn interests(&self) -> &'static [InstructionName] {
        &[]
    }

    /// Whether [`Rule::check_instruction`] is also called for an instruction under `ONBUILD`,
    /// which runs in somebody else's build. Off unless a rule asks for it, since fixes there are
    /// hardly ever right.
    fn sees_onbuild(&self) -> bool {
        false
    }

    /// Judges one instruction. Called in file order.
    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let _ = (cx, site, findings);
    }

    /// Judges the whole file. Called once, after the instructions.
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let _ = (cx, findings);
    }
}

/// A rule with its page.
#[derive(Clone, Copy)]
pub struct RegisteredRule {
    /// What the rule means.
    pub page: &'static RulePage,
    /// How it is found.
    pub rule: &'static dyn Rule,
}
