//! Caches that must stay in the layer, since a later step or the container looks for files there.
//!
//! A mount hides the layer's directory, and keeps out of it what is downloaded. Whoever downloads
//! again what is missing does not mind. Others do: who must not download, who lacks the
//! credentials, who needs what no registry has. A mount in those steps too does not help: BuildKit
//! may have emptied it since the step that filled it ran.

mod content;

use std::collections::{BTreeMap, HashMap, HashSet};

use dflint_build::packages::{Invocation, UnknownProject, caches, invocation};
use dflint_build::{Model, StageId, Step};

use super::run::{Run, is_offered};
use super::uses::Marks;

use crate::container::{shipped_stages, starts};
pub(super) use content::LayerContent;
use content::{Purpose, for_builds};

/// Who looks for which cache in the layer.
#[derive(Default)]
pub(super) struct Layers {
    by_target: HashMap<String, Needs>,
    /// The managers that a container calls.
    runtime: HashSet<&'static str>,
}

/// Who looks for one cache in the layer.
struct Needs {
    steps: Marks,
    /// Why they do, by line.
    reasons: BTreeMap<u32, String>,
}

impl Layers {
    /// Why no step may mount the directory, which calls of `manager` fill.
    pub(super) fn refusal(&self, target: &str, manager: &str) -> Option<String> {
        let needs = self.by_target.get(target);
        let reason = needs.and_then(|needs| needs.reasons.values().next().cloned());
        let by_container = || self.runtime.contains(manager).then(|| runs_itself(manager));
        reason.or_else(by_container)
    }

    /// Why this step may not mount the directory.
    pub(super) fn refusal_in(&self, run: &Run<'_, '_>, target: &str) -> Option<String> {
        let needs = self.by_target.get(target)?;
        let line = needs.steps.from(run.stage.id, run.step.index)?;
        needs.reasons.get(&line).cloned()
    }
}

fn runs_itself(manager: &str) -> String {
    format!("the image runs {manager} itself")
}

/// What is found out step by step.
#[derive(Default)]
pub(super) struct LayerSurvey {
    found: BTreeMap<String, Vec<Need>>,
    /// Steps that download for a build, and steps that build, by the cache.
    for_builds: BTreeMap<String, ForBuilds>,
}

#[derive(Default)]
struct ForBuilds {
    downloads: Vec<(StageId, usize, u32)>,
    builds: Vec<(StageId, usize, u32)>,
}

/// Somebody who looks for a cache in the layer.
struct Need {
    stage: StageId,
    /// Position in the file; behind all others for a container.
    index: usize,
    line: u32,
    reason: String,
}

impl LayerSurvey {
    /// Takes in a RUN.
    pub(super) fn note(&mut self, run: &Run<'_, '_>) {
        let line = run.step.instruction.start_line;
        for (target, purpose) in for_builds(run.action, run.commands, &run.site) {
            let of = self.for_builds.entry(target).or_default();
            let steps = match purpose {
                Purpose::Now => &mut of.builds,
                Purpose::Later => &mut of.downloads,
            };
            steps.push((run.stage.id, run.step.index, line));
        }
        let layer = &run.notes.layer;
        for (target, reason) in layer.needs_of(line, run.action, run.commands, &run.site) {
            self.found.entry(target).or_default().push(Need {
                stage: run.stage.id,
                index: run.step.index,
                line,
                reason,
            });
        }
    }

    /// Downloads in the image for which no step builds: the container may.
    fn note_downloads_for_nobody(&mut self, model: &Model<'_>) {
        let shipped = shipped_stages(model);
        for (target, of) in std::mem::take(&mut self.for_builds) {
            let builds = Marks::new(model, of.builds);
            for (stage, index, line) in of.downloads {
                if shipped.contains(&stage) && builds.from(stage, index).is_none() {
                    self.found.entry(target.clone()).or_default().push(Need {
                        stage,
                        index,
                        line,
                        reason: "the image may need it when it runs".to_owned(),
                    });
                }
            }
        }
    }

    /// What was found, with what containers do.
    pub(super) fn judge(mut self, model: &Model<'_>) -> Layers {
        self.note_downloads_for_nobody(model);
        let mut runtime = HashSet::new();
        for (stage, step) in starts(model) {
            let Some(script) = step.script() else {
                continue;
            };
            let site = step.state.site(&UnknownProject);
            let calls = script
                .commands()
                .filter_map(|command| invocation(command, &site));
            for call in calls {
                runtime.insert(call.manager.name);
                for target in looked_for(&call, step) {
                    self.found.entry(target).or_default().push(Need {
                        stage,
                        index: usize::MAX,
                        line: step.instruction.start_line,
                        reason: runs_itself(call.manager.name),
                    });
                }
            }
        }
        let by_target = self.found.into_iter().map(|(target, mut needs)| {
            needs.sort_by_key(|need| (need.stage, need.index));
            let steps = needs.iter().map(|it| (it.stage, it.index, it.line));
            let steps = Marks::new(model, steps.collect());
            let reasons = needs.into_iter().map(|it| (it.line, it.reason));
            let reasons = reasons.collect();
            (target, Needs { steps, reasons })
        });
        Layers {
            by_target: by_target.collect(),
            runtime,
        }
    }
}

/// The directories in which a call in the container looks for what it does not download.
fn looked_for(call: &Invocation<'_>, step: &Step<'_>) -> Vec<String> {
    let site = step.state.site(&UnknownProject);
    let places = caches(call, &site).places.into_iter();
    let needed = places.filter(|(cache, _)| {
        is_offered(cache) && !cache.compiled && (call.is_offline || cache.read_by_builds)
    });
    needed
        .filter_map(|(_, place)| Some(place.ok()?.target))
        .collect()
}
