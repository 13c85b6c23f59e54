//! Who else in a file uses the directory of a cache.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use dflint_build::{Action, Base, CopySource, Model, Origin, StageId, Step, Value};
use dflint_parser::Command;
use dflint_shell::SimpleCommand;

use super::run::{Run, is_within};

/// Who uses which directory; looked up once for each directory.
pub(super) struct Uses<'m, 'a> {
    model: &'m Model<'a>,
    known: RefCell<HashMap<String, Rc<[Use]>>>,
    index_readers: OnceCell<Vec<(StageId, usize)>>,
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
        }
    }

    /// Everything in the file that uses `path` or what is below it.
    pub(super) fn of(&self, path: &str) -> impl Iterator<Item = Use> + use<> {
        let known = self.known.borrow().get(path).cloned();
        let users = known.unwrap_or_else(|| {
            let users: Rc<[Use]> = self.find(path).into();
            self.known
                .borrow_mut()
                .insert(path.to_owned(), Rc::clone(&users));
            users
        });
        (0..users.len()).filter_map(move |at| users.get(at).copied())
    }

    /// Whether a step after `run` may need the package index that `run` leaves in its layer.
    pub(super) fn index_is_read_after(&self, run: &Run<'_, '_>) -> bool {
        let readers = self.index_readers.get_or_init(|| {
            let steps = self.model.steps();
            let readers = steps.filter(|(_, step)| may_read_index(step));
            readers
                .map(|(stage, step)| (stage.id, step.index))
                .collect()
        });
        readers.iter().any(|(stage, index)| {
            let is_own = *stage == run.stage.id && *index > run.step.index;
            is_own || self.is_based_on(*stage, run.stage.id)
        })
    }

    /// Whether `stage` stands on `other`, directly or not.
    pub(super) fn is_based_on(&self, stage: StageId, other: StageId) -> bool {
        let mut at = stage;
        while let Some(Base::Stage(base)) = self.model.stage(at).map(|stage| &stage.base) {
            if *base == other {
                return true;
            }
            at = *base;
        }
        false
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

/// Whether `source` is `path`, below it, or the directory that holds it.
fn is_or_holds(source: &str, path: &str) -> bool {
    let source = source.trim_end_matches('/');
    let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
    is_within(source, path) || (!parent.is_empty() && source == parent)
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

/// Whether a RUN installs packages of the system without fetching the index itself, or runs what
/// cannot be looked into.
fn may_read_index(step: &Step<'_>) -> bool {
    let Some(script) = step
        .script()
        .filter(|_| matches!(step.action, Action::Run(_)))
    else {
        return false;
    };
    let is_apt = |command: &SimpleCommand<'_>| {
        matches!(command.name(), Some("apt-get" | "apt" | "aptitude"))
    };
    let has_word = |command: &SimpleCommand<'_>, wanted: &str| {
        command.args().any(|word| word.literal() == Some(wanted))
    };
    let updates = script
        .commands()
        .any(|command| is_apt(&command) && has_word(&command, "update"));
    let reads = script.commands().any(|command| {
        let runs_script = command.name().is_some_and(|name| {
            name.ends_with(".sh") || (matches!(name, "sh" | "bash") && command.nested().is_none())
        });
        runs_script || (is_apt(&command) && has_word(&command, "install"))
    });
    reads && !updates
}
