//! Caches that later steps read too: every step that uses one gets the mount, or none does.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use dflint_build::packages::{UnknownProject, caches, invocation};
use dflint_build::{Model, Network, StageId};
use dflint_fix::{Fix, Keeps};
use dflint_knowledge::package_manager::{Action, Cache, CacheClass};
use dflint_parser::Command;

use super::run::Run;
use super::uses::Uses;
use super::verdict::Defect;
use super::well_known::is_harmless;

/// What is known of the caches of class C of a file.
#[derive(Default)]
pub(super) struct Chains {
    /// The directories that must not be mounted, and why.
    refused: RefCell<HashMap<String, String>>,
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

/// What the steps of a file do with such caches.
#[derive(Default)]
pub(super) struct Survey {
    members: BTreeMap<String, Vec<Member>>,
    /// Managers whose cache is somewhere unknown for some step.
    unknown: HashSet<&'static str>,
    /// Steps that run what cannot be looked into.
    opaque: Vec<(StageId, usize, u32)>,
}

/// Whether a fix may mount the cache once all steps that use it do.
pub(super) fn is_chain(cache: &Cache) -> bool {
    cache.offered && cache.class == CacheClass::Chain
}

impl Survey {
    /// Takes in a RUN.
    pub(super) fn note(&mut self, run: &Run<'_, '_>) {
        let line = run.step.instruction.start_line;
        let is_known = run.commands.iter().all(|it| {
            it.call.is_some() || it.command.nested().is_some() || is_harmless(it.command)
        });
        if !is_known || !run.script.is_certain() {
            self.opaque.push((run.stage.id, run.step.index, line));
        }
        for it in run.commands {
            let Some(call) = &it.call else { continue };
            let refusal = if call.is_offline() || run.action.network == Network::None {
                Some("must find everything in the layer")
            } else if call.action() == Action::Run || it.is_another_users {
                Some("runs it in a way that is left alone")
            } else {
                None
            };
            for (cache, place) in caches(call, &run.site).places {
                let Ok(place) = place else {
                    self.unknown.insert(call.manager.name);
                    continue;
                };
                if is_chain(cache) {
                    self.members.entry(place.target).or_default().push(Member {
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
    pub(super) fn judge(&self, model: &Model<'_>, uses: &Uses<'_, '_>) -> Chains {
        let runtime = managers_at_run_time(model);
        let refused = self.members.iter().filter_map(|(target, members)| {
            let reason = members
                .iter()
                .find_map(|member| self.refusal(member, model, uses, &runtime))?;
            Some((target.clone(), reason))
        });
        Chains {
            refused: RefCell::new(refused.collect()),
        }
    }

    fn refusal(
        &self,
        member: &Member,
        model: &Model<'_>,
        uses: &Uses<'_, '_>,
        runtime: &HashSet<&'static str>,
    ) -> Option<String> {
        let manager = member.manager;
        if let Some(reason) = member.refusal {
            return Some(format!("line {} {reason}", member.line));
        }
        if self.unknown.contains(manager) {
            return Some(format!("not every cache of {manager} is known"));
        }
        if runtime.contains(manager) {
            return Some(format!("the image runs {manager} itself"));
        }
        let is_final = model
            .target()
            .is_some_and(|target| target == member.stage || uses.is_based_on(target, member.stage));
        if is_final {
            return Some("the image may need it when it runs".to_owned());
        }
        let later = self.opaque.iter().find(|(stage, index, _)| {
            (*stage == member.stage && *index > member.index)
                || uses.is_based_on(*stage, member.stage)
        });
        later.map(|(_, _, line)| format!("line {line} may need it in the layer"))
    }
}

/// The package managers that a container of the file starts.
fn managers_at_run_time(model: &Model<'_>) -> HashSet<&'static str> {
    let starts = model.steps().filter(|(_, step)| {
        matches!(
            step.instruction.command,
            Command::Cmd(_) | Command::Entrypoint(_) | Command::Healthcheck(_)
        )
    });
    let mut found = HashSet::new();
    for (_, step) in starts {
        let Some(script) = step.script() else {
            continue;
        };
        let site = step.state.site(&UnknownProject);
        let calls = script
            .commands()
            .filter_map(|command| invocation(command, &site));
        found.extend(calls.map(|call| call.manager.name));
    }
    found
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

/// Makes one fix of those that mount the same cache of class C in several steps.
pub(super) fn join(defects: &mut [Defect]) {
    let mut component: HashMap<usize, usize> = HashMap::new();
    let mut first_of: HashMap<&str, usize> = HashMap::new();
    for defect in defects.iter().filter(|defect| defect.repair.is_ok()) {
        for target in &defect.chains {
            let step = defect.step;
            let first = *first_of.entry(target).or_insert(step);
            let root = component.get(&first).copied().unwrap_or(first);
            let own = component.get(&step).copied().unwrap_or(step);
            for label in component.values_mut().filter(|label| **label == own) {
                *label = root;
            }
            component.insert(first, root);
            component.insert(step, root);
        }
    }
    let mut joined: HashMap<usize, (Fix, Vec<usize>)> = HashMap::new();
    for defect in defects.iter() {
        let (Some(root), Ok(fix)) = (component.get(&defect.step), &defect.repair) else {
            continue;
        };
        if defect.chains.is_empty() {
            continue;
        }
        match joined.get_mut(root) {
            None => {
                joined.insert(*root, (fix.clone(), vec![defect.step]));
            }
            Some((whole, steps)) if !steps.contains(&defect.step) => {
                steps.push(defect.step);
                merge(whole, fix);
            }
            Some(_) => {}
        }
    }
    for defect in defects
        .iter_mut()
        .filter(|defect| !defect.chains.is_empty())
    {
        let whole = component
            .get(&defect.step)
            .and_then(|root| joined.get(root));
        if let (Ok(fix), Some((whole, _))) = (&mut defect.repair, whole) {
            fix.clone_from(whole);
        }
    }
}

fn merge(whole: &mut Fix, part: &Fix) {
    whole.edits.extend(part.edits.iter().cloned());
    whole.safety = whole.safety.max(part.safety);
    if let (
        Keeps::Commands { removed, added },
        Keeps::Commands {
            removed: more_removed,
            added: more_added,
        },
    ) = (&mut whole.keeps, &part.keeps)
    {
        removed.extend(more_removed.iter().cloned());
        added.extend(more_added.iter().cloned());
    }
}
