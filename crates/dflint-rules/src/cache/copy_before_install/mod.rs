//! Source code copied in front of an installation that reads only a few files.

mod bystander;
mod context_copy;
mod install;
mod outputs;
mod own_project;
mod plan;
mod stops;

use dflint_build::packages::{UnknownProject, caches};
use dflint_build::path::join;
use dflint_build::{Action, Base, Stage, Step};
use dflint_knowledge::package_manager::{ByHand, Stop};
use dflint_parser::MountKind;

use crate::place::{below, is_within};
use crate::sent_files::sent_files;
use crate::{Context, Findings, Rule};

use context_copy::ContextCopy;
use install::{Install, Needs};

/// How many stages below a stage are searched for an installation that came earlier.
const MAX_STAGES_BELOW: usize = 32;

/// How many installations of a stage are held against the copies in front of them.
const MAX_JUDGED: usize = 200;

/// See the page.
pub(crate) struct CopyBeforeInstall;

impl Rule for CopyBeforeInstall {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for stage in cx.model.stages() {
            check_stage(cx, stage, findings);
        }
    }
}

/// An installation that comes too late.
struct Late<'m> {
    /// The copies of source code in front of it, in order; never empty.
    copies: Vec<ContextCopy<'m>>,
    install: Install<'m>,
}

/// Reports one installation for each group of copies: the next one shows when it is in order.
fn check_stage(cx: &Context, stage: &Stage, findings: &mut Findings) {
    let mut copies: Vec<ContextCopy> = Vec::new();
    let mut earlier: Vec<Install> = Vec::new();
    let mut judged = 0;
    for (at, step) in own_steps(stage) {
        let copy = ContextCopy::new(at, step);
        copies.extend(copy.filter(|copy| copy.brings_source(cx.build_context)));
        for install in installs(cx, at, step) {
            let concerned = |copy: &&ContextCopy| concerns(**copy, &install);
            let concerned: Vec<ContextCopy> = copies.iter().filter(concerned).copied().collect();
            if concerned.is_empty() {
                earlier.push(install);
                continue;
            }
            let repeats = |other: &Install| install.repeats(other);
            if earlier.iter().any(repeats) || is_installed_below(cx, stage, repeats) {
                continue;
            }
            let by_hand = install.order.by_hand.as_ref();
            if by_hand.is_some_and(|it| keeps_its_work(step, &install, it)) {
                continue;
            }
            judged += 1;
            if judged > MAX_JUDGED {
                return;
            }
            if let Some(late) = late(cx, stage, concerned, install) {
                report(cx, stage, &late, findings);
                copies.clear();
                break;
            }
        }
        let place = (stage, at, step);
        if own_project::check(cx, place, &copies, &earlier, findings) {
            copies.clear();
        }
    }
}

/// The stage's own steps, with their positions.
fn own_steps<'m, 'a>(stage: &'m Stage<'a>) -> impl Iterator<Item = (usize, &'m Step<'a>)> {
    stage.steps.iter().enumerate().skip(stage.first_own_step)
}

/// The installations of a step.
fn installs<'m>(cx: &Context<'m, '_>, at: usize, step: &Step<'_>) -> Vec<Install<'m>> {
    let commands = cx.run_commands(step).iter();
    commands
        .filter_map(|command| Install::of(at, step, command))
        .collect()
}

/// Whether a cache mount keeps what the command fetches and compiles.
fn keeps_its_work(step: &Step, install: &Install, by_hand: &ByHand) -> bool {
    let Action::Run(run) = &step.action else {
        return false;
    };
    let used = caches(install.call, &step.state.site(&UnknownProject)).places;
    let is_despite = |target: &str| {
        used.iter().any(|(cache, place)| {
            let place = place.as_ref().ok();
            by_hand.despite.contains(&cache.name)
                && place.is_some_and(|place| is_within(&place.target, target))
        })
    };
    let mut mounts = run.mounts.iter();
    mounts.any(|mount| {
        let target = mount.target.as_ref().and_then(|target| target.to_known());
        mount.kind == MountKind::Cache && !target.is_some_and(is_despite)
    })
}

/// Whether a stage below has an installation that `is_it` accepts.
fn is_installed_below(cx: &Context, stage: &Stage, is_it: impl Fn(&Install) -> bool) -> bool {
    let mut base = &stage.base;
    for _ in 0..MAX_STAGES_BELOW {
        let Base::Stage(id) = base else {
            return false;
        };
        let Some(below) = cx.model.stage(*id) else {
            return false;
        };
        let mut steps = own_steps(below);
        if steps.any(|(at, step)| installs(cx, at, step).iter().any(&is_it)) {
            return true;
        }
        base = &below.base;
    }
    false
}

/// The installation that comes after `copies` of source code, where what it needs could have been
/// copied without them.
fn late<'m>(
    cx: &Context,
    stage: &Stage,
    copies: Vec<ContextCopy<'m>>,
    install: Install<'m>,
) -> Option<Late<'m>> {
    let is_there = is_there(cx, stage, &install);
    let late = Late { copies, install };
    let is_needless = plan::is_needless(cx, stage, &late);
    (is_there && !is_needless && !may_be_meant(cx, stage, &late)).then_some(late)
}

/// Whether the context holds what the installation needs. A file that is not there is made by a
/// step, perhaps from the source.
fn is_there(cx: &Context, stage: &Stage, install: &Install) -> bool {
    let Some(context) = cx.build_context else {
        return true;
    };
    let comes = |file: &str| {
        let mut all = all_context_copies(stage, install.at);
        all.any(|copy| {
            let found = copy.brings_to(file, cx.build_context);
            found.is_some_and(|path| sent_files(context, &path).next().is_some())
        })
    };
    match (&install.needs, &install.directory) {
        (Needs::Files(files), _) => files.iter().all(|file| comes(file)),
        (Needs::OneOf(patterns), Some(directory)) => patterns
            .iter()
            .any(|pattern| comes(&join(directory, pattern))),
        (Needs::OneOf(_), None) | (Needs::Unknown, _) => true,
    }
}

/// Whether the folders may be there because the manifests name them, which only the build context
/// could show: whoever copied the manifests alone has thought about the order.
fn may_be_meant(cx: &Context, stage: &Stage, late: &Late) -> bool {
    let names_folders = [
        Stop::LocalReplace,
        Stop::Workspaces,
        Stop::LocalDependencies,
    ];
    let stops = late.install.order.stops;
    let whole = late
        .copies
        .iter()
        .any(|copy| copy.sources().any(|source| source == "/"));
    let needs_none = matches!(&late.install.needs, Needs::Files(files) if files.is_empty());
    cx.build_context.is_none()
        && late.install.order.two_step.is_none()
        && names_folders.iter().any(|stop| stops.contains(stop))
        && !whole
        && !needs_none
        && missing_manifests(cx, stage, late).is_empty()
}

/// The copies from the context in front of the step at `end`.
fn all_context_copies<'m>(
    stage: &'m Stage<'_>,
    end: usize,
) -> impl Iterator<Item = ContextCopy<'m>> {
    let steps = own_steps(stage).take_while(move |(at, _)| *at < end);
    steps.filter_map(|(at, step)| ContextCopy::new(at, step))
}

/// Whether the copy writes where the installation works or reads.
fn concerns(copy: ContextCopy, install: &Install) -> bool {
    let place = copy.destination().trim_end_matches('/');
    if place.is_empty() {
        // All of the image, or a place that is not known.
        return copy.sources().any(|source| source == "/");
    }
    let inside = |path: &str| path == place || below(path, place).is_some();
    let around = |path: &str| below(place, path).is_some();
    let in_directory = install
        .directory
        .as_deref()
        .is_none_or(|directory| inside(directory) || around(directory));
    let Needs::Files(files) = &install.needs else {
        return in_directory;
    };
    in_directory || files.iter().any(|file| inside(file))
}

fn report(cx: &Context, stage: &Stage, late: &Late, findings: &mut Findings) {
    let Some((first, rest)) = late.copies.split_first() else {
        return;
    };
    let written = |copy: &ContextCopy| stage.steps.get(copy.at).map(|step| step.instruction);
    let Some(instruction) = written(first) else {
        return;
    };
    let name = late.install.name();
    let finding = findings.report(
        cx.anchor(instruction, instruction.span),
        format!(
            "every change of the source runs `{name}` again: {}{}",
            advice(cx, stage, late),
            warning(cx, late),
        ),
    );
    finding.related(
        late.install.call.command.span(),
        "installs after the source arrived",
    );
    for other in rest.iter().filter_map(written) {
        finding.related(other.span, "source that comes too early as well");
    }
    finding.fix_or_withhold(plan::plan(cx, stage, late));
}

/// What to do about it.
fn advice(cx: &Context, stage: &Stage, late: &Late) -> String {
    if let Some(by_hand) = &late.install.order.by_hand {
        return by_hand.advice.to_owned();
    }
    let missing = missing_manifests(cx, stage, late);
    let two_step = late.install.order.two_step.as_ref();
    let flags = two_step
        .map(|two| two.first_flags.join(" "))
        .filter(|flags| !flags.is_empty());
    let install = match flags {
        Some(flags) => format!("install the dependencies with `{flags}`"),
        None => "install".to_owned(),
    };
    if missing.is_empty() {
        return format!("{install} first, copy the source after it");
    }
    format!(
        "copy {} first, {install}, then copy the source",
        listed(&missing)
    )
}

/// What to keep out of the context, once the source comes after the installation.
fn warning(cx: &Context, late: &Late) -> String {
    let Some(context) = cx
        .build_context
        .filter(|_| late.install.order.by_hand.is_none())
    else {
        return String::new();
    };
    let exposed = outputs::exposed(context, &late.copies, &late.install);
    let names: Vec<String> = exposed.iter().map(|it| it.name.to_owned()).collect();
    match names.is_empty() {
        true => String::new(),
        false => format!(
            ", and list {} in `.dockerignore`, so that what was installed outside is not copied \
             over it",
            listed(&names)
        ),
    }
}

/// The names of the manifests that only the copies of source code bring.
fn missing_manifests(cx: &Context, stage: &Stage, late: &Late) -> Vec<String> {
    let narrow: Vec<ContextCopy> = all_context_copies(stage, late.install.at)
        .filter(|copy| late.copies.iter().all(|late| late.at != copy.at))
        .collect();
    let is_there = |file: &str| {
        narrow
            .iter()
            .any(|copy| copy.brings_to(file, cx.build_context).is_some())
    };
    match &late.install.needs {
        Needs::Files(files) => {
            let missing = files.iter().filter(|file| !is_there(file));
            missing
                .map(|file| shown(file, late.install.directory.as_deref()))
                .collect()
        }
        Needs::OneOf(names) => names
            .first()
            .map(|name| (*name).to_owned())
            .into_iter()
            .collect(),
        Needs::Unknown => vec![],
    }
}

/// A file of the image, seen from the directory of the installation.
fn shown(file: &str, directory: Option<&str>) -> String {
    let inside = directory.and_then(|directory| below(file, directory));
    inside.unwrap_or(file).to_owned()
}

/// "`a`, `b` and `c`".
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}
