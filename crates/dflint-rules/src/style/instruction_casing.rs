//! Instruction words in another case than most.

use dflint_build::Point;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Dockerfile, Instruction, InstructionName};

use crate::casing::Casing;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct InstructionCasing;

impl Rule for InstructionCasing {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if !cx.reach.covers(Point::Whole) {
            return;
        }
        let majority = majority(cx.dockerfile);
        for instruction in in_stages(cx.dockerfile) {
            let keyword = instruction.keyword.as_str();
            if Casing::of(keyword) == Some(majority) {
                continue;
            }
            findings
                .report(
                    cx.anchor(instruction, instruction.keyword.span()),
                    format!(
                        "write `{}`: most instructions of this file are in {} case",
                        majority.apply(keyword),
                        majority.as_str(),
                    ),
                )
                .fix_or_withhold(fix(instruction, majority));
        }
    }
}

/// The instructions that belong to a stage, `FROM` included.
fn in_stages<'m, 'a>(file: &'m Dockerfile<'a>) -> impl Iterator<Item = &'m Instruction<'a>> {
    let from = |it: &&Instruction| it.name == Some(InstructionName::From);
    let known = file.instructions.iter().skip_while(move |it| !from(it));
    known.filter(|it| it.name.is_some())
}

fn majority(file: &Dockerfile) -> Casing {
    let mut balance = 0_i64;
    for instruction in in_stages(file) {
        match Casing::of(instruction.keyword.as_str()) {
            Some(Casing::Lower) => balance += 1,
            Some(Casing::Upper) => balance -= 1,
            None => {}
        }
    }
    if balance > 0 {
        Casing::Lower
    } else {
        Casing::Upper
    }
}

fn fix(instruction: &Instruction, casing: Casing) -> Result<Fix, &'static str> {
    let keyword = &instruction.keyword;
    if !keyword.is_contiguous() {
        return Err("the instruction word is written on several lines");
    }
    let wanted = casing.apply(keyword.as_str());
    Ok(Fix {
        title: format!("Write `{wanted}`"),
        safety: Safety::Safe,
        keeps: Keeps::Everything,
        edits: vec![Edit::replace(keyword.span(), wanted)],
    })
}
