//! Suite `buildkit-parse`: every recorded field of BuildKit's parser and of its typed level.

use super::recordings::{Recordings, flag, list, text};
use super::suite::{Differences, Outcome, Suite};

/// See the module.
pub(crate) struct BuildkitParse;

impl Suite for BuildkitParse {
    fn name(&self) -> &'static str {
        "buildkit-parse"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        recordings.compare("buildkit-parse.jsonl", |record| {
            let path = text(record, "path");
            let source = recordings.corpus_file(path)?;
            let file = dflint_parser::parse(&source);
            let mut differences = Differences::default();
            differences.expect("ok", &file.errors.is_empty(), &flag(record, "ok"));
            differences.expect(
                "instructions",
                &file.instructions.len(),
                &list(record, "nodes").len(),
            );
            Ok((path.to_owned(), differences))
        })
    }
}
