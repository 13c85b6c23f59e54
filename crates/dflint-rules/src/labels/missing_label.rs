//! Labels of the schema that a stage lacks.

use std::collections::HashMap;

use dflint_parser::Command;

use crate::label::{key, labels};
use crate::written::{WrittenStage, parents, spread_over_lineages, written_stages};
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct MissingLabel;

impl Rule for MissingLabel {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if cx.options.label_schema.is_empty() {
            return;
        }
        let stages: Vec<_> = written_stages(cx.dockerfile).collect();
        let parents = parents(&stages);
        let is_copied_from = copied_from(&stages);
        let target = cx.model.target().and_then(|target| cx.model.stage(target));
        for label in cx.options.label_schema.keys() {
            let has_label = |stage: &WrittenStage| {
                let mut pairs = stage.steps.iter().flat_map(labels);
                pairs.any(|pair| key(pair) == label)
            };
            let mut has: Vec<bool> = stages.iter().map(has_label).collect();
            spread_over_lineages(&mut has, &parents);
            for ((stage, has), is_copied_from) in stages.iter().zip(has).zip(&is_copied_from) {
                let Some(from) = stage.instruction.filter(|_| !has && !is_copied_from) else {
                    continue;
                };
                let is_target = target.is_some_and(|target| target.instruction.span == from.span);
                if cx.dialect == Dialect::Hadolint || is_target {
                    findings.report(
                        from.keyword.span(),
                        format!("the label `{label}` is missing"),
                    );
                }
            }
        }
    }
}

/// Which stages others copy from: they are parts, and nobody looks at their labels.
fn copied_from(stages: &[WrittenStage]) -> Vec<bool> {
    let mut by_name = HashMap::new();
    let mut copied = vec![false; stages.len()];
    for (at, stage) in stages.iter().enumerate() {
        for step in stage.steps {
            let Command::Copy(copy) = &step.command else {
                continue;
            };
            let from = copy.from.as_ref().map(|from| from.as_str());
            if let Some(source) = from.and_then(|from| by_name.get(from).copied())
                && let Some(copied) = copied.get_mut::<usize>(source)
            {
                *copied = true;
            }
        }
        by_name.extend(stage.name().map(|name| (name, at)));
    }
    copied
}
