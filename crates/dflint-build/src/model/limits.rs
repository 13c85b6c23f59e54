//! How far a file is followed whose size would otherwise multiply.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::value::Value;

/// How many variables are set again, in a whole file, to list them in BuildKit's order: enough for
/// a hundred stages with a thousand variables each, little enough for thousands of hostile ones.
pub(super) const MOST_REORDERS: usize = 100_000;

/// How many triggers are followed in a whole file: hundreds of stages on a base with hundreds of
/// triggers are no build that anybody waits for.
pub(super) const MOST_TRIGGERS: usize = 10_000;

/// How many ports of ranges are listed one by one in a whole file: four times all there are.
pub(super) const MOST_PORTS: usize = 300_000;

/// The longest working directory that is followed, in bytes: Linux opens no longer path.
const MAX_DIRECTORY: usize = 4096;

/// `path` as a working directory. One that nothing can enter is as good as unknown; followed on,
/// thousands of relative `WORKDIR`s would fill the memory.
pub(super) fn directory(path: Value) -> Value {
    if path.as_str().len() <= MAX_DIRECTORY {
        return path;
    }
    // Different directories stay different.
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    Value::unresolved(format!("${{WORKDIR:{:016x}}}", hasher.finish()))
}

#[cfg(test)]
mod tests {
    use super::MOST_TRIGGERS;
    use crate::error::ErrorKind;
    use crate::model::{Model, ModelOptions};

    fn with_model<T>(source: &str, look: impl FnOnce(&Model<'_>) -> T) -> T {
        let file = dflint_parser::parse(source);
        look(&Model::new(&file, &ModelOptions::default()))
    }

    #[test]
    fn directories_that_nothing_can_enter_are_unknown() {
        let source = format!("FROM alpine\n{}", "WORKDIR directory\n".repeat(2_000));
        with_model(&source, |model| {
            let steps = &model.stages()[0].steps;
            let known = |at: usize| steps[at].state.workdir().is_known();
            assert!(known(409), "4,090 bytes");
            assert!(!known(410), "4,100 bytes");
            let longest = steps.iter().map(|it| it.state.workdir().as_str().len());
            assert!(longest.max().unwrap() <= 4_096);
        });
    }

    #[test]
    fn ranges_of_ports_do_not_multiply() {
        let ranges = |count: usize| format!("FROM alpine\n{}", "EXPOSE 1-65535\n".repeat(count));
        for (count, ports) in [(1, 65_535), (4, 65_535), (500, 65_536)] {
            let end = with_model(&ranges(count), |model| {
                model.stages()[0].end.image().exposed_ports.len()
            });
            assert_eq!(end, ports, "{count}");
        }
    }

    #[test]
    fn long_directories_stay_different() {
        let end = |name: &str| {
            let source = format!("FROM alpine\nWORKDIR /{}{name}\n", "a".repeat(5_000));
            with_model(&source, |model| model.stages()[0].end.workdir().clone())
        };
        assert_ne!(end("b"), end("c"));
        assert_eq!(end("b"), end("b"));
    }

    #[test]
    fn triggers_that_multiply_are_refused() {
        let source = format!(
            "FROM alpine AS base\n{}{}",
            "ONBUILD RUN true\n".repeat(MOST_TRIGGERS / 2),
            "FROM base\n".repeat(3),
        );
        with_model(&source, |model| {
            let counts: Vec<usize> = model.stages().iter().map(|it| it.steps.len()).collect();
            assert_eq!(
                counts,
                [MOST_TRIGGERS / 2, MOST_TRIGGERS / 2, MOST_TRIGGERS / 2, 0]
            );
            let kinds: Vec<_> = model.errors().iter().map(|error| &error.kind).collect();
            assert_eq!(kinds, [&ErrorKind::TooManyTriggers]);
        });
    }
}
