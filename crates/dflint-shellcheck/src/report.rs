//! What ShellCheck says, and what that means in the Dockerfile.

use dflint_build::Keeps;
use dflint_fix::{Edit, Fix, Safety};
use dflint_knowledge::{Severity, pages};
use dflint_parser::Span;
use dflint_rules::Finding;
use serde::Deserialize;

use crate::script::Subject;

/// ShellCheck's `json1` format.
#[derive(Debug, Deserialize)]
pub(crate) struct Output {
    pub(crate) comments: Vec<Comment>,
}

/// One finding. Lines and columns count from 1, in characters, a tab being one.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Comment {
    pub(crate) file: String,
    line: usize,
    end_line: usize,
    column: usize,
    end_column: usize,
    level: String,
    code: u32,
    message: String,
    fix: Option<Repair>,
}

#[derive(Debug, Deserialize)]
struct Repair {
    replacements: Vec<Replacement>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    line: usize,
    end_line: usize,
    column: usize,
    end_column: usize,
    insertion_point: String,
    replacement: String,
}

impl Comment {
    /// The finding in the Dockerfile; `None` where it stands in nothing that the Dockerfile holds.
    pub(crate) fn finding(&self, subject: &Subject<'_>) -> Option<Finding> {
        let start = subject.offset(self.line, self.column)?;
        let end = subject.offset(self.end_line, self.end_column)?;
        let span = subject.script.span_of(start..end.max(start));
        let message = self.message.trim_end_matches('.');
        let mut finding = Finding::new(&pages::SHELLCHECK, span, message);
        finding
            .severity(self.severity())
            .answers_to(codes(self.code));
        if let Some(repair) = &self.fix {
            let fix = repair.edits(subject).map(|edits| Fix {
                title: format!("Do as ShellCheck suggests (SC{})", self.code),
                safety: Safety::Unsafe,
                keeps: Keeps::Nothing,
                edits,
            });
            finding.fix_or_withhold(fix.ok_or("what to replace is not one piece of the file"));
        }
        Some(finding)
    }

    fn severity(&self) -> Severity {
        match self.level.as_str() {
            "error" => Severity::Error,
            "warning" => Severity::Warning,
            "info" => Severity::Info,
            _ => Severity::Style,
        }
    }
}

/// The code as the page lists it; none where ShellCheck is newer than the page.
fn codes(number: u32) -> &'static [&'static str] {
    let code = format!("SC{number}");
    let codes = pages::SHELLCHECK.codes;
    let at = codes.iter().position(|known| *known == code);
    at.and_then(|at| codes.get(at..=at)).unwrap_or_default()
}

impl Repair {
    /// The edits; `None` where one would touch more of the file than its text.
    fn edits(&self, subject: &Subject<'_>) -> Option<Vec<Edit>> {
        let edits = self.replacements.iter().map(|part| {
            let start = subject.offset(part.line, part.column)?;
            let end = subject.offset(part.end_line, part.end_column)?;
            let span = if start < end {
                subject.piece(start..end)?
            } else if part.insertion_point == "beforeStart" && start > 0 {
                // Behind what stands in front, so that nothing comes between a word and its quote.
                Span::empty(subject.script.span_of(start - 1..start).end)
            } else {
                Span::empty(subject.script.source_offset(start))
            };
            Some(Edit::replace(span, part.replacement.as_str()))
        });
        let mut edits = edits.collect::<Option<Vec<_>>>()?;
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
        let apart = edits
            .windows(2)
            .all(|pair| matches!(pair, [one, other] if one.span.end <= other.span.start && one.span != other.span));
        apart.then_some(edits)
    }
}
