//! Stages that wait for each other.

use super::build::Builder;
use super::stage::StageId;
use crate::error::ErrorKind;

impl Builder<'_, '_> {
    /// Refuses stages that wait for each other, as `validateCircularDependency` does.
    pub(super) fn refuse_circles(&mut self) {
        for at in 0..self.stages.len() {
            let Some(stage) = self.stages.get_mut(at) else {
                continue;
            };
            stage.needs.sort_unstable();
            stage.needs.dedup();
        }
        let Some(on_circle) = self.find_circle() else {
            return;
        };
        let Some(stage) = self.stages.get(on_circle.0) else {
            return;
        };
        let kind = ErrorKind::CircularDependency(stage.label());
        let (span, line) = (stage.instruction.span, stage.instruction.start_line);
        self.refuse(kind, span, line, None);
    }

    /// A stage that needs itself, directly or through others.
    fn find_circle(&self) -> Option<StageId> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Closed,
        }
        let mut marks = vec![Mark::New; self.stages.len()];
        for start in 0..self.stages.len() {
            let mut path: Vec<(usize, usize)> = vec![(start, 0)];
            while let Some((stage, next)) = path.pop() {
                let mark = marks.get_mut(stage)?;
                if *mark == Mark::Closed {
                    continue;
                }
                *mark = Mark::Open;
                let Some(needed) = self.stages.get(stage)?.needs.get(next) else {
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
}
