//! Keeping Debian's clean-up hook from emptying a mounted cache of apt.

use dflint_build::packages::{Coverage, removal};
use dflint_fix::Edit;
use dflint_shell::{Chain, Link, OperatorKind, TextRange};

use super::cleanup::{Touch, TouchKind, place};
use super::edits::Changes;
use super::notes::DOCKER_CLEAN;
use super::run::{Run, RunCommand};

/// Where the hook waits while apt runs.
const ASIDE: &str = "/tmp/docker-clean";

/// The change that keeps the hook away, and the step of the chain that it takes the place of.
///
/// Where a failure between the two moves is certainly a failure of the whole step, the hook is
/// set aside and brought back, and the image is the same. Elsewhere it is removed, as Docker's
/// documentation does, which changes the image.
pub(super) fn keep_away(
    run: &Run<'_, '_>,
    manager: &'static str,
    touches: &[Touch<'_>],
) -> Result<(Changes, Option<usize>), String> {
    if run.script.is_exec() {
        return Err(format!(
            "`{DOCKER_CLEAN}` empties the cache, and an exec form cannot set it aside"
        ));
    }
    if let Some(aside) = set_aside(run, manager, touches) {
        return Ok(aside);
    }
    remove(run).map(|changes| (changes, None)).ok_or_else(|| {
        format!("`{DOCKER_CLEAN}` empties the cache, and there is no place to set it aside")
    })
}

fn remove(run: &Run<'_, '_>) -> Option<Changes> {
    let first = run.script.body().items.first()?;
    let start = run.script.source_ranges(first.pipeline.range).next()?.start;
    let command = format!("rm -f {DOCKER_CLEAN}");
    Some(Changes {
        edits: vec![Edit::insert(start, format!("{command} && "))],
        added: vec![command],
        risk: Some("the image loses `docker-clean`"),
        ..Changes::default()
    })
}

/// The steps of the chain from the first to the last call of apt.
struct Stretch<'r> {
    chain: Chain<'r>,
    first: Link<'r>,
    last: Link<'r>,
    is_and_chain: bool,
}

fn set_aside(
    run: &Run<'_, '_>,
    manager: &'static str,
    touches: &[Touch<'_>],
) -> Option<(Changes, Option<usize>)> {
    let stretch = stretch(run, manager, touches)?;
    if !stretch.is_all_or_nothing() || !leaves_alone(run, &stretch) {
        return None;
    }
    let away = format!("mv {DOCKER_CLEAN} {ASIDE}");
    let back = format!("mv {ASIDE} {DOCKER_CLEAN}");
    let source = run.source;
    let text = run.script.as_str();
    let separator = stretch.separator();
    let start = run
        .script
        .source_ranges(stretch.first.range())
        .next()?
        .start;
    let mut changes = Changes {
        edits: vec![Edit::insert(start, format!("{away}{separator}"))],
        added: vec![format!("{away}{separator}"), away, back.clone()],
        ..Changes::default()
    };
    if let Some((index, range)) = replaceable(run, &stretch, touches) {
        let span = run.script.span(range);
        changes.edits.push(Edit::replace(span, back));
        changes.removed.push(range.of(text).to_owned());
        return Some((changes, Some(index)));
    }
    let before = stretch.last.index.checked_sub(1);
    let gap = before
        .filter(|before| *before >= stretch.first.index)
        .and_then(|before| stretch.chain.get(before))
        .map(|before| {
            let gap = TextRange::new(before.range().end, stretch.last.range().start);
            run.script.span(gap).text(source.file)
        })
        .filter(|gap| !gap.contains('#'));
    let inserted = format!("{}{back}", gap.unwrap_or(separator));
    let end = run.script.span(stretch.last.range()).end;
    changes
        .added
        .push(format!("{} {back}", separator.trim_matches(' ')));
    changes.edits.push(Edit::insert(end, inserted));
    Some((changes, None))
}

fn stretch<'r>(
    run: &Run<'r, '_>,
    manager: &'static str,
    touches: &[Touch<'_>],
) -> Option<Stretch<'r>> {
    let chain = run.script.sequence()?;
    let is_taken_out = |it: &RunCommand<'_>| {
        touches.iter().any(|touch| {
            matches!(touch.kind, TouchKind::Empties { .. })
                && touch.command.range() == it.command.range()
        })
    };
    let calls: Vec<&RunCommand<'_>> = run
        .commands
        .iter()
        .filter(|it| {
            it.call
                .as_ref()
                .is_some_and(|call| call.manager.name == manager)
        })
        .collect();
    if calls.iter().any(|it| !run.is_own(it.command)) {
        return None;
    }
    let mut links = calls
        .iter()
        .filter(|it| !is_taken_out(it))
        .filter_map(|it| {
            chain
                .links()
                .find(|link| link.range().contains(it.command.range()))
        });
    let first = links.next()?;
    let last = links.next_back().unwrap_or(first);
    Some(Stretch {
        chain,
        first,
        last,
        is_and_chain: run.script.and_chain().is_some(),
    })
}

impl Stretch<'_> {
    /// Whether the script fails if any step of the stretch, or one added to it, fails.
    fn is_all_or_nothing(&self) -> bool {
        if self.is_and_chain {
            return true;
        }
        let is_and = |operator: Option<dflint_shell::Operator>| {
            operator.is_some_and(|operator| operator.kind == OperatorKind::And)
        };
        let mut links = self.links();
        links.all(|link| {
            let is_fatal = link
                .command()
                .is_some_and(|command| command.under_errexit() && command.must_succeed());
            is_fatal && !is_and(link.before) && !is_and(link.after)
        })
    }

    fn links(&self) -> impl Iterator<Item = Link<'_>> {
        let (first, last) = (self.first.index, self.last.index);
        self.chain
            .links()
            .skip(first)
            .take((last + 1).saturating_sub(first))
    }

    /// What stands between two steps on one line.
    fn separator(&self) -> &'static str {
        if self.is_and_chain {
            return " && ";
        }
        let own = self.first.after.or(self.first.before);
        match own.map(|operator| operator.kind) {
            Some(OperatorKind::Newline) => "\n",
            _ => "; ",
        }
    }
}

/// Whether nothing within the stretch ends the script early or touches the hook.
fn leaves_alone(run: &Run<'_, '_>, stretch: &Stretch<'_>) -> bool {
    let range = stretch.first.range().to(stretch.last.range());
    let is_mentioned = range.of(run.script.as_str()).contains("docker-clean")
        || run.script.as_str().contains(ASIDE);
    let is_quiet = |it: &RunCommand<'_>| {
        let ends = matches!(it.command.name(), Some("exit" | "exec" | "return"));
        let removes = removal(it.command, &run.site).is_some_and(|removal| {
            removal.operands.iter().any(|(_, removed)| {
                removed.as_ref().is_ok_and(|removed| {
                    removed.path == ASIDE || removed.coverage(ASIDE) != Coverage::Apart
                })
            })
        });
        !ends && !removes
    };
    let mut inside = run
        .commands
        .iter()
        .filter(|it| !run.is_own(it.command) || range.contains(it.command.range()));
    !is_mentioned && run.mount_near(ASIDE).is_none() && inside.all(is_quiet)
}

/// The clean-up right behind the stretch that goes anyway, so that the way back takes its place.
fn replaceable(
    run: &Run<'_, '_>,
    stretch: &Stretch<'_>,
    touches: &[Touch<'_>],
) -> Option<(usize, TextRange)> {
    let link = stretch.chain.get(stretch.last.index + 1)?;
    let goes = touches.iter().any(|touch| {
        matches!(touch.kind, TouchKind::Empties { .. })
            && place(run, touch.command).is_ok_and(|(_, at)| at == link.index)
    });
    let span = run.script.span(link.range());
    let is_plain = !span.text(run.source.file).contains('#');
    (goes && is_plain).then(|| (link.index, link.range()))
}
