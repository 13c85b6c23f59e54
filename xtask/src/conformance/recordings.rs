//! The recordings on disk: `DIR/conformance/*.jsonl` and the files they speak of in `DIR/corpus`.

use std::path::{Path, PathBuf};

use anyhow::Context;
use rayon::prelude::*;
use serde_json::Value;

use super::suite::{Differences, Outcome};

/// A folder of recordings.
#[derive(Debug)]
pub(crate) struct Recordings {
    root: PathBuf,
}

impl Recordings {
    /// The recordings under `root`.
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// The file of the corpus that a recording calls `path`, invalid UTF-8 replaced.
    pub(crate) fn corpus_file(&self, path: &str) -> anyhow::Result<String> {
        Ok(String::from_utf8_lossy(&self.corpus_bytes(path)?).into_owned())
    }

    /// The bytes of the file of the corpus that a recording calls `path`.
    pub(crate) fn corpus_bytes(&self, path: &str) -> anyhow::Result<Vec<u8>> {
        let full = self.root.join("corpus").join(path);
        std::fs::read(&full).with_context(|| format!("cannot read {}", full.display()))
    }

    /// Compares every record of `conformance/<file>`, in parallel. `compare` gets the record and
    /// returns what to call it and how dflint differs.
    pub(crate) fn compare(
        &self,
        file: &str,
        compare: impl Fn(&Value) -> anyhow::Result<(String, Differences)> + Sync,
    ) -> anyhow::Result<Outcome> {
        Ok(Outcome::of(self.each(file, compare)?))
    }

    /// What `read` makes of every record of `conformance/<file>`, in parallel, in file order.
    pub(crate) fn each<T: Send>(
        &self,
        file: &str,
        read: impl Fn(&Value) -> anyhow::Result<T> + Sync,
    ) -> anyhow::Result<Vec<T>> {
        let path = self.root.join("conformance").join(file);
        let text = std::fs::read_to_string(&path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
        lines
            .par_iter()
            .map(|line| read(&serde_json::from_str(line).context("a record is not JSON")?))
            .collect()
    }
}

/// The string `key` of `record`; empty when it is absent or null.
pub(crate) fn text<'a>(record: &'a Value, key: &str) -> &'a str {
    record.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// Whether `key` of `record` is true.
pub(crate) fn flag(record: &Value, key: &str) -> bool {
    record.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// The array `key` of `record`; empty when it is absent or null.
pub(crate) fn list<'a>(record: &'a Value, key: &str) -> &'a [Value] {
    record
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}
