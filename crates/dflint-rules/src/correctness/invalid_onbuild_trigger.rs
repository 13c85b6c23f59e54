//! `ONBUILD FROM`.

use dflint_parser::{InstructionName, Text};

use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct InvalidOnbuildTrigger;

impl Rule for InvalidOnbuildTrigger {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Onbuild]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        // BuildKit refuses it, which is a syntax error.
        if cx.dialect != Dialect::Hadolint {
            return;
        }
        let Some(word) = forbidden(&site.instruction.rest) else {
            return;
        };
        findings.report(
            cx.anchor(site.instruction, word.span()),
            format!("{} cannot be a trigger", word.as_str().to_uppercase()),
        );
    }
}

/// The first word, if no trigger may begin with it.
fn forbidden<'a>(rest: &Text<'a>) -> Option<Text<'a>> {
    let text = rest.as_str();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let word = rest.slice(0..end);
    let name = InstructionName::from_word(word.as_str());
    use InstructionName as Name;
    matches!(name, Some(Name::Onbuild | Name::From | Name::Maintainer)).then_some(word)
}
