//! One round of fixing: which of the fixes on offer can be made, all together.

use std::collections::BTreeMap;

use dflint_build::{BuildContext, Keeps, Model};
use dflint_fix::{
    Breach, Conflict, ContextChange, ContextFile, Fix, Patch, Safety, Target, comments_of_removed,
    verify,
};
use dflint_parser::Dockerfile;

use super::Allowed;
use super::budget::{Budget, TOO_LARGE};
use crate::finding::Finding;
use crate::settings::Settings;

/// What comes of a round.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// The findings whose fixes are made, as indices into those given.
    pub(super) made: Vec<usize>,
    /// The findings whose fixes are withheld, and why.
    pub(super) withheld: BTreeMap<usize, String>,
    /// The file with the fixes made; `None` where none is.
    pub(super) fixed: Option<String>,
    /// What the fixes make of other files of the build context, by their path.
    pub(super) context_changes: Vec<(String, ContextChange)>,
}

/// The file that a round begins with.
pub(super) struct Round<'r, 'a> {
    pub(super) file: &'r Dockerfile<'a>,
    pub(super) model: &'r Model<'a>,
    pub(super) findings: &'r [Finding],
    pub(super) settings: &'r Settings,
    pub(super) context: Option<&'r dyn BuildContext>,
    pub(super) budget: &'r mut Budget,
}

/// Fixes that make the same promise.
struct Group<'f> {
    keeps: &'f Keeps,
    members: Vec<usize>,
}

impl<'r> Round<'r, '_> {
    /// Takes the allowed fixes in file order, leaves out what overlaps (it comes in a later
    /// round), and holds what remains to its promises.
    ///
    /// Fixes that promise the same are checked together: a promise is an equality of builds, so
    /// what holds for the whole cannot hide a breach that matters. Where a check fails, halves are
    /// checked until the guilty fixes are found.
    pub(super) fn run(
        &mut self,
        allowed: Allowed,
        banned: &BTreeMap<&'static str, String>,
    ) -> Outcome {
        let (candidates, mut withheld) = self.candidates(allowed, banned);
        loop {
            let refused_before = withheld.len();
            let (groups, waiting) = self.choose(&candidates, &withheld);
            let mut made = Vec::new();
            for group in &groups {
                self.settle(group.keeps, &group.members, &mut made, &mut withheld);
            }
            // What waits only for fixes that turned out to be guilty gets its turn at once.
            let blocked = made.is_empty() && !waiting.is_empty();
            if blocked && withheld.len() > refused_before && !self.budget.is_spent() {
                continue;
            }
            for (index, conflict) in waiting {
                withheld.insert(index, conflict.to_string());
            }
            return self.outcome(made, withheld);
        }
    }

    /// Why each fix that does not keep its promise, made alone, must not be made.
    pub(super) fn vet(&mut self) -> BTreeMap<usize, String> {
        let (candidates, mut withheld) = self.candidates(Safety::Manual.into(), &BTreeMap::new());
        for index in candidates {
            if let Err(reason) = self.vet_one(index) {
                withheld.insert(index, reason);
            }
        }
        withheld
    }

    fn vet_one(&mut self, index: usize) -> Result<(), String> {
        let Some(fix) = self.fix(index) else {
            return Ok(());
        };
        Patch::new(self.file.source)
            .add(fix)
            .map_err(|conflict| conflict.to_string())?;
        let checked = self.check(&fix.keeps, &[], &[index]);
        if self.budget.is_spent() {
            return Err(TOO_LARGE.to_owned());
        }
        checked.map_err(|breach| breach.to_string())
    }

    fn outcome(&self, made: Vec<usize>, withheld: BTreeMap<usize, String>) -> Outcome {
        let patch = self.patch(&made);
        let changes = patch.context_changes();
        Outcome {
            fixed: (!made.is_empty()).then(|| patch.apply()),
            context_changes: changes
                .map(|(path, change)| (path.to_owned(), change))
                .collect(),
            made,
            withheld,
        }
    }

    /// The findings with a fix that may be tried, and those with one that must not be.
    fn candidates(
        &self,
        allowed: Allowed,
        banned: &BTreeMap<&'static str, String>,
    ) -> (Vec<usize>, BTreeMap<usize, String>) {
        let mut candidates = Vec::new();
        let mut withheld = BTreeMap::new();
        for (index, finding) in self.findings.iter().enumerate() {
            let Some(fix) = finding
                .fix
                .as_ref()
                .filter(|fix| fix.safety <= allowed.level)
            else {
                continue;
            };
            let refusal = banned
                .get(finding.rule.name)
                .cloned()
                .or_else(|| fix.promise().err().map(|breach| breach.to_string()))
                .or_else(|| self.refuse_files(fix, allowed));
            match refusal {
                Some(reason) => {
                    withheld.insert(index, reason);
                }
                None => candidates.push(index),
            }
        }
        (candidates, withheld)
    }

    /// Why the files that `fix` creates or changes must not be touched.
    fn refuse_files(&self, fix: &Fix, allowed: Allowed) -> Option<String> {
        fix.edits.iter().find_map(|edit| match &edit.target {
            Target::Dockerfile => None,
            Target::ContextFile(_) if !allowed.other_files => {
                Some("it writes another file, and only the Dockerfile is to be changed".to_owned())
            }
            Target::ContextFile(file) => match self.context {
                None => Some("the build context is not known".to_owned()),
                Some(context) => refuse_file(file, context),
            },
        })
    }

    /// The candidates that do not overlap, grouped by promise, and those that must wait.
    fn choose(
        &self,
        candidates: &[usize],
        withheld: &BTreeMap<usize, String>,
    ) -> (Vec<Group<'r>>, Vec<(usize, Conflict)>) {
        let mut patch = Patch::new(self.file.source);
        let mut groups: Vec<Group<'r>> = Vec::new();
        let mut waiting = Vec::new();
        for index in candidates
            .iter()
            .filter(|index| !withheld.contains_key(index))
        {
            let Some(fix) = self.fix(*index) else {
                continue;
            };
            if let Err(conflict) = patch.add(fix) {
                waiting.push((*index, conflict));
                continue;
            }
            match groups.iter_mut().find(|group| *group.keeps == fix.keeps) {
                Some(group) => group.members.push(*index),
                None => groups.push(Group {
                    keeps: &fix.keeps,
                    members: vec![*index],
                }),
            }
        }
        (groups, waiting)
    }

    /// Adds to `made` those of `members` that keep their promise on top of it.
    fn settle(
        &mut self,
        keeps: &Keeps,
        members: &[usize],
        made: &mut Vec<usize>,
        withheld: &mut BTreeMap<usize, String>,
    ) {
        let Err(breach) = self.check(keeps, made, members) else {
            made.extend_from_slice(members);
            return;
        };
        if let [only] = members {
            // A fix that fails only in company waits for the next round.
            let alone = if made.is_empty() {
                Err(breach)
            } else {
                self.check(keeps, &[], members)
            };
            if let Err(breach) = alone {
                withheld.insert(*only, breach.to_string());
            }
            return;
        }
        let (first, second) = members.split_at(members.len() / 2);
        self.settle(keeps, first, made, withheld);
        self.settle(keeps, second, made, withheld);
    }

    /// Whether `added` on top of `made` keeps what it promises.
    fn check(&mut self, keeps: &Keeps, made: &[usize], added: &[usize]) -> Result<(), Breach> {
        self.budget.spend(self.file.source.len());
        if self.budget.is_spent() {
            // The whole call is given up by then; the answer does not matter.
            return Err(Breach::EmptyPromise);
        }
        let all: Vec<usize> = made.iter().chain(added).copied().collect();
        let after = self.patch(&all).apply();
        let removed = self.patch(added);
        let removable = match keeps {
            Keeps::Nothing => comments_of_removed(self.file, removed.removed()),
            Keeps::Comments { removed } => removed.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        };
        let options = &self.settings.model;
        if made.is_empty() {
            return verify((self.file, self.model), &after, keeps, &removable, options);
        }
        let before = self.patch(made).apply();
        let file = dflint_parser::parse(&before);
        let model = Model::new(&file, options);
        verify((&file, &model), &after, keeps, &removable, options)
    }

    fn patch(&self, members: &[usize]) -> Patch<'r, 'r> {
        let mut patch = Patch::new(self.file.source);
        for fix in members.iter().filter_map(|index| self.fix(*index)) {
            // They joined one patch before, so they join this one.
            let _ = patch.add(fix);
        }
        patch
    }

    fn fix(&self, index: usize) -> Option<&'r Fix> {
        self.findings.get(index)?.fix.as_ref()
    }
}

/// Why a file of the build context must not be written.
fn refuse_file(file: &ContextFile, context: &dyn BuildContext) -> Option<String> {
    let path = &file.path;
    match &file.before {
        None => context
            .exists(path)
            .then(|| format!("{path} is there already")),
        Some(before) => (context.read(path).as_ref() != Some(before))
            .then(|| format!("{path} is not the file that the fix is for")),
    }
}
