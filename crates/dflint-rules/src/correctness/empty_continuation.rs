//! Empty lines inside continued instructions.

use dflint_build::Point;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::EmptyContinuation as Found;

use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct EmptyContinuation;

impl Rule for EmptyContinuation {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if !cx.reach.covers(Point::Lines) {
            return;
        }
        let file = cx.dockerfile;
        for found in &file.empty_continuations {
            let Some(first) = found.lines.first() else {
                continue;
            };
            let span = match cx.dialect {
                Dialect::Buildkit => file.lines.span(file.source, found.reported_line),
                Dialect::Dflint | Dialect::Hadolint => *first,
            };
            findings
                .report(
                    span,
                    "remove the empty line inside this instruction, BuildKit will refuse it one day",
                )
                .fix(fix(found));
        }
    }
}

fn fix(found: &Found) -> Fix {
    Fix {
        title: "Remove the empty lines inside the instruction".to_owned(),
        safety: Safety::Safe,
        keeps: Keeps::Everything,
        edits: found.lines.iter().copied().map(Edit::delete).collect(),
    }
}
