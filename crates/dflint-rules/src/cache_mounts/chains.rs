//! Caches that later steps read too: every step that uses one gets the mount, or none does.

mod join;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use dflint_build::{Model, StageId};
use dflint_knowledge::package_manager::{Action, Cache, CacheClass};

use super::layer::{LayerSurvey, Layers};
use super::run::Run;
use super::uses::Marks;
use super::well_known::is_harmless;
use crate::container::shipped_stages;

pub(super) use join::join;

/// What is known of the caches of class C of a file.
#[derive(Default)]
pub(super) struct Chains {
    /// The directories that must not be mounted, and why.
    refused: RefCell<HashMap<String, String>>,
    /// Caches that must stay in the layer, of this class or another.
    pub(super) layers: Layers,
}

/// A step that uses a cache of class C.
struct Member {
    stage: StageId,
    index: usize,
    line: u32,
    manager: &'static str,
    /// Why it cannot live with a mount.
    refusal: Option<&'static str>,
}

/// What is known of the whole file.
struct Whole {
    /// Managers whose cache is somewhere unknown for some step.
    unknown: HashSet<&'static str>,
    /// Caches that must stay in the layer.
    layers: Layers,
    /// Stages whose files end in the image.
    shipped: HashSet<StageId>,
    /// Steps that run what cannot be looked into.
    opaque: Marks,
}

/// What the steps of a file do with such caches.
#[derive(Default)]
pub(super) struct Survey {
    members: BTreeMap<String, Vec<Member>>,
    /// Managers whose cache is somewhere unknown for some step.
    unknown: HashSet<&'static str>,
    /// Steps that run what cannot be looked into.
    opaque: Vec<(StageId, usize, u32)>,
    layers: LayerSurvey,
}

/// Whether a fix may mount the cache once all steps that use it do.
pub(super) fn is_chain(cache: &Cache) -> bool {
    cache.offered && cache.class == CacheClass::Chain
}

impl Survey {
    /// Takes in a RUN.
    pub(super) fn note(&mut self, run: &Run<'_, '_>) {
        self.layers.note(run);
        let line = run.step.instruction.start_line;
        let is_known = run.commands.iter().all(|it| {
            it.call.is_some() || it.command.nested().is_some() || is_harmless(it.command)
        });
        if !is_known || !run.script.is_certain() {
            self.opaque.push((run.stage.id, run.step.index, line));
        }
        for it in run.commands {
            let Some(call) = &it.call else { continue };
            let refusal = if call.action() == Action::Run || it.is_another_users {
                Some("runs it in a way that is left alone")
            } else {
                None
            };
            for (cache, place) in it.places(&run.site) {
                let Ok(place) = place else {
                    self.unknown.insert(call.manager.name);
                    continue;
                };
                if is_chain(cache) {
                    self.members
                        .entry(place.target.clone())
                        .or_default()
                        .push(Member {
                            stage: run.stage.id,
                            index: run.step.index,
                            line,
                            manager: call.manager.name,
                            refusal,
                        });
                }
            }
        }
    }

    /// Which of the caches may be mounted.
    pub(super) fn judge(self, model: &Model<'_>) -> Chains {
        let whole = Whole {
            layers: self.layers.judge(model),
            shipped: shipped_stages(model),
            opaque: Marks::new(model, self.opaque),
            unknown: self.unknown,
        };
        let refused = self.members.into_iter().filter_map(|(target, members)| {
            let mut members = members.iter();
            let reason = members.find_map(|member| whole.refusal(&target, member))?;
            Some((target, reason))
        });
        Chains {
            refused: RefCell::new(refused.collect()),
            layers: whole.layers,
        }
    }
}

impl Whole {
    fn refusal(&self, target: &str, member: &Member) -> Option<String> {
        let manager = member.manager;
        if let Some(reason) = member.refusal {
            return Some(format!("line {} {reason}", member.line));
        }
        if self.unknown.contains(manager) {
            return Some(format!("not every cache of {manager} is known"));
        }
        if let Some(reason) = self.layers.refusal(target, manager) {
            return Some(reason);
        }
        if self.shipped.contains(&member.stage) {
            return Some("the image may need it when it runs".to_owned());
        }
        let later = self.opaque.after(member.stage, member.index);
        later.map(|line| format!("line {line} may need it in the layer"))
    }
}

impl Chains {
    /// Why the directory must not be mounted; `None` where it may be.
    pub(super) fn refusal(&self, target: &str) -> Option<String> {
        self.refused.borrow().get(target).cloned()
    }

    /// Notes that a step cannot have the mount, so that no step may.
    pub(super) fn refuse(&self, target: &str, reason: &str) {
        let mut refused = self.refused.borrow_mut();
        refused
            .entry(target.to_owned())
            .or_insert_with(|| reason.to_owned());
    }

    /// How many are refused.
    pub(super) fn refused_count(&self) -> usize {
        self.refused.borrow().len()
    }
}
