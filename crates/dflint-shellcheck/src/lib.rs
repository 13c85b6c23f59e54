//! What ShellCheck finds in the scripts of a Dockerfile.
//!
//! Processes are slow, scripts are many: [`ShellCheck::prepare`] takes the scripts of all files of
//! a run and hands them to few processes; what they say is kept, so that judging a file later is a
//! look-up.

mod process;
mod report;
mod script;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use dflint_build::Model;
use dflint_linter::ScriptJudge;
use dflint_rules::Finding;

pub use process::find;
use report::Comment;
use script::Subject;

/// The installed ShellCheck, with what it said so far.
pub struct ShellCheck {
    program: PathBuf,
    known: Mutex<HashMap<String, Arc<[Comment]>>>,
    failure: Mutex<Option<String>>,
}

/// Scripts as ShellCheck gets them, collected from any number of files.
#[derive(Debug, Default)]
pub struct Scripts(Vec<String>);

impl Scripts {
    /// Adds the scripts of a file.
    pub fn add(&mut self, model: &Model<'_>) {
        let subjects = script::subjects(model).into_iter();
        self.0.extend(subjects.map(|subject| subject.text));
    }
}

impl ShellCheck {
    /// The ShellCheck at `program`.
    #[must_use]
    pub fn new(program: PathBuf) -> Self {
        Self {
            program,
            known: Mutex::default(),
            failure: Mutex::default(),
        }
    }

    /// Has ShellCheck read all of `scripts` that it has not read yet.
    pub fn prepare(&self, scripts: Scripts) {
        let mut fresh = scripts.0;
        fresh.sort_unstable();
        fresh.dedup();
        {
            let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
            fresh.retain(|script| !known.contains_key(script));
        }
        let read = match process::read(&self.program, &fresh) {
            Ok(read) => read,
            Err(error) => {
                let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
                failure.get_or_insert(error.to_string());
                return;
            }
        };
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.extend(fresh.into_iter().zip(read));
    }

    /// Why ShellCheck could not be used, where it could not.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        let failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.clone()
    }

    fn comments(&self, subject: &Subject<'_>) -> Option<Arc<[Comment]>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&subject.text).cloned()
    }
}

impl ScriptJudge for ShellCheck {
    fn judge(&self, model: &Model<'_>) -> Vec<Finding> {
        let subjects = script::subjects(model);
        if self.failure().is_none() {
            let texts = subjects.iter().map(|subject| subject.text.clone());
            self.prepare(Scripts(texts.collect()));
        }
        let mut findings = Vec::new();
        for subject in &subjects {
            let comments = self.comments(subject);
            let comments = comments.iter().flat_map(|comments| comments.iter());
            findings.extend(comments.filter_map(|comment| comment.finding(subject)));
        }
        findings
    }
}
