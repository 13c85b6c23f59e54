//! What is known when a command runs: whether it runs at all, which options, directory and
//! exported variables are in force.
//!
//! `trace` finds it out.

mod trace;

pub(crate) use trace::trace;

use crate::command::CommandId;
use crate::shell::Shell;

/// The directory a command runs in, as far as its script says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Directory {
    /// The step's own.
    Unchanged,
    /// This path, below the step's own directory where it is relative. Variables stand in it as
    /// `${NAME}`, and `~` for the home directory.
    Changed(String),
    /// Not to be told (`cd -`, `pushd`, a `cd` in a branch).
    Unknown,
}

/// What is known about one command.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Flow {
    pub(crate) always_runs: bool,
    pub(crate) must_succeed: bool,
    pub(crate) errexit: bool,
    pub(crate) pipefail: bool,
    /// Index of its directory; see [`FlowFacts::directory`].
    pub(crate) directory: u32,
    /// The last export before it; see [`FlowFacts::exported`].
    pub(crate) exports: Option<u32>,
}

/// The flow of every command with what it refers to: directories, and exports as a list that
/// shares its tails.
#[derive(Debug, Default)]
pub(crate) struct FlowFacts {
    flows: Vec<Flow>,
    directories: Vec<Directory>,
    exports: Vec<Export>,
}

#[derive(Debug)]
struct Export {
    before: Option<u32>,
    name: Box<str>,
    /// `None` where it is not static or may not have happened.
    value: Option<Box<str>>,
}

static UNCHANGED: Directory = Directory::Unchanged;
static UNKNOWN: Directory = Directory::Unknown;

/// The place of [`Directory::Unchanged`] and [`Directory::Unknown`] among the directories.
const UNCHANGED_AT: u32 = 0;
const UNKNOWN_AT: u32 = 1;

impl FlowFacts {
    pub(crate) fn of(&self, id: CommandId) -> Flow {
        self.flows.get(id.0 as usize).copied().unwrap_or_default()
    }

    pub(crate) fn directory(&self, index: u32) -> &Directory {
        match index {
            UNCHANGED_AT => &UNCHANGED,
            UNKNOWN_AT => &UNKNOWN,
            other => self.directories.get(other as usize - 2).unwrap_or(&UNKNOWN),
        }
    }

    fn add_directory(&mut self, directory: Directory) -> u32 {
        match directory {
            Directory::Unchanged => UNCHANGED_AT,
            Directory::Unknown => UNKNOWN_AT,
            Directory::Changed(_) => {
                self.directories.push(directory);
                self.directories.len() as u32 + 1
            }
        }
    }

    pub(crate) fn exported(&self, from: Option<u32>, name: &str) -> Option<Option<&str>> {
        let mut at = from;
        while let Some(export) = at.and_then(|index| self.exports.get(index as usize)) {
            if *export.name == *name {
                return Some(export.value.as_deref());
            }
            at = export.before;
        }
        None
    }

    fn export(&mut self, before: Option<u32>, name: &str, value: Option<Box<str>>) -> Option<u32> {
        self.exports.push(Export {
            before,
            name: name.into(),
            value,
        });
        Some(self.exports.len() as u32 - 1)
    }
}

/// What holds when a script begins.
#[derive(Debug, Default)]
pub(crate) struct Start {
    /// Whether the script runs whenever the whole does.
    pub(crate) always_runs: bool,
    /// Whether its failure is the failure of the whole.
    pub(crate) must_succeed: bool,
    pub(crate) errexit: bool,
    pub(crate) pipefail: bool,
    pub(crate) directory: Option<Directory>,
    /// Exports in order.
    pub(crate) exports: Vec<(Box<str>, Option<Box<str>>)>,
}

impl Start {
    /// The start of a script that a step runs.
    pub(crate) fn of_step(shell: &Shell) -> Self {
        Self {
            always_runs: true,
            must_succeed: true,
            errexit: shell.errexit,
            pipefail: shell.pipefail,
            ..Self::default()
        }
    }

    /// The start of the script that command `id` hands to `shell`.
    pub(crate) fn nested(id: CommandId, facts: &FlowFacts, shell: &Shell) -> Self {
        let flow = facts.of(id);
        let mut exports = Vec::new();
        let mut at = flow.exports;
        while let Some(export) = at.and_then(|index| facts.exports.get(index as usize)) {
            exports.push((export.name.clone(), export.value.clone()));
            at = export.before;
        }
        exports.reverse();
        Self {
            always_runs: flow.always_runs,
            must_succeed: flow.must_succeed,
            errexit: shell.errexit,
            pipefail: shell.pipefail,
            directory: Some(facts.directory(flow.directory).clone()),
            exports,
        }
    }
}
