//! Suite `hadolint-shellcheck`: hadolint's cases about ShellCheck, by line.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use dflint_shellcheck::{ShellCheck, find};
use serde_json::Value;

use super::hadolint::{SHELLCHECK, findings, settings};
use super::recordings::{Recordings, list, text};
use super::suite::{Differences, Outcome, Suite};

/// Small cases. They need an installed ShellCheck; which version it is decides on some findings.
pub(crate) struct HadolintShellcheck;

impl Suite for HadolintShellcheck {
    fn name(&self) -> &'static str {
        "hadolint-shellcheck"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        let Some(program) = find(Path::new("shellcheck")) else {
            println!("{}: not run, shellcheck is not installed", self.name());
            return Ok(Outcome::default());
        };
        let shellcheck = Arc::new(ShellCheck::new(program));
        let cases = recordings.each("hadolint-cases.jsonl", |record| {
            if text(record, "rule") != SHELLCHECK {
                return Ok(None);
            }
            let mut settings = settings(None)?;
            settings.script_judge = Some(shellcheck.clone());
            let found = findings(text(record, "dockerfile").as_bytes(), &settings)?;
            let own = found.into_iter().filter(|(code, _)| code.starts_with("SC"));
            let ours: BTreeSet<u64> = own.map(|(_, line)| line).collect();
            let theirs = list(record, "lines").iter().filter_map(Value::as_u64);
            let mut differences = Differences::default();
            differences.expect("lines", &ours, &theirs.collect::<BTreeSet<_>>());
            Ok(Some((text(record, "id").to_owned(), differences)))
        })?;
        Ok(Outcome::of(cases.into_iter().flatten().collect()))
    }
}
