//! Cache mounts over what a later step, or the image, needs.

use std::collections::HashMap;

use dflint_build::{Action, Base, CopySource, Model, ResolvedMount, Stage, StageId, Step};
use dflint_knowledge::package_manager::{Action as PackageAction, runtime_paths};
use dflint_parser::{MountKind, Span};

use crate::container::starts;
use crate::package_calls::directory;
use crate::place::{is_within, resolve};
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct CacheMountHidesOutput;

impl Rule for CacheMountHidesOutput {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let taken = taken_from_stages(cx.model);
        let starts = starts_of_stages(cx.model);
        for (stage, step) in cx.model.steps().filter(|(_, step)| !step.is_trigger) {
            let Action::Run(run) = &step.action else {
                continue;
            };
            let caches = run
                .mounts
                .iter()
                .filter(|mount| mount.kind == MountKind::Cache);
            for mount in caches {
                let Some(target) = mount.target.as_ref().and_then(|target| target.to_known())
                else {
                    continue;
                };
                let hidden = Hidden {
                    cx: *cx,
                    stage,
                    step,
                    target,
                };
                if !hidden.is_taken(mount, &taken, findings) {
                    hidden.is_needed(mount, &starts, findings);
                }
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

/// By stage, what its containers start and those of the stages that stand on it.
type Starts<'m, 'a> = HashMap<StageId, Vec<&'m Step<'a>>>;

/// How many of them are looked at for one stage.
const MAX_STARTS: usize = 20;

fn starts_of_stages<'m, 'a>(model: &'m Model<'a>) -> Starts<'m, 'a> {
    let mut by_stage: Starts<'m, 'a> = HashMap::new();
    for (stage, step) in starts(model) {
        by_stage.entry(stage).or_default().push(step);
    }
    // A stage stands on an earlier one.
    for stage in model.stages().iter().rev() {
        let Base::Stage(base) = stage.base else {
            continue;
        };
        let own = by_stage.get(&stage.id).cloned().unwrap_or_default();
        let below = by_stage.entry(base).or_default();
        let free = MAX_STARTS.saturating_sub(below.len());
        below.extend(own.into_iter().take(free));
    }
    by_stage
}

/// A cache mount that may hide what others need.
struct Hidden<'c, 'm, 'a> {
    cx: Context<'m, 'a>,
    stage: &'c Stage<'a>,
    step: &'c Step<'a>,
    target: &'c str,
}

impl<'a> Hidden<'_, '_, 'a> {
    /// Whether a `COPY --from` takes files from there; then it is reported.
    fn is_taken(
        &self,
        mount: &ResolvedMount<'_>,
        taken: &[Taken],
        findings: &mut Findings,
    ) -> bool {
        let target = self.target;
        let is_taken =
            |taken: &&Taken| taken.stage == self.stage.id && is_within(&taken.path, target);
        let Some(taken) = taken.iter().find(is_taken) else {
            return false;
        };
        let message = format!(
            "`{target}` is a cache mount, so that `{}` is not in the layer: copy it elsewhere in this step",
            taken.path
        );
        findings
            .report(mount.mount.flag.span(), message)
            .related(taken.span, "is taken from the layer here");
        true
    }

    /// Reports it where the container needs what is there.
    fn is_needed(
        &self,
        mount: &ResolvedMount<'_>,
        starts: &Starts<'_, 'a>,
        findings: &mut Findings,
    ) {
        let target = self.target;
        let flag = mount.mount.flag.span();
        if let Some(holds) = self.runtime_path() {
            let message = format!(
                "`{target}` holds {holds}, which the cache mount keeps out of the image: mount no cache there"
            );
            findings.report(flag, message);
            return;
        }
        let starts = starts.get(&self.stage.id).map_or(&[][..], Vec::as_slice);
        let named = starts
            .iter()
            .find_map(|start| Some((*start, self.named_by(start)?)));
        if let Some((start, path)) = named {
            let message = format!(
                "`{target}` is a cache mount, so that `{path}` is not in the image: mount no cache there"
            );
            findings
                .report(flag, message)
                .related(start.instruction.span, "the container needs it");
            return;
        }
        if let (Some(start), Some(install)) = (starts.first(), self.installed_there()) {
            let message = format!(
                "`{target}` holds what `{install}` installs, which the cache mount keeps out of the image: mount no cache there"
            );
            findings
                .report(flag, message)
                .related(start.instruction.span, "the container may need it");
        }
    }

    /// What the directory holds where it is one that containers need.
    fn runtime_path(&self) -> Option<&'static str> {
        let home = self.step.state.home();
        let held = runtime_paths().iter().find(|runtime| {
            let path = match runtime.path.strip_prefix("{home}") {
                Some(rest) => home.as_deref().map(|home| format!("{home}{rest}")),
                None => Some(runtime.path.to_owned()),
            };
            path.is_some_and(|path| path == self.target)
        });
        Some(held?.holds)
    }

    /// The path there that a command of the container names.
    fn named_by(&self, start: &Step<'_>) -> Option<String> {
        let script = start.script()?;
        let mut words = script.commands().flat_map(|command| command.words());
        words.find_map(|word| {
            let path = word.literal()?;
            is_within(path, self.target).then(|| path.to_owned())
        })
    }

    /// The call in the step that installs into the directory, as `node_modules` and `.venv` of its
    /// working directory.
    fn installed_there(&self) -> Option<String> {
        let mut calls = self.cx.package_calls(self.step);
        let call = calls.find(|call| {
            let directory = directory(&self.step.state, call.command);
            let is_output = |directory: String| {
                let mut outputs = call.manager.outputs.iter();
                outputs.any(|output| resolve(&directory, output) == self.target)
            };
            call.action() == PackageAction::Install && directory.is_some_and(is_output)
        })?;
        let words = call.subcommand_words.iter().map(|word| word.render());
        let words: Vec<String> = std::iter::once(call.name.clone()).chain(words).collect();
        Some(words.join(" "))
    }
}
