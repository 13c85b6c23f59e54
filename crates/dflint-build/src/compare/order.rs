//! Comparing stages whose steps may change places.
//!
//! A stage is taken apart into events: commands, copies, and other changes of files. Commands and
//! other changes must be the same in the same order. Copies may move, and new ones may come, as
//! long as every command finds what it reads where it was, and the stage ends with the same files.

use std::collections::HashSet;

use crate::lower::{CopyAction, ExecOp, FileAction, Input, Op, Source, StageBuild};
use crate::path;

use super::operations::Comparison;

/// Stages with more events are not followed: pairs of them are looked at.
const MAX_EVENTS: usize = 2_000;

/// One thing that a stage does to its files.
enum Event<'b> {
    Run(&'b ExecOp),
    Copy(Copy<'b>),
    Other(&'b FileAction),
}

/// One copy.
#[derive(Clone, Copy)]
struct Copy<'b> {
    action: &'b CopyAction,
    link: bool,
    from_context: bool,
}

/// Compares two stages whose copies may have moved; `reads` are the context paths that the
/// commands read which run earlier now.
pub(super) fn compare(
    comparison: &mut Comparison<'_>,
    old: &StageBuild,
    new: &StageBuild,
    reads: &[String],
) -> Result<(), String> {
    let old_events = events(comparison.before(), old);
    let new_events = events(comparison.after(), new);
    if old_events.len().max(new_events.len()) > MAX_EVENTS {
        return Err("one of too many steps".to_owned());
    }
    compare_fixed(comparison, &old_events, &new_events)?;
    let matches = match_copies(comparison, &old_events, &new_events)?;
    compare_sights(&old_events, &new_events, &matches, reads)?;
    compare_ends(&new_events, &matches)?;
    comparison.assume_equal(old.output, new.output);
    Ok(())
}

/// What a stage does, in order.
fn events<'b>(build: &'b crate::lower::Build, stage: &StageBuild) -> Vec<Event<'b>> {
    let mut events = Vec::new();
    let mut current = stage.base;
    for &output in &stage.steps {
        if output != current {
            push_events(build, output, current, &mut events);
            current = output;
        }
    }
    events
}

fn push_events<'b>(
    build: &'b crate::lower::Build,
    output: Input,
    before: Input,
    events: &mut Vec<Event<'b>>,
) {
    match output.and_then(|id| build.op(id)) {
        Some(Op::Exec(exec)) => events.push(Event::Run(exec)),
        Some(Op::File(file)) => {
            let link = file.base != before;
            events.extend(file.actions.iter().map(|action| event(build, action, link)));
        }
        Some(Op::Merge(inputs)) => {
            for &input in inputs.iter().skip(1) {
                push_events(build, input, before, events);
            }
        }
        Some(Op::Source(_)) | None => {}
    }
}

fn event<'b>(build: &'b crate::lower::Build, action: &'b FileAction, link: bool) -> Event<'b> {
    let FileAction::Copy(copy) = action else {
        return Event::Other(action);
    };
    let source = copy.from.and_then(|id| build.op(id));
    Event::Copy(Copy {
        action: copy,
        link,
        from_context: matches!(source, Some(Op::Source(Source::Context))),
    })
}

/// Commands and other changes stay what they are, in the order they are in.
fn compare_fixed(
    comparison: &mut Comparison<'_>,
    old: &[Event<'_>],
    new: &[Event<'_>],
) -> Result<(), String> {
    let is_fixed = |event: &&Event<'_>| !matches!(event, Event::Copy(_));
    let mut old = old.iter().filter(is_fixed);
    let mut new = new.iter().filter(is_fixed);
    loop {
        match (old.next(), new.next()) {
            (None, None) => return Ok(()),
            (Some(Event::Run(old)), Some(Event::Run(new))) => comparison.exec(old, new)?,
            (Some(Event::Other(old)), Some(Event::Other(new))) => comparison.action(old, new)?,
            _ => return Err("the order of commands".to_owned()),
        }
    }
}

/// For each event after, the position of the copy before that it is.
type Matches = Vec<Option<usize>>;

/// Finds each copy of before again in after.
fn match_copies(
    comparison: &mut Comparison<'_>,
    old: &[Event<'_>],
    new: &[Event<'_>],
) -> Result<Matches, String> {
    let mut matches: Matches = vec![None; new.len()];
    for (old_at, event) in old.iter().enumerate() {
        let Event::Copy(old_copy) = event else {
            continue;
        };
        let found = new.iter().enumerate().position(|(new_at, event)| {
            let Event::Copy(new_copy) = event else {
                return false;
            };
            matches.get(new_at).is_some_and(Option::is_none)
                && old_copy.link == new_copy.link
                && comparison.copies(old_copy.action, new_copy.action).is_ok()
        });
        let Some(slot) = found.and_then(|at| matches.get_mut(at)) else {
            return Err(format!("the copy of {}", old_copy.action.source));
        };
        *slot = Some(old_at);
    }
    Ok(matches)
}

/// Every command finds what it reads where it was.
fn compare_sights(
    old: &[Event<'_>],
    new: &[Event<'_>],
    matches: &Matches,
    reads: &[String],
) -> Result<(), String> {
    let mut old_runs = old.iter().enumerate().filter(|(_, event)| is_run(event));
    let new_runs = new.iter().enumerate().filter(|(_, event)| is_run(event));
    for (new_at, _) in new_runs {
        let Some((old_at, _)) = old_runs.next() else {
            return Err("the number of commands".to_owned());
        };
        let came_before: HashSet<usize> = matches
            .iter()
            .take(new_at)
            .filter_map(|matched| *matched)
            .collect();
        let missing = copies(old.get(..old_at).unwrap_or_default())
            .filter(|(at, _)| !came_before.contains(at));
        let missing: Vec<Copy<'_>> = missing.map(|(_, copy)| copy).collect();
        if missing.is_empty() {
            continue;
        }
        if missing.iter().any(|copy| !copy.from_context) {
            return Err("what a command sees of another stage".to_owned());
        }
        let seen = new.get(..new_at).unwrap_or_default();
        for read in reads {
            let file = path::join("/", read);
            let was = missing.iter().filter_map(|copy| lands(copy.action, &file));
            for place in was {
                let is = copies(seen).filter_map(|(_, copy)| lands(copy.action, &file));
                if !is.into_iter().any(|found| found == place) {
                    return Err(format!("where a command finds {read}"));
                }
            }
        }
    }
    Ok(())
}

/// The stage ends with the same files: copies that changed places do not write over each other,
/// and what a new copy brings a later one brings again.
fn compare_ends(new: &[Event<'_>], matches: &Matches) -> Result<(), String> {
    let mut kept: Vec<(usize, Copy<'_>)> = Vec::new();
    for (at, copy) in copies(new) {
        match matches.get(at).copied().flatten() {
            Some(old_at) => kept.push((old_at, copy)),
            None if is_brought_again(copy, new.get(at + 1..).unwrap_or_default()) => {}
            None => return Err(format!("what is copied of {}", copy.action.source)),
        }
    }
    for (at, (old_at, copy)) in kept.iter().enumerate() {
        let overtaken = kept.iter().take(at).filter(|(earlier, _)| earlier > old_at);
        for (_, other) in overtaken {
            if !are_independent(copy.action, other.action) {
                return Err(format!(
                    "which copy of {} comes last",
                    copy.action.destination
                ));
            }
        }
    }
    Ok(())
}

fn is_run(event: &Event<'_>) -> bool {
    matches!(event, Event::Run(_))
}

fn copies<'e, 'b>(events: &'e [Event<'b>]) -> impl Iterator<Item = (usize, Copy<'b>)> + 'e {
    events
        .iter()
        .enumerate()
        .filter_map(|(at, event)| match event {
            Event::Copy(copy) => Some((at, *copy)),
            Event::Run(_) | Event::Other(_) => None,
        })
}

/// Whether a later copy brings the file of a new one to the same place, as the same file.
fn is_brought_again(new: Copy<'_>, later: &[Event<'_>]) -> bool {
    let Some(file) = new.action.source.to_known().filter(|_| new.from_context) else {
        return false;
    };
    if file.contains(['*', '?', '[']) || new.action.unpack {
        return false;
    }
    let place = lands(new.action, file);
    place.is_some()
        && copies(later).any(|(_, copy)| {
            copy.from_context
                && copy.action.mode == new.action.mode
                && copy.action.owner == new.action.owner
                && copy.action.exclude.is_empty()
                && lands(copy.action, file) == place
        })
}

/// Where a copy puts a file of its origin; `None` where it does not copy it, or that cannot be
/// told.
fn lands(copy: &CopyAction, file: &str) -> Option<String> {
    let source = copy.source.to_known()?;
    let destination = copy.destination.to_known()?;
    if !copy.is_local || !copy.include.is_empty() || source.contains(['*', '?', '[']) {
        return None;
    }
    if source == file {
        let is_directory = destination.ends_with('/') || destination.ends_with("/.");
        let name = if is_directory { path::base(file) } else { "" };
        return Some(path::join(destination, name));
    }
    let inside = file
        .strip_prefix(source.trim_end_matches('/'))?
        .strip_prefix('/')?;
    Some(path::join(destination, inside))
}

/// Whether two copies end the same in either order: they write to different places, or the same
/// files to the same places.
fn are_independent(a: &CopyAction, b: &CopyAction) -> bool {
    let (Some(source_a), Some(source_b)) = (a.source.to_known(), b.source.to_known()) else {
        return false;
    };
    let agrees = |dir: &CopyAction, file: &CopyAction, source: &str| {
        let place = lands(file, source);
        place.is_some() && lands(dir, source) == place
    };
    let same_attributes = a.mode == b.mode && a.owner == b.owner && a.from == b.from;
    if same_attributes && (agrees(a, b, source_b) || agrees(b, a, source_a)) {
        return true;
    }
    let (Some(place_a), Some(place_b)) = (lands(a, source_a), lands(b, source_b)) else {
        return false;
    };
    !path::is_within(&place_a, &place_b) && !path::is_within(&place_b, &place_a)
}
