//! What BuildKit refuses after it has read the file.

use std::collections::HashSet;

use dflint_parser::Command;

use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct BuildError;

impl Rule for BuildError {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let invalid = cx.dockerfile.instructions.iter().filter(|it| {
            // What cannot be read is reported as a syntax error.
            matches!(it.command, Command::Invalid)
        });
        let invalid: HashSet<u32> = invalid.map(|it| it.start_line).collect();
        let mut reported = HashSet::new();
        for error in cx.model.errors() {
            // A trigger fails once in every stage that it runs in.
            let is_new = reported.insert((error.span, error.kind.to_string()));
            if is_new && !invalid.contains(&error.line) {
                findings.report(error.span, error.kind.to_string());
            }
        }
    }
}
