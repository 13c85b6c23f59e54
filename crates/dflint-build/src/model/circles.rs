//! Stages that wait for each other.

use super::build::{Builder, Draft};
use super::stage::{Base, StageId};
use crate::error::ErrorKind;

impl Builder<'_, '_> {
    /// Refuses stages that wait for each other, as `validateCircularDependency` does: it follows
    /// what the commands need, not the bases, which stand above anyway.
    pub(super) fn refuse_circles(&mut self) {
        let needed_by_commands = |stage: &Draft<'_>| {
            let bases = usize::from(matches!(stage.base, Base::Stage(_)));
            stage.needs.get(bases..).unwrap_or_default().to_vec()
        };
        let needs: Vec<Vec<StageId>> = self.stages.iter().map(needed_by_commands).collect();
        for stage in &mut self.stages {
            stage.needs.sort_unstable();
            stage.needs.dedup();
        }
        let Some(on_circle) = find_circle(&needs) else {
            return;
        };
        let Some(stage) = self.stages.get(on_circle.0) else {
            return;
        };
        let kind = ErrorKind::CircularDependency(stage.label());
        let span = stage.from.name.as_ref().unwrap_or(&stage.from.base).span();
        let line = stage.instruction.start_line;
        self.refuse(kind, span, line, None);
    }
}

/// A stage that needs itself, directly or through others.
fn find_circle(needs: &[Vec<StageId>]) -> Option<StageId> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Closed,
    }
    let mut marks = vec![Mark::New; needs.len()];
    for start in 0..needs.len() {
        let mut path: Vec<(usize, usize)> = vec![(start, 0)];
        while let Some((stage, next)) = path.pop() {
            let mark = marks.get_mut(stage)?;
            if *mark == Mark::Closed {
                continue;
            }
            *mark = Mark::Open;
            let Some(needed) = needs.get(stage)?.get(next) else {
                *mark = Mark::Closed;
                continue;
            };
            if marks.get(needed.0) == Some(&Mark::Open) {
                return Some(*needed);
            }
            path.push((stage, next + 1));
            path.push((needed.0, 0));
        }
    }
    None
}
