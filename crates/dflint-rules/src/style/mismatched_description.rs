//! Comments above a definition that do not describe it.

use dflint_build::Point;
use dflint_parser::{Command, InstructionName};

use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct MismatchedDescription;

impl Rule for MismatchedDescription {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::From, InstructionName::Arg]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let instruction = site.instruction;
        let names = match &instruction.command {
            Command::From(from) => {
                let name = from.name.as_ref();
                name.map(|name| name.as_str().to_lowercase())
                    .into_iter()
                    .collect()
            }
            Command::Arg(arguments) => {
                let names = arguments
                    .iter()
                    .map(|argument| argument.key.as_str().to_owned());
                names.collect::<Vec<_>>()
            }
            _ => return,
        };
        let comments = cx.dockerfile.comments.get(instruction.doc_comments.clone());
        let (Some(last), Some(first)) = (comments.and_then(|all| all.last()), names.first()) else {
            return;
        };
        let word = last.text.split(' ').next().unwrap_or_default();
        let here = Point::Instruction {
            index: site.index,
            read: true,
        };
        if names.iter().any(|name| name == word) || !cx.reach.covers(here) {
            return;
        }
        let example = if names.len() == 1 { first } else { "<name>" };
        findings
            .report(
                cx.anchor(instruction, instruction.keyword.span()),
                format!(
                    "the comment above is no description: begin it with the name, \
                     `# {example} <description>`, or put an empty `#` line between",
                ),
            )
            .related(last.span, "this comment");
    }
}
