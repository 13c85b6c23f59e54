//! The cache mounts of each RUN: which are there, which should be, and one repair for both.
//!
//! The rules on cache mounts each report one kind of defect of what [`judge`] finds. What a RUN
//! lacks is repaired in one go, whichever of them asks: mounts are added or moved, and what would
//! keep them from working is taken out. A fix that cannot be right is refused with its reason.
//!
//! | module | holds |
//! |---|---|
//! | `notes` | what earlier steps did |
//! | `run` | a RUN with its calls of package managers |
//! | `plan` | what one package manager needs in one RUN |
//! | `wrong_target` | mounts meant for a cache that is elsewhere |
//! | `cleanup` | commands that empty a mounted cache or work on it |
//! | `config_files` | files of the project that decide on a cache |
//! | `docker_clean`, `set_aside` | Debian's clean-up hook |
//! | `chains` | caches that later steps read too |
//! | `layer` | caches that must stay in the layer |
//! | `uses`, `obstacle` | who else uses the directory |
//! | `verdict` | defects and the repair |
//! | `edits` | how it is written |

mod chains;
mod cleanup;
mod config_files;
mod docker_clean;
mod edits;
mod layer;
mod notes;
mod obstacle;
mod plan;
mod run;
mod set_aside;
mod uses;
mod verdict;
mod well_known;
mod wrong_target;

use std::collections::HashMap;

use dflint_build::packages::UnknownProject;
use dflint_build::{Action, Base, StageId};

use crate::{Context, Findings};

use chains::{Chains, Survey};
use edits::Source;
pub(crate) use edits::insert_mounts;
use notes::Notes;
use run::Run;
use uses::Uses;
pub(crate) use verdict::{Defect, DefectKind};
pub(crate) use well_known::may_run_anything;

/// Reports the defects of one kind.
pub(crate) fn report(cx: &Context, kind: DefectKind, findings: &mut Findings) {
    let defects = cx.facts.cache_mounts.get_or_init(|| judge(cx));
    for defect in defects.iter().filter(|it| it.kind == kind) {
        let finding = findings.report(defect.span, defect.message.as_str());
        for (span, label) in &defect.related {
            finding.related(*span, label.as_str());
        }
        finding.fix_or_withhold(defect.repair.clone());
    }
}

/// Everything that is wrong with the cache mounts of the file's RUNs.
fn judge(cx: &Context) -> Vec<Defect> {
    let uses = Uses::new(cx.model);
    let mut survey = Survey::default();
    each_run(cx, &uses, &Chains::default(), |run| survey.note(run));
    let chains = survey.judge(cx.model);
    loop {
        let refused_before = chains.refused_count();
        let mut defects = Vec::new();
        each_run(cx, &uses, &chains, |run| verdict::judge(run, &mut defects));
        // A step that cannot have a mount keeps it from all others.
        if chains.refused_count() == refused_before {
            chains::join(&mut defects);
            return defects;
        }
    }
}

/// Calls `look` for each RUN in file order, triggers left out.
fn each_run<'m, 'a>(
    cx: &Context<'m, 'a>,
    uses: &Uses<'m, 'a>,
    chains: &Chains,
    mut look: impl FnMut(&Run),
) {
    let mut ends: HashMap<StageId, Notes> = HashMap::new();
    for stage in cx.model.stages() {
        let mut notes = match stage.base {
            Base::Stage(base) => ends.get(&base).cloned().unwrap_or_default(),
            _ => Notes::of_base(stage.initial.base().known()),
        };
        for step in &stage.steps {
            let action = match &step.action {
                Action::Run(action) => action,
                Action::Copy(copy) => {
                    notes.copied.note(copy, cx.build_context);
                    continue;
                }
                _ => continue,
            };
            let Some(script) = step.script() else {
                continue;
            };
            let site = step.state.site(&UnknownProject);
            let commands = cx.run_commands(step);
            if !step.is_trigger {
                look(&Run {
                    file: cx.dockerfile,
                    build_context: cx.build_context,
                    stage,
                    step,
                    action,
                    script,
                    site: site.clone(),
                    notes: &notes,
                    uses,
                    chains,
                    source: Source {
                        script,
                        file: cx.dockerfile.source,
                        escape: cx.dockerfile.directives.escape,
                    },
                    commands,
                });
            }
            notes.follow(script.as_str(), commands, &site);
            let line = step.instruction.start_line;
            notes.layer.follow(line, action, commands, &site);
        }
        ends.insert(stage.id, notes);
    }
}
