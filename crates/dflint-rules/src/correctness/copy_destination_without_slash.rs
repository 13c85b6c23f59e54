//! `COPY a b dir`.

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, InstructionName, Text};

use crate::written::unquoted;
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct CopyDestinationWithoutSlash;

impl Rule for CopyDestinationWithoutSlash {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Copy]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Command::Copy(copy) = &site.instruction.command else {
            return;
        };
        let destination = unquoted(copy.destination.as_str());
        let is_clear = destination.ends_with('/')
            || cx.dialect == Dialect::Dflint
                && (matches!(destination, "." | "..") || destination.contains('$'));
        if copy.sources.len() < 2 || is_clear {
            return;
        }
        findings
            .report(
                cx.anchor(site.instruction, copy.destination.span()),
                "several sources need a directory: end the destination with `/`",
            )
            .fix_or_withhold(fix(&copy.destination));
    }
}

fn fix(destination: &Text) -> Result<Fix, &'static str> {
    if !destination.is_contiguous() || destination.as_str().contains(['$', '"', '\'', '\\']) {
        return Err("the destination is not written plainly");
    }
    // `.` is a directory; whether another destination is one depends on what is there.
    let (safety, keeps) = match destination.as_str() {
        "." => (Safety::Safe, Keeps::Everything),
        _ => (Safety::Unsafe, Keeps::Nothing),
    };
    Ok(Fix {
        title: "End the destination with a slash".to_owned(),
        safety,
        keeps,
        edits: vec![Edit::insert(destination.span().end, "/")],
    })
}
