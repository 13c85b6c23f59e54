//! Which steps run again when files of the build context change.
//!
//! BuildKit's cache keys, reduced to what a changed file can touch: a copy depends on the files
//! it selects and on the step before it, a command on what it mounts and on the step before it,
//! and a copy from another stage on the contents that stage comes to, which only a build can tell.

use dflint_parser::MountKind;

use crate::dockerignore;
use crate::model::{
    Action, Base, CopySource, CopyStep, Model, Origin, ResolvedMount, RunStep, StageId, Step,
};
use crate::value::Value;

/// What becomes of a step. Ordered: a step shares the worst fate of what it depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Fate {
    /// Its result is taken from the cache, or it makes no layer at all.
    #[default]
    Cached,
    /// It runs again unless what it depends on comes out the same.
    MayRun,
    /// It runs again.
    Runs,
}

/// What becomes of every step of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuild {
    stages: Vec<StageFate>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct StageFate {
    steps: Vec<Fate>,
    end: Fate,
}

impl Rebuild {
    /// Works out what a build does after `changed` files of the context changed; paths are
    /// relative to it, and none that `.dockerignore` keeps away.
    #[must_use]
    pub fn new(model: &Model<'_>, changed: &[&str]) -> Self {
        let mut rebuild = Self { stages: Vec::new() };
        for stage in model.stages() {
            let mut current = match stage.base {
                Base::Stage(base) => rebuild.end_of(base),
                _ => Fate::Cached,
            };
            let fates = stage
                .steps
                .iter()
                .map(|step| rebuild.step(step, changed, &mut current));
            let steps = fates.collect();
            rebuild.stages.push(StageFate {
                steps,
                end: current,
            });
        }
        rebuild
    }

    /// What becomes of a step, by its position in [`Stage::steps`](crate::Stage::steps).
    #[must_use]
    pub fn fate(&self, stage: StageId, step: usize) -> Fate {
        let steps = self.stages.get(stage.0).map(|stage| stage.steps.as_slice());
        steps
            .and_then(|steps| steps.get(step))
            .copied()
            .unwrap_or_default()
    }

    fn end_of(&self, stage: StageId) -> Fate {
        self.stages
            .get(stage.0)
            .map(|stage| stage.end)
            .unwrap_or_default()
    }

    fn step(&self, step: &Step<'_>, changed: &[&str], current: &mut Fate) -> Fate {
        match &step.action {
            Action::Run(run) => {
                *current = (*current).max(self.mounts(run, changed));
                *current
            }
            Action::Copy(copy) => {
                let own = self.copy(copy, changed);
                *current = (*current).max(own);
                // A linked layer does not depend on what lies below it.
                if copy.link && copy.chmod.is_none() {
                    own
                } else {
                    *current
                }
            }
            Action::Workdir { path, .. } if path.to_known() != Some("/") => *current,
            _ => Fate::Cached,
        }
    }

    /// What other stages and images bring; their contents decide, not how they were made.
    fn origin(&self, origin: &Origin) -> Fate {
        match origin {
            Origin::Stage(stage) => self.end_of(*stage).min(Fate::MayRun),
            _ => Fate::Cached,
        }
    }

    fn copy(&self, copy: &CopyStep, changed: &[&str]) -> Fate {
        if copy.from != Origin::Context {
            return self.origin(&copy.from);
        }
        let kept = changed.iter().filter(|file| {
            let excluded = |pattern: &String| dockerignore::selects(pattern, file);
            !copy.exclude.iter().any(excluded)
        });
        let kept: Vec<&str> = kept.copied().collect();
        let sources = copy.sources.iter().map(|source| match source {
            CopySource::Path { path, .. } => selected(path, &kept),
            _ => Fate::Cached,
        });
        sources.max().unwrap_or_default()
    }

    fn mounts(&self, run: &RunStep<'_>, changed: &[&str]) -> Fate {
        let fates = run.mounts.iter().map(|mount| self.mount(mount, changed));
        fates.max().unwrap_or_default()
    }

    fn mount(&self, mount: &ResolvedMount<'_>, changed: &[&str]) -> Fate {
        match (mount.kind, &mount.from) {
            (MountKind::Bind, Origin::Context) => selected(&mount.source, changed),
            (MountKind::Bind | MountKind::Cache, origin) => self.origin(origin),
            _ => Fate::Cached,
        }
    }
}

/// Whether a source of the context holds a changed file.
fn selected(source: &Value, changed: &[&str]) -> Fate {
    if changed.is_empty() {
        return Fate::Cached;
    }
    let Some(source) = source.to_known() else {
        return Fate::MayRun;
    };
    let pattern = source.trim_start_matches('/');
    match changed
        .iter()
        .any(|file| pattern.is_empty() || dockerignore::selects(pattern, file))
    {
        true => Fate::Runs,
        false => Fate::Cached,
    }
}

#[cfg(test)]
mod tests {
    use super::{Fate, Rebuild};
    use crate::model::{Model, ModelOptions, StageId};

    /// The fates of the last stage's steps.
    fn fates(source: &str, changed: &[&str]) -> Vec<Fate> {
        let file = dflint_parser::parse(source);
        let model = Model::new(&file, &ModelOptions::default());
        let rebuild = Rebuild::new(&model, changed);
        let last = StageId(model.stages().len() - 1);
        let steps = model.stage(last).map_or(0, |stage| stage.steps.len());
        (0..steps).map(|step| rebuild.fate(last, step)).collect()
    }

    use Fate::{Cached, MayRun, Runs};

    #[test]
    fn a_copy_and_what_follows_run_again() {
        let source = "FROM a\nWORKDIR /app\nCOPY req.txt .\nRUN x\nCOPY . .\nRUN y\nCMD z";
        assert_eq!(fates(source, &[]), [Cached; 6]);
        assert_eq!(
            fates(source, &["main.py"]),
            [Cached, Cached, Cached, Runs, Runs, Cached]
        );
        assert_eq!(
            fates(source, &["req.txt"]),
            [Cached, Runs, Runs, Runs, Runs, Cached]
        );
    }

    #[test]
    fn patterns_directories_and_excludes_select() {
        for (copy, file, want) in [
            ("COPY src /s", "src/a/b.c", Runs),
            ("COPY src /s", "srcs", Cached),
            ("COPY *.txt /s", "a.txt", Runs),
            ("COPY *.txt /s", "d/a.txt", Cached),
            ("COPY --exclude=*.md . /s", "a.md", Cached),
            ("ADD https://x.org/f /s", "f", Cached),
        ] {
            assert_eq!(fates(&format!("FROM a\n{copy}"), &[file]), [want], "{copy}");
        }
    }

    #[test]
    fn other_stages_may_come_out_the_same() {
        let source = "FROM a AS b\nCOPY . .\nRUN x\nFROM a\nRUN y\nCOPY --from=b /x /x\nRUN z";
        assert_eq!(fates(source, &["f"]), [Cached, MayRun, MayRun]);
        let based = "FROM a AS b\nCOPY . .\nFROM b\nRUN x";
        assert_eq!(fates(based, &["f"]), [Runs]);
    }

    #[test]
    fn links_stand_on_their_own() {
        let source = "FROM a\nCOPY f /f\nCOPY --link g /g\nRUN x";
        assert_eq!(fates(source, &["f"]), [Runs, Cached, Runs]);
    }

    #[test]
    fn bind_mounts_count_and_cache_mounts_do_not() {
        let source = "FROM a\nRUN --mount=type=cache,target=/c x\nRUN --mount=target=/s,source=s y";
        assert_eq!(fates(source, &["s/f"]), [Cached, Runs]);
        assert_eq!(fates(source, &["t"]), [Cached, Cached]);
    }
}
