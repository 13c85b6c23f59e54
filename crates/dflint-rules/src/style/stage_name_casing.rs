//! `FROM … AS Name`.

use dflint_build::Point;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{InstructionName, Text};

use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct StageNameCasing;

impl Rule for StageNameCasing {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::From]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        // BuildKit looks at the words before it knows that they make a valid FROM.
        let [_, _, name] = site.instruction.args.as_slice() else {
            return;
        };
        let here = Point::Instruction {
            index: site.index,
            read: false,
        };
        let lower = name.as_str().to_lowercase();
        if lower == name.as_str() || !cx.reach.covers(here) {
            return;
        }
        findings
            .report(
                cx.anchor(site.instruction, name.span()),
                format!(
                    "write the stage name `{}` in lower case, as BuildKit reads it",
                    name.as_str()
                ),
            )
            .fix_or_withhold(fix(name, lower));
    }
}

fn fix(name: &Text, lower: String) -> Result<Fix, &'static str> {
    if !name.is_contiguous() {
        return Err("the name is written on several lines");
    }
    Ok(Fix {
        title: "Write the stage name in lower case".to_owned(),
        safety: Safety::Safe,
        keeps: Keeps::Everything,
        edits: vec![Edit::replace(name.span(), lower)],
    })
}
