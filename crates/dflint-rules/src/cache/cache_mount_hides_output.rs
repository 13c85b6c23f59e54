//! Cache mounts over what a later step, or the image, needs.

use dflint_build::{Action, CopySource, Model, ResolvedMount, Stage, StageId, Step};
use dflint_knowledge::package_manager::runtime_paths;
use dflint_parser::{MountKind, Span};

use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct CacheMountHidesOutput;

impl Rule for CacheMountHidesOutput {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let taken = taken_from_stages(cx.model);
        for (stage, step) in cx.model.steps().filter(|(_, step)| !step.is_trigger) {
            let Action::Run(run) = &step.action else {
                continue;
            };
            let caches = run
                .mounts
                .iter()
                .filter(|mount| mount.kind == MountKind::Cache);
            for mount in caches {
                check(stage, step, mount, &taken, findings);
            }
        }
    }
}

/// What a `COPY --from` takes out of a stage.
struct Taken {
    stage: StageId,
    path: String,
    span: Span,
}

fn taken_from_stages(model: &Model<'_>) -> Vec<Taken> {
    let mut taken = Vec::new();
    for (_, step) in model.steps() {
        let Action::Copy(copy) = &step.action else {
            continue;
        };
        let Some(stage) = copy.from.stage() else {
            continue;
        };
        let paths = copy.sources.iter().filter_map(|source| match source {
            CopySource::Path { path, .. } => path.to_known(),
            _ => None,
        });
        taken.extend(paths.map(|path| Taken {
            stage,
            path: path.trim_end_matches('/').to_owned(),
            span: step.instruction.span,
        }));
    }
    taken
}

fn check(
    stage: &Stage<'_>,
    step: &Step<'_>,
    mount: &ResolvedMount<'_>,
    taken: &[Taken],
    findings: &mut Findings,
) {
    let Some(target) = mount.target.as_ref().and_then(|target| target.to_known()) else {
        return;
    };
    let flag = mount.mount.flag.span();
    let is_taken = |taken: &&Taken| taken.stage == stage.id && is_within(&taken.path, target);
    if let Some(taken) = taken.iter().find(is_taken) {
        let message = format!(
            "`{target}` is a cache mount, so that `{}` is not in the layer: copy it elsewhere in this step",
            taken.path
        );
        findings
            .report(flag, message)
            .related(taken.span, "is taken from the layer here");
        return;
    }
    let home = step.state.home();
    let held = runtime_paths().iter().find(|runtime| {
        let path = match runtime.path.strip_prefix("{home}") {
            Some(rest) => home.as_deref().map(|home| format!("{home}{rest}")),
            None => Some(runtime.path.to_owned()),
        };
        path.is_some_and(|path| path == target)
    });
    if let Some(held) = held {
        let message = format!(
            "`{target}` holds {}, which the cache mount keeps out of the image: mount no cache there",
            held.holds
        );
        findings.report(flag, message);
    }
}

/// Whether `path` is `directory` or below it.
fn is_within(path: &str, directory: &str) -> bool {
    path.strip_prefix(directory.trim_end_matches('/'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
