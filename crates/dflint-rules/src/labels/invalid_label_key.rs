//! `LABEL com.docker.x=…`.

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{InstructionName, KeyValue};

use crate::label::{key, labels};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct InvalidLabelKey;

/// Names that belong to Docker.
const RESERVED: [&str; 3] = ["com.docker.", "io.docker.", "org.dockerproject."];

impl Rule for InvalidLabelKey {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Label]
    }

    fn sees_onbuild(&self) -> bool {
        true
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        if site.onbuild && cx.dialect == Dialect::Hadolint {
            return;
        }
        let pairs = labels(site.instruction).iter();
        let wrong = pairs.filter_map(|pair| Some((pair, problem(key(pair))?)));
        // hadolint reports an instruction once.
        let most = if cx.dialect == Dialect::Hadolint {
            1
        } else {
            usize::MAX
        };
        for (pair, problem) in wrong.take(most) {
            findings
                .report(
                    cx.anchor(site.instruction, pair.key.span()),
                    format!("the key of this label {problem}"),
                )
                .fix_or_withhold(lower_case(site, pair));
        }
    }
}

/// The fix that writes the key in lower case, where that is all it takes.
fn lower_case(site: &Site, pair: &KeyValue) -> Result<Fix, &'static str> {
    let lower = key(pair).to_ascii_lowercase();
    if problem(&lower).is_some() {
        return Err("which key was meant is not known");
    }
    if site.onbuild || !pair.key.is_contiguous() {
        return Err("the key cannot be replaced here");
    }
    let written = pair.key.as_str();
    Ok(Fix {
        title: format!("Write `{lower}`"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::replace(pair.key.span(), written.to_ascii_lowercase())],
    })
}

/// What is wrong with a key, after Docker's guidelines for label keys.
fn problem(key: &str) -> Option<&'static str> {
    let in_key = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(c);
    let ends = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    if RESERVED.iter().any(|reserved| key.starts_with(reserved)) {
        return Some("begins with a name that belongs to Docker");
    }
    if key.chars().any(|c| !in_key(c)) {
        return Some("may hold only lower case letters, digits, `.`, `_`, `/` and `-`");
    }
    if !key.starts_with(|c: char| c.is_ascii_lowercase()) || !key.ends_with(ends) {
        return Some("begins with a letter, and ends with a letter or digit");
    }
    let repeats = key.contains("..") || key.contains("--");
    repeats.then_some("repeats a `.` or `-`")
}
