//! Labels outside of the schema.

use dflint_parser::InstructionName;

use crate::label::{key, labels};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct SuperfluousLabel;

impl Rule for SuperfluousLabel {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Label]
    }

    fn sees_onbuild(&self) -> bool {
        true
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        if site.onbuild && cx.dialect == Dialect::Hadolint {
            return;
        }
        if !cx.options.strict_labels {
            return;
        }
        let pairs = labels(site.instruction).iter();
        let unknown = pairs.filter(|pair| !cx.options.label_schema.contains_key(key(pair)));
        // hadolint reports an instruction once.
        let most = if cx.dialect == Dialect::Hadolint {
            1
        } else {
            usize::MAX
        };
        for pair in unknown.take(most) {
            findings.report(
                cx.anchor(site.instruction, pair.key.span()),
                format!("the label `{}` is not in the schema", key(pair)),
            );
        }
    }
}
