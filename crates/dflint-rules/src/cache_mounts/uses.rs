//! Who else in a file uses the directory of a cache.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use dflint_build::packages::{Site, UnknownProject, invocation};
use dflint_build::{Action, Base, CopySource, Model, Origin, StageId, Step, Value};
use dflint_knowledge::package_manager::{Action as PackageAction, runtime_paths};
use dflint_parser::{Command, MountKind};
use dflint_shell::SimpleCommand;

use super::run::Run;
use super::well_known::is_unknown;
use crate::container::is_start;
use crate::place::is_within;

/// Who uses which directory; looked up once for each directory.
pub(super) struct Uses<'m, 'a> {
    model: &'m Model<'a>,
    known: RefCell<HashMap<String, Rc<[Use]>>>,
    index_readers: OnceCell<Marks>,
    /// By the name of a cache, the steps that mount it: position in the file and line.
    mounted: OnceCell<HashMap<String, Vec<(usize, u32)>>>,
}

/// How many directories are looked up in a file; more than any Dockerfile's caches have.
const MAX_DIRECTORIES: usize = 200;

/// For each stage, something about its steps and something about the stages that stand on it.
pub(super) struct Marks {
    /// The steps that are marked: stage, position in the file, line; in file order.
    steps: Vec<(StageId, usize, u32)>,
    /// By stage: the line of the first marked step of a stage that stands on it.
    above: Vec<Option<u32>>,
}

impl Marks {
    /// `steps` in file order.
    pub(super) fn new(model: &Model<'_>, steps: Vec<(StageId, usize, u32)>) -> Self {
        let mut first: Vec<Option<u32>> = vec![None; model.stages().len()];
        for (stage, _, line) in steps.iter().rev() {
            if let Some(first) = first.get_mut(stage.0) {
                *first = Some(*line);
            }
        }
        // A stage stands on an earlier one, so what stands on a stage is known before it is asked.
        let mut above: Vec<Option<u32>> = vec![None; first.len()];
        for stage in model.stages().iter().rev() {
            let Base::Stage(base) = stage.base else {
                continue;
            };
            let own = first.get(stage.id.0).copied().flatten();
            let others = above.get(stage.id.0).copied().flatten();
            if let Some(slot) = above.get_mut(base.0) {
                let lines = [own, others, *slot];
                *slot = lines.into_iter().flatten().min();
            }
        }
        Self { steps, above }
    }

    /// The line of the first marked step behind position `index` of `stage`, or in a stage that
    /// stands on it.
    pub(super) fn after(&self, stage: StageId, index: usize) -> Option<u32> {
        self.from(stage, index.saturating_add(1))
    }

    /// The same, with the step itself.
    pub(super) fn from(&self, stage: StageId, index: usize) -> Option<u32> {
        let at = self
            .steps
            .partition_point(|(other, position, _)| (*other, *position) < (stage, index));
        let own = self.steps.get(at).filter(|(other, _, _)| *other == stage);
        let above = || self.above.get(stage.0).copied().flatten();
        own.map(|(_, _, line)| *line).or_else(above)
    }
}

/// One user of a directory.
#[derive(Debug, Clone, Copy)]
pub(super) struct Use {
    /// The line of the instruction, counted from 1.
    line: u32,
    stage: StageId,
    /// Position of the instruction in the file.
    index: usize,
    kind: UseKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UseKind {
    /// `COPY` or `ADD` puts files there.
    CopiesInto,
    /// `COPY --from` or a bind mount takes files from there.
    TakesFrom,
    /// A command names it.
    Names,
}

impl<'m, 'a> Uses<'m, 'a> {
    pub(super) fn new(model: &'m Model<'a>) -> Self {
        Self {
            model,
            known: RefCell::default(),
            index_readers: OnceCell::new(),
            mounted: OnceCell::new(),
        }
    }

    /// The line of another step than `run` that mounts the cache called `id`.
    pub(super) fn also_mounted_in(&self, run: &Run<'_, '_>, id: &str) -> Option<u32> {
        let mounted = self.mounted.get_or_init(|| mounted_in(self.model));
        let mut steps = mounted.get(id)?.iter();
        let other = steps.find(|(index, _)| *index != run.step.index);
        other.map(|(_, line)| *line)
    }

    /// Everything in the file that uses `path` or what is below it; `None` where the file asks
    /// for too many directories to look them all up.
    pub(super) fn of(&self, path: &str) -> Option<Rc<[Use]>> {
        let mut known = self.known.borrow_mut();
        if let Some(users) = known.get(path) {
            return Some(Rc::clone(users));
        }
        if known.len() >= MAX_DIRECTORIES {
            return None;
        }
        let users: Rc<[Use]> = self.find(path).into();
        known.insert(path.to_owned(), Rc::clone(&users));
        Some(users)
    }

    /// Whether a step after `run` may need the package index that `run` leaves in its layer.
    pub(super) fn index_is_read_after(&self, run: &Run<'_, '_>) -> bool {
        let readers = self.index_readers.get_or_init(|| {
            let mut readers = Vec::new();
            for (stage, step) in self.model.steps() {
                let line = step.instruction.start_line;
                if may_read_index(step) {
                    readers.push((stage.id, step.index, line));
                }
                if starts_with_index(step) {
                    readers.push((stage.id, usize::MAX, line));
                }
                // What another stage takes, it takes when the stage is done.
                if let Some(from) = index_taken_from(step) {
                    readers.push((from, usize::MAX, line));
                }
            }
            readers.sort_unstable();
            Marks::new(self.model, readers)
        });
        readers.after(run.stage.id, run.step.index).is_some()
    }

    fn find(&self, path: &str) -> Vec<Use> {
        let mut users = Vec::new();
        for (stage, step) in self.model.steps() {
            if let Some(kind) = kind_of_use(step, path) {
                users.push(Use {
                    line: step.instruction.start_line,
                    stage: stage.id,
                    index: step.index,
                    kind,
                });
            }
        }
        users
    }
}

/// The steps that mount each cache.
fn mounted_in(model: &Model<'_>) -> HashMap<String, Vec<(usize, u32)>> {
    let mut mounted: HashMap<String, Vec<(usize, u32)>> = HashMap::new();
    for (_, step) in model.steps() {
        let Action::Run(run) = &step.action else {
            continue;
        };
        let ids = run.mounts.iter().filter(|it| it.kind == MountKind::Cache);
        for id in ids.filter_map(|mount| mount.id.as_ref()) {
            let steps = mounted.entry(id.as_str().to_owned()).or_default();
            steps.push((step.index, step.instruction.start_line));
        }
    }
    mounted
}

impl Use {
    /// Whether it matters to a mount of that directory in `run`.
    pub(super) fn concerns(&self, run: &Run<'_, '_>) -> bool {
        match self.kind {
            UseKind::TakesFrom => true,
            UseKind::CopiesInto => self.stage != run.stage.id || self.index < run.step.index,
            UseKind::Names => self.index != run.step.index,
        }
    }

    /// For messages.
    pub(super) fn describe(&self) -> String {
        format!("line {}", self.line)
    }
}

fn kind_of_use(step: &Step<'_>, path: &str) -> Option<UseKind> {
    let known = |value: &Value| value.to_known().map(str::to_owned);
    match &step.action {
        Action::Copy(copy) => {
            if known(&copy.destination).is_some_and(|to| is_within(to.trim_end_matches('/'), path))
            {
                return Some(UseKind::CopiesInto);
            }
            let is_from_image = copy.from != Origin::Context;
            let mut sources = copy.sources.iter();
            let takes = sources.any(|source| match source {
                CopySource::Path { path: from, .. } => {
                    known(from).is_some_and(|from| is_or_holds(&from, path))
                }
                _ => false,
            });
            (is_from_image && takes).then_some(UseKind::TakesFrom)
        }
        Action::Run(run) => {
            let mut mounts = run.mounts.iter();
            let binds = mounts.any(|mount| {
                matches!(mount.from, Origin::Stage(_))
                    && known(&mount.source).is_some_and(|source| is_or_holds(&source, path))
            });
            if binds {
                return Some(UseKind::TakesFrom);
            }
            names(step, path).then_some(UseKind::Names)
        }
        _ => {
            let executes = matches!(
                step.instruction.command,
                Command::Cmd(_) | Command::Entrypoint(_) | Command::Healthcheck(_)
            );
            (executes && names(step, path)).then_some(UseKind::Names)
        }
    }
}

/// Whether `source` is `path`, below it, or the directory that holds it. One that also holds what
/// was installed is asked for because of that.
fn is_or_holds(source: &str, path: &str) -> bool {
    let source = source.trim_end_matches('/');
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    let holds_installed = || runtime_paths().iter().any(|runtime| runtime.path == parent);
    is_within(source, path) || (!parent.is_empty() && source == parent && !holds_installed())
}

/// Whether a command names `path`, other than to remove or to make it.
fn names(step: &Step<'_>, path: &str) -> bool {
    let Some(script) = step
        .script()
        .filter(|script| script.as_str().contains(path))
    else {
        return false;
    };
    let mut commands = script
        .commands()
        .filter(|command| !matches!(command.name(), Some("rm" | "mkdir")));
    commands.any(|command| {
        let mut words = command.args();
        words.any(|word| {
            let text = word.render();
            let named = text
                .rsplit_once('=')
                .map_or(text.as_str(), |(_, path)| path);
            is_within(named, path)
        })
    })
}

/// Whether a RUN reads apt's package index without fetching it itself, or runs what cannot be
/// looked into.
fn may_read_index(step: &Step<'_>) -> bool {
    if let Command::Onbuild(trigger) = &step.instruction.command {
        return matches!(trigger.command, Command::Run(_));
    }
    let Some(script) = step
        .script()
        .filter(|_| matches!(step.action, Action::Run(_)))
    else {
        return false;
    };
    let is_apt = |command: &SimpleCommand<'_>| {
        matches!(command.name(), Some("apt-get" | "apt" | "aptitude"))
    };
    let updates = script.commands().any(|command| {
        let mut words = command.args();
        is_apt(&command) && words.any(|word| word.literal() == Some("update"))
    });
    let site = step.state.site(&UnknownProject);
    !updates && script.commands().any(|command| reads_index(command, &site))
}

fn reads_index(command: SimpleCommand<'_>, site: &Site<'_>) -> bool {
    if let Some(call) = invocation(command, site) {
        let is_read = matches!(
            call.action(),
            PackageAction::Install | PackageAction::Upgrade | PackageAction::Download
        );
        return call.manager.name == "apt" && is_read;
    }
    is_unknown(command)
}

/// Whether the container looks packages up that no step fetched an index for.
fn starts_with_index(step: &Step<'_>) -> bool {
    let Some(script) = step
        .script()
        .filter(|_| is_start(&step.instruction.command))
    else {
        return false;
    };
    let site = step.state.site(&UnknownProject);
    script.commands().any(|command| {
        let looks_up = matches!(command.name(), Some("apt-cache" | "apt-file"));
        let installs = || {
            invocation(command, &site).is_some_and(|call| {
                call.manager.name == "apt" && matches!(call.action(), PackageAction::Install)
            })
        };
        looks_up || installs()
    })
}

/// The stages that a `COPY` takes the whole directory of apt's package index from.
fn index_taken_from(step: &Step<'_>) -> Option<StageId> {
    const INDEX: &str = "/var/lib/apt/lists";
    let Action::Copy(copy) = &step.action else {
        return None;
    };
    let Origin::Stage(from) = copy.from else {
        return None;
    };
    let mut sources = copy.sources.iter();
    let takes = sources.any(|source| match source {
        CopySource::Path { path, .. } => path
            .to_known()
            .is_none_or(|path| is_within(INDEX, path.trim_end_matches('/'))),
        _ => false,
    });
    takes.then_some(from)
}
