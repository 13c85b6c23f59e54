//! `RUN` in front of the first `FROM`.

use dflint_parser::InstructionName;

use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct InstructionBeforeFrom;

impl Rule for InstructionBeforeFrom {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        // BuildKit refuses it, which is a syntax error.
        if cx.dialect != Dialect::Hadolint {
            return;
        }
        let all = cx.dockerfile.instructions.iter();
        let before = all.take_while(|it| it.name != Some(InstructionName::From));
        for instruction in before.filter(|it| it.name != Some(InstructionName::Arg)) {
            findings.report(
                instruction.keyword.span(),
                "only ARG may stand in front of the first FROM",
            );
        }
    }
}
