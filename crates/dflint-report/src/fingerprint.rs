//! Names for findings that survive edits elsewhere in the file.

use std::collections::HashMap;

use dflint_linter::Finding;

use crate::model::{FileReport, Lines};

/// Gives each finding of a file a name made of the rule, the text of its line and, where that
/// repeats, a counter; never of the line's number, which changes when lines are put before it.
pub(crate) struct Fingerprints<'a> {
    file: &'a FileReport,
    /// By line and rule: a long line with many findings is read once for each rule.
    hashes: HashMap<(u32, &'static str), u64>,
    seen: HashMap<u64, u32>,
}

impl<'a> Fingerprints<'a> {
    pub(crate) fn new(file: &'a FileReport) -> Self {
        Self {
            file,
            hashes: HashMap::new(),
            seen: HashMap::new(),
        }
    }

    /// The name of `finding`, the file having these `lines`; ask once for each, in the file's order.
    pub(crate) fn next(&mut self, finding: &Finding, lines: &Lines<'_>) -> String {
        let (number, line) = lines.line_at(finding.span.start);
        let rule = finding.rule.name;
        let hash = *self.hashes.entry((number, rule)).or_insert_with(|| {
            let parts = [self.file.path.as_str(), rule, line.trim()];
            parts.iter().fold(OFFSET, |hash, part| mix(hash, part))
        });
        let count = self.seen.entry(hash).or_insert(0);
        *count += 1;
        format!("{hash:016x}:{count}")
    }
}

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0100_0000_01b3;

/// FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv/>): the names must be the same with every
/// build of dflint, which the standard library's hashes do not promise.
fn mix(hash: u64, part: &str) -> u64 {
    part.bytes().chain([0]).fold(hash, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(PRIME)
    })
}
