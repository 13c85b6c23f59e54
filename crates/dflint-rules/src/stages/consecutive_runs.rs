//! `RUN` after `RUN`.

use std::collections::BTreeSet;

use dflint_parser::{Mount, MountKind, Run, Text};
use dflint_shell::Script;

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

/// Whether both run under the same circumstances, in whatever order their flags say so.
fn have_equal_flags(one: &Run, other: &Run) -> bool {
    let same = |one: &Option<Text>, other: &Option<Text>| {
        one.as_ref().map(Text::as_str) == other.as_ref().map(Text::as_str)
    };
    same(&one.network, &other.network)
        && same(&one.security, &other.security)
        && texts(&one.devices) == texts(&other.devices)
        && mounts(one) == mounts(other)
}

fn texts<'m>(texts: &'m [Text]) -> BTreeSet<&'m str> {
    texts.iter().map(Text::as_str).collect()
}

/// A mount's fields, in order of their names.
type MountFields<'m> = BTreeSet<(&'m str, Option<&'m str>)>;

/// Kind and fields of each mount.
fn mounts<'m>(run: &'m Run) -> BTreeSet<(MountKind, MountFields<'m>)> {
    let fields = |mount: &'m Mount| {
        let told = mount.fields.iter().filter(|field| field.key != "type");
        told.map(|field| {
            let key = match field.key.as_str() {
                "dst" | "destination" => "target",
                key => key,
            };
            (key, field.value.as_ref().map(Text::as_str))
        })
        .collect()
    };
    let mounts = run.mounts.iter();
    mounts.map(|mount| (mount.kind, fields(mount))).collect()
}
