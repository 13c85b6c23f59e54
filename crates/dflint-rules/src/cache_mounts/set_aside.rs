//! Setting Debian's clean-up hook aside while apt runs, and bringing it back.
//!
//! The image is the same only if the step cannot succeed without the way back. So the way back
//! stands where the script gets to whenever it succeeds, and takes nobody's failure away.

use dflint_build::packages::{Coverage, removal};
use dflint_fix::Edit;
use dflint_shell::{Chain, Construct, Link, OperatorKind, SimpleCommand, TextRange};

use super::cleanup::{Touch, TouchKind, place, works_on};
use super::edits::Changes;
use super::notes::{DOCKER_CLEAN, DockerClean};
use super::plan::hook_before;
use super::run::Run;
use super::well_known::runs_a_script;
use crate::package_calls::RunCommand;
use crate::place::{is_within, resolve};

/// Where the hook waits while apt runs.
const ASIDE: &str = "/tmp/docker-clean";

/// The change that sets the hook aside and brings it back, and the step of the chain that the way
/// back takes the place of; `None` where the step could succeed without the hook's return.
pub(super) fn set_aside(
    run: &Run<'_, '_>,
    manager: &'static str,
    touches: &[Touch<'_>],
) -> Option<(Changes, Option<usize>)> {
    let stretch = stretch(run, manager, touches)?;
    // A script may have removed the hook, or do so in between.
    let is_there = hook_before(run, manager) == DockerClean::Present
        && !stretch.own_commands(run).any(runs_a_script);
    let (away, back) = match is_there {
        true => (moved(DOCKER_CLEAN, ASIDE), moved(ASIDE, DOCKER_CLEAN)),
        false => (
            moved_if_there(DOCKER_CLEAN, ASIDE),
            moved_if_there(ASIDE, DOCKER_CLEAN),
        ),
    };
    let (from, before) = stretch.way_out(run);
    let (to, behind) = stretch.way_back(run)?;
    if !leaves_alone(run, from.range().to(to.range())) {
        return None;
    }
    let start = run.script.source_ranges(from.range()).next()?.start;
    let mut changes = Changes {
        edits: vec![Edit::insert(start, format!("{away}{before}"))],
        added: vec![format!("{away}{before}"), away, back.clone()],
        ..Changes::default()
    };
    if let Some((index, range)) = replaceable(run, to, &stretch, touches) {
        let span = run.script.span(range);
        changes.edits.push(Edit::replace(span, back));
        changes
            .removed
            .push(range.of(run.script.as_str()).to_owned());
        return Some((changes, Some(index)));
    }
    let end = run.script.span(to.range()).end;
    changes
        .added
        .push(format!("{} {back}", behind.trim_matches(' ')));
    changes
        .added
        .push(format!("{}{back}", behind.trim_start_matches(' ')));
    // As the shell gets it, where the lines are joined before.
    let joined = behind.replace("\r\n", "\n");
    let joined = joined.replace(&format!("{}\n", run.source.escape), " ");
    changes.added.push(format!("{joined}{back}"));
    changes
        .edits
        .push(Edit::insert(end, format!("{behind}{back}")));
    Some((changes, None))
}

fn moved(from: &str, to: &str) -> String {
    format!("mv {from} {to}")
}

fn moved_if_there(from: &str, to: &str) -> String {
    format!("if [ -e {from} ]; then mv {from} {to}; fi")
}

/// The steps of the chain from the first to the last call of apt.
struct Stretch<'r> {
    chain: Chain<'r>,
    first: Link<'r>,
    last: Link<'r>,
    /// The first step of the list that `first` belongs to.
    begin: Link<'r>,
    /// The last step of the list that `last` belongs to.
    end: Link<'r>,
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
                && touch.command.span() == it.command.span()
        })
    };
    let calls = run.commands.iter().filter(|it| {
        it.call
            .as_ref()
            .is_some_and(|call| call.manager.name == manager)
    });
    let mut steps: Vec<Link<'r>> = Vec::new();
    for it in calls.filter(|it| !is_taken_out(it)) {
        let inside = it.command.inside();
        if inside.contains(Construct::Function) || inside.contains(Construct::Background) {
            return None;
        }
        let range = own_command(run, it)?.range();
        steps.push(chain.links().find(|link| link.range().contains(range))?);
    }
    let (first, last) = (*steps.first()?, *steps.last()?);
    let (begin, _) = chain.list_around(first.index)?;
    let (_, end) = chain.list_around(last.index)?;
    Some(Stretch {
        chain,
        first,
        last,
        begin,
        end,
    })
}

/// The command of the RUN's own script that `it` is or that runs it (`bash -c '…'`).
fn own_command<'r>(run: &Run<'r, '_>, it: &RunCommand<'r>) -> Option<SimpleCommand<'r>> {
    let mut own = None;
    for other in run.commands {
        if run.is_own(other.command) {
            own = Some(other.command);
        }
        if other.command.span() == it.command.span() {
            break;
        }
    }
    own
}

impl<'r> Stretch<'r> {
    /// Whether the moves become parts of the list that the script ends with: when it fails, the
    /// script fails.
    fn is_chained(&self, run: &Run<'_, '_>) -> bool {
        let is_one_list = self
            .chain
            .list_around(self.last.index)
            .is_some_and(|(begin, _)| begin.index == self.begin.index);
        is_one_list && self.is_last() && !self.ends_by_errexit(run)
    }

    fn is_last(&self) -> bool {
        self.end.index + 1 == self.chain.len()
    }

    /// Whether the last step is a list of its own whose failures all end the script at once.
    fn ends_by_errexit(&self, run: &Run<'_, '_>) -> bool {
        self.last.begins_list()
            && self.last.ends_list()
            && self.is_under_errexit(run)
            && self.last.fails_only_by_errexit()
    }

    /// In front of which step the hook goes, and what stands between.
    fn way_out(&self, run: &Run<'_, '_>) -> (Link<'r>, String) {
        let is_alternative = has(self.first.before, OperatorKind::Or);
        if self.is_chained(run) && !is_alternative {
            return (self.first, " && ".to_owned());
        }
        (self.begin, between(run, self.begin))
    }

    /// Behind which step the hook comes back, and what stands between; `None` where the script
    /// could succeed without getting there.
    fn way_back(&self, run: &Run<'_, '_>) -> Option<(Link<'r>, String)> {
        if !self.is_chained(run) && !self.is_under_errexit(run) {
            return None;
        }
        if !self.is_last() {
            return Some((self.end, between(run, self.end)));
        }
        if self.ends_by_errexit(run) {
            let gap = self.gap(run).unwrap_or_else(|| between(run, self.last));
            return Some((self.last, gap));
        }
        // In front of `&&`, `set -e` is not in force within a compound command.
        let loses_errexit = self.last.ends_list()
            && self.last.command().is_none()
            && self.may_be_under_errexit(run);
        let mut behind = self.links(self.last.index, self.end.index);
        let is_undone = behind.any(|link| has(link.after, OperatorKind::Or));
        let gap = self.gap(run).filter(|gap| gap.contains("&&"));
        let is_right = !is_undone && !loses_errexit;
        is_right.then(|| (self.last, gap.unwrap_or_else(|| " && ".to_owned())))
    }

    /// What stands in front of the last step, to be repeated in front of the way back.
    fn gap(&self, run: &Run<'_, '_>) -> Option<String> {
        let before = self.last.index.checked_sub(1)?;
        let before = self
            .chain
            .get(before)
            .filter(|_| before >= self.first.index)?;
        let gap = TextRange::new(before.range().end, self.last.range().start);
        let gap = run.script.span(gap).text(run.source.file);
        (!gap.contains('#')).then(|| gap.to_owned())
    }

    /// Whether `set -e` is in force all the while, so that the script fails where it ends early.
    fn is_under_errexit(&self, run: &Run<'_, '_>) -> bool {
        self.own_commands(run).all(SimpleCommand::under_errexit)
            && !run.script.as_str().contains("$?")
    }

    fn may_be_under_errexit(&self, run: &Run<'_, '_>) -> bool {
        self.own_commands(run).any(SimpleCommand::under_errexit)
    }

    fn own_commands(&self, run: &Run<'r, '_>) -> impl Iterator<Item = SimpleCommand<'r>> {
        let range = self.begin.range().to(self.end.range());
        let own = run.commands.iter().filter(|it| run.is_own(it.command));
        own.map(|it| it.command)
            .filter(move |command| range.contains(command.range()))
    }

    fn links(&self, first: usize, last: usize) -> impl Iterator<Item = Link<'r>> {
        let chain = self.chain;
        (first..=last).filter_map(move |index| chain.get(index))
    }
}

fn has(operator: Option<dflint_shell::Operator>, kind: OperatorKind) -> bool {
    operator.is_some_and(|operator| operator.kind == kind)
}

/// What stands between two lists where `link` is: `; `, or a line end with the line's indentation.
fn between(run: &Run<'_, '_>, link: Link<'_>) -> String {
    if !has(link.after, OperatorKind::Newline) && !has(link.before, OperatorKind::Newline) {
        return "; ".to_owned();
    }
    let start = link.span().start as usize;
    let before = run.source.file.get(..start).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    let indent = before
        .get(line..)
        .filter(|indent| indent.trim().is_empty())
        .unwrap_or_default();
    format!("\n{indent}")
}

/// Whether nothing within `range` ends the script early with success, or touches the hook.
fn leaves_alone(run: &Run<'_, '_>, range: TextRange) -> bool {
    let is_mentioned = range.of(run.script.as_str()).contains("docker-clean")
        || run.script.as_str().contains(ASIDE);
    let is_quiet = |it: &RunCommand<'_>| {
        let removes = removal(it.command, &run.site).is_some_and(|removal| {
            removal.operands.iter().any(|(_, removed)| {
                removed.as_ref().is_ok_and(|removed| {
                    removed.path == ASIDE || removed.coverage(ASIDE) != Coverage::Apart
                })
            })
        });
        let moves = works_on(run, it.command, &[ASIDE]).is_some();
        !may_end_with_success(it.command) && !removes && !moves && !sees_all(run, it)
    };
    let mut inside = run.commands.iter().filter(|it| {
        !run.is_own(it.command)
            || range.contains(it.command.range())
            || it.command.inside().contains(Construct::Function)
    });
    !is_mentioned && run.mount_near(ASIDE).is_none() && inside.all(is_quiet)
}

/// Whether a command works with all that is in a folder which the hook is missing from, or waits
/// in: `cp -a /etc/apt x`, `mv * x` in `/tmp`.
fn sees_all(run: &Run<'_, '_>, it: &RunCommand<'_>) -> bool {
    if it.call.is_some() {
        return false;
    }
    // Where that is not known, only absolute paths tell.
    let directory = run.site.directory(it.command).unwrap_or_default();
    let is_around = |path: &str| path.len() > 1 && is_within(DOCKER_CLEAN, path);
    let waits = ASIDE.rsplit_once('/').map_or("", |(folder, _)| folder);
    it.command.args().any(|word| {
        let text = word.render();
        let whole = text.trim_end_matches("/*").trim_end_matches("/.");
        let path = resolve(&directory, whole);
        is_around(&path)
            || word.is_glob() && directory == waits && !text.starts_with('/')
            || path == waits && text.ends_with(['*', '.'])
    }) || is_around(&directory) && it.command.name() != Some("cd")
}

fn may_end_with_success(command: SimpleCommand<'_>) -> bool {
    let first = command.words().next().and_then(|word| word.literal());
    // What stands behind `exec` takes the shell's place.
    if first == Some("exec") {
        return true;
    }
    match command.name() {
        Some("exec" | "return") => true,
        Some("exit") => {
            let status = command.args().next().and_then(|word| word.literal());
            !status.is_some_and(|status| status.parse::<u8>().is_ok_and(|status| status != 0))
        }
        _ => false,
    }
}

/// The clean-up right behind `to` that goes anyway, so that the way back takes its place.
fn replaceable(
    run: &Run<'_, '_>,
    to: Link<'_>,
    stretch: &Stretch<'_>,
    touches: &[Touch<'_>],
) -> Option<(usize, TextRange)> {
    let link = stretch.chain.get(to.index + 1)?;
    let goes = touches.iter().any(|touch| {
        matches!(touch.kind, TouchKind::Empties { .. })
            && place(run, touch.command).is_some_and(|(_, at)| at == link.index)
    });
    // In a list of its own, or in the one that must succeed as a whole.
    let is_reached =
        (link.begins_list() && link.ends_list()) || has(link.before, OperatorKind::And);
    let span = run.script.span(link.range());
    let is_plain = !span.text(run.source.file).contains('#');
    (goes && is_reached && is_plain).then(|| (link.index, link.range()))
}
