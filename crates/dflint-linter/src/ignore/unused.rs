//! Ignore comments that leave out nothing, as findings.

use dflint_build::Keeps;
use dflint_fix::{Edit, Fix, Safety};
use dflint_knowledge::pages;
use dflint_parser::Span;
use dflint_rules::Finding;

use super::{Entry, Ignores, Tool};
use crate::selection::{Name, Preset};
use crate::settings::Settings;

impl Ignores<'_> {
    /// One finding for each comment that holds a name which left out nothing. Only what is judged
    /// counts: names of rules that run, and names that nothing answers to; in another tool's
    /// comments only under that tool's preset.
    pub(crate) fn unused_findings(&self, source: &str, settings: &Settings) -> Vec<Finding> {
        let comments = self
            .entries
            .chunk_by(|one, other| one.comment == other.comment);
        comments
            .filter_map(|entries| unused_in(entries, source, settings))
            .collect()
    }
}

fn unused_in(entries: &[Entry], source: &str, settings: &Settings) -> Option<Finding> {
    let is_unused: Vec<bool> = entries
        .iter()
        .map(|entry| !entry.used && is_judged(entry, settings))
        .collect();
    let unused = || {
        let marked = entries.iter().zip(&is_unused);
        marked
            .filter(|(_, unused)| **unused)
            .map(|(entry, _)| entry)
    };
    let (first, last) = (unused().next()?, unused().next_back()?);
    let names: Vec<String> = unused()
        .map(|entry| format!("`{}`", entry.ignore.name))
        .collect();
    let leaves = if names.len() == 1 { "leaves" } else { "leave" };
    let message = format!("{} {leaves} out nothing here", names.join(", "));
    let comment = first.comment;
    let edits = if is_unused.iter().all(|unused| *unused) {
        vec![Edit::delete(whole_lines(source, comment))]
    } else {
        shortened(entries, &is_unused)
    };
    let mut finding = Finding::new(
        &pages::UNUSED_IGNORE,
        first.ignore.span.to(last.ignore.span),
        message,
    );
    finding.fix(Fix {
        title: format!("Ignore {} no more", names.join(", ")),
        safety: Safety::Safe,
        keeps: Keeps::Comments {
            removed: vec![comment.text(source).to_owned()],
        },
        edits,
    });
    Some(finding)
}

/// Whether it is known that nothing of the name is to be left out.
fn is_judged(entry: &Entry, settings: &Settings) -> bool {
    if entry.ignore.tool == Tool::Hadolint && settings.rules.preset() != Preset::Hadolint {
        return false;
    }
    match entry.name {
        None => true,
        // Whether this rule's own findings are left out shows only after it ran.
        Some(Name::Rule(rule)) if rule == pages::UNUSED_IGNORE.name => false,
        Some(name) => settings.rules.runs(name) && !is_unasked(name, settings),
    }
}

/// Whether ShellCheck would have to say it, but is not there.
fn is_unasked(name: Name, settings: &Settings) -> bool {
    let is_its_own = match name {
        Name::Rule(_) | Name::Code(_) => name.concerns(&pages::SHELLCHECK),
        Name::All | Name::Category(_) => false,
    };
    is_its_own && settings.script_judge.is_none()
}

/// The lines that `comment` stands on, indentation and line end included.
fn whole_lines(source: &str, comment: Span) -> Span {
    let before = source.get(..comment.start as usize).unwrap_or_default();
    let indent = before.len() - before.trim_end_matches([' ', '\t']).len();
    let after = source.get(comment.end as usize..).unwrap_or_default();
    let rest = after.find('\n').map_or(after.len(), |at| at + 1);
    Span::new(comment.start - indent as u32, comment.end + rest as u32)
}

/// Takes the unused names out of a list in which others stay, each with the comma that goes.
fn shortened(entries: &[Entry], is_unused: &[bool]) -> Vec<Edit> {
    let mut edits = Vec::new();
    let mut last_seen: Option<Span> = None;
    let mut is_first_kept = true;
    for (index, (entry, unused)) in entries.iter().zip(is_unused).enumerate() {
        let own = entry.ignore.span;
        let next = entries.get(index + 1).map(|entry| entry.ignore.span);
        if !unused {
            is_first_kept = false;
        } else if let (true, Some(next)) = (is_first_kept, next) {
            edits.push(Edit::delete(Span::new(own.start, next.start)));
        } else if let Some(previous) = last_seen {
            edits.push(Edit::delete(Span::new(previous.end, own.end)));
        }
        last_seen = Some(own);
    }
    edits
}
