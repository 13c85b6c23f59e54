//! `RUN` after `RUN`.

use dflint_shell::Script;

use crate::run_flags::have_equal_flags;
use crate::run_view::RunView;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct ConsecutiveRuns;

/// A step with more commands than this is worth a layer of its own.
const FEW: usize = 1;

impl Rule for ConsecutiveRuns {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let mut first: Option<RunView> = None;
        let mut after = 0;
        for run in cx.runs().filter(|run| !run.onbuild) {
            let follows = first.filter(|_| run.index == after);
            after = run.index + 1;
            let Some(earlier) = follows else {
                first = Some(run);
                continue;
            };
            let is_small = |run: &RunView| count(run) <= FEW;
            if !have_equal_flags(earlier.run, run.run)
                || !is_small(&earlier)
                || !is_small(&run)
                || cx.dialect == Dialect::Dflint && !run.instruction.heredocs.is_empty()
            {
                first = Some(run);
                continue;
            }
            run.report(
                cx,
                findings,
                run.instruction.keyword.span(),
                "this `RUN` could share a layer with the one before it: join them with `&&`",
            )
            .related(earlier.instruction.keyword.span(), "the `RUN` before it")
            .withhold("one step is cached as a whole: which to join is a matter of judgement");
        }
    }
}

/// How many commands it runs; hadolint counts `time` as one of its own.
fn count(run: &RunView) -> usize {
    let lists = run.script().map(Script::body);
    let timed = lists.map_or(0, |body| {
        body.items.iter().filter(|item| item.pipeline.timed).count()
    });
    run.calls(|_| true).count() + timed
}
