//! `MAINTAINER`, which a label replaces.

use dflint_build::Point;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Dockerfile, Instruction, InstructionName};

use crate::lines::holds_comment;
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct MaintainerDeprecated;

impl Rule for MaintainerDeprecated {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Maintainer]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let here = Point::Instruction {
            index: site.index,
            read: false,
        };
        if !cx.reach.covers(here) {
            return;
        }
        findings
            .report(
                cx.anchor(site.instruction, site.instruction.keyword.span()),
                "MAINTAINER is deprecated, use the label org.opencontainers.image.authors",
            )
            .fix_or_withhold(fix(cx.dockerfile, site.instruction));
    }
}

fn fix(file: &Dockerfile, instruction: &Instruction) -> Result<Fix, &'static str> {
    let Command::Maintainer(name) = &instruction.command else {
        return Err("the instruction names nobody");
    };
    let span = instruction.span;
    if holds_comment(file, instruction) {
        return Err("a comment inside the instruction would be lost");
    }
    let escape = file.directives.escape;
    let mut label = String::from("LABEL org.opencontainers.image.authors=\"");
    for c in name.as_str().chars() {
        if c == '"' || c == '$' || c == escape {
            label.push(escape);
        }
        label.push(c);
    }
    label.push('"');
    Ok(Fix {
        title: "Replace MAINTAINER by the authors label".to_owned(),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::replace(span, label)],
    })
}
