//! The ShellChecks of a run: one for each program that configurations name.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use dflint_build::Model;
use dflint_shellcheck::{Scripts, ShellCheck, find};

/// The program where no configuration names one.
const PROGRAM: &str = "shellcheck";

/// ShellCheck by program.
#[derive(Default)]
pub(crate) struct ShellChecks {
    known: Mutex<HashMap<PathBuf, Known>>,
}

#[derive(Default)]
struct Known {
    /// `None` where it is not installed.
    shellcheck: Option<Arc<ShellCheck>>,
    /// Whether somebody wants to hear that it is missing.
    is_asked_for: bool,
    waiting: Scripts,
}

impl ShellChecks {
    /// The ShellCheck called `program`. `is_asked_for`: whether its absence is worth a note.
    pub(crate) fn get(
        &self,
        program: Option<&Path>,
        is_asked_for: bool,
    ) -> Option<Arc<ShellCheck>> {
        let program = program.unwrap_or(Path::new(PROGRAM));
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let known = known.entry(program.to_owned()).or_insert_with(|| Known {
            shellcheck: find(program).map(|program| Arc::new(ShellCheck::new(program))),
            ..Known::default()
        });
        known.is_asked_for |= is_asked_for;
        known.shellcheck.clone()
    }

    /// Keeps the scripts of a file until [`ShellChecks::prepare`].
    pub(crate) fn collect(&self, shellcheck: &Arc<ShellCheck>, model: &Model<'_>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let own = known.values_mut().find(|known| {
            let own = known.shellcheck.as_ref();
            own.is_some_and(|own| Arc::ptr_eq(own, shellcheck))
        });
        if let Some(known) = own {
            known.waiting.add(model);
        }
    }

    /// Has all scripts read that were collected.
    pub(crate) fn prepare(&self) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        for known in known.values_mut() {
            let waiting = std::mem::take(&mut known.waiting);
            if let Some(shellcheck) = &known.shellcheck {
                shellcheck.prepare(waiting);
            }
        }
    }

    /// What went wrong.
    pub(crate) fn notes(&self) -> Vec<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut notes: Vec<String> = known
            .iter()
            .filter_map(|(program, known)| {
                let program = program.display();
                match &known.shellcheck {
                    None if known.is_asked_for => Some(format!(
                        "`{program}` is not installed, so scripts are not checked by ShellCheck"
                    )),
                    None => None,
                    Some(shellcheck) => shellcheck.failure().map(|failure| {
                        format!("scripts are not checked by ShellCheck: `{program}`: {failure}")
                    }),
                }
            })
            .collect();
        notes.sort();
        notes
    }
}
