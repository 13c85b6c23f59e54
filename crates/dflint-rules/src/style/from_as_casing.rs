//! `FROM … as name`.

use dflint_build::Point;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{InstructionName, Text};

use crate::casing::Casing;
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct FromAsCasing;

impl Rule for FromAsCasing {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::From]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        // BuildKit looks at the words before it knows that they make a valid FROM.
        let [_, keyword, _, ..] = site.instruction.args.as_slice() else {
            return;
        };
        let here = Point::Instruction {
            index: site.index,
            read: false,
        };
        let from = site.instruction.keyword.as_str();
        let Some(casing) = Casing::of(from) else {
            return;
        };
        let wanted = casing.apply(keyword.as_str());
        if wanted == keyword.as_str() || !cx.reach.covers(here) {
            return;
        }
        findings
            .report(
                cx.anchor(site.instruction, keyword.span()),
                format!("write `{wanted}`, in the same case as `{from}`"),
            )
            .fix_or_withhold(fix(keyword, wanted));
    }
}

fn fix(keyword: &Text, wanted: String) -> Result<Fix, &'static str> {
    if !keyword.is_contiguous() {
        return Err("the keyword is written on several lines");
    }
    Ok(Fix {
        title: format!("Write `{wanted}`"),
        safety: Safety::Safe,
        keeps: Keeps::Everything,
        edits: vec![Edit::replace(keyword.span(), wanted)],
    })
}
