//! One fix for all steps that share a cache of class C.

use std::collections::{HashMap, HashSet};

use dflint_fix::{Fix, Keeps};

use crate::cache_mounts::verdict::Defect;

/// How many steps one fix may reach; more than any Dockerfile has that share a cache.
const MAX_STEPS: usize = 100;

/// Makes one fix of those that mount the same cache of class C in several steps.
pub(in crate::cache_mounts) fn join(defects: &mut [Defect]) {
    let mut groups = Groups::of(defects);
    let mut joined: HashMap<usize, Joined> = HashMap::new();
    for defect in defects.iter().filter(|defect| !defect.chains.is_empty()) {
        if let Ok(fix) = &defect.repair {
            let whole = joined.entry(groups.root(defect.step)).or_default();
            whole.add(defect.step, fix);
        }
    }
    for defect in defects
        .iter_mut()
        .filter(|defect| !defect.chains.is_empty() && defect.repair.is_ok())
    {
        if let Some(whole) = joined.get(&groups.root(defect.step)) {
            defect.repair = whole.repair();
        }
    }
}

/// Steps that share a cache, directly or through others.
#[derive(Default)]
struct Groups {
    /// Another step of the group, for each but its root.
    parents: HashMap<usize, usize>,
}

impl Groups {
    fn of(defects: &[Defect]) -> Self {
        let mut groups = Self::default();
        let mut first_of: HashMap<&str, usize> = HashMap::new();
        for defect in defects.iter().filter(|defect| defect.repair.is_ok()) {
            for target in &defect.chains {
                let first = *first_of.entry(target).or_insert(defect.step);
                groups.unite(first, defect.step);
            }
        }
        groups
    }

    fn unite(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        if one != other {
            // The earlier step stays the root.
            self.parents.insert(one.max(other), one.min(other));
        }
    }

    fn root(&mut self, step: usize) -> usize {
        let mut at = step;
        while let Some(parent) = self.parents.get(&at).copied() {
            // Halving the way keeps it short for the next who goes it.
            if let Some(grandparent) = self.parents.get(&parent).copied() {
                self.parents.insert(at, grandparent);
            }
            at = parent;
        }
        at
    }
}

/// The fixes of one group.
#[derive(Default)]
struct Joined {
    steps: HashSet<usize>,
    whole: Option<Fix>,
}

impl Joined {
    fn add(&mut self, step: usize, fix: &Fix) {
        // The defects of a step have one fix.
        if !self.steps.insert(step) || self.steps.len() > MAX_STEPS {
            return;
        }
        match &mut self.whole {
            None => self.whole = Some(fix.clone()),
            Some(whole) => merge(whole, fix),
        }
    }

    fn repair(&self) -> Result<Fix, String> {
        match &self.whole {
            Some(whole) if self.steps.len() <= MAX_STEPS => Ok(whole.clone()),
            _ => Err(format!("more than {MAX_STEPS} steps share the cache")),
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
