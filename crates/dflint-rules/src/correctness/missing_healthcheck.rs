//! A stage without `HEALTHCHECK`.

use dflint_parser::InstructionName;

use crate::written::{parents, spread_over_lineages, written_stages};
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct MissingHealthcheck;

impl Rule for MissingHealthcheck {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let stages: Vec<_> = written_stages(cx.dockerfile).collect();
        let mut checked: Vec<bool> = stages
            .iter()
            .map(|stage| {
                let mut steps = stage.steps.iter();
                steps.any(|step| step.name == Some(InstructionName::Healthcheck))
            })
            .collect();
        spread_over_lineages(&mut checked, &parents(&stages));
        let target = cx.model.target().and_then(|target| cx.model.stage(target));
        for (stage, checked) in stages.iter().zip(checked) {
            let Some(from) = stage.instruction.filter(|_| !checked) else {
                continue;
            };
            let is_target = target.is_some_and(|target| target.instruction.span == from.span);
            if cx.dialect == Dialect::Hadolint || is_target {
                findings.report(
                    from.keyword.span(),
                    "nothing says how to tell that the container works: add a HEALTHCHECK",
                );
            }
        }
    }
}
