//! `EXPOSE 80000`.

use dflint_parser::{Command, InstructionName, Text};

use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct InvalidPort;

/// The largest port.
const LARGEST: u64 = 65_535;

impl Rule for InvalidPort {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Expose]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Command::Expose(words) = &site.instruction.command else {
            return;
        };
        for word in words.iter().filter(|word| is_too_large(word)) {
            // BuildKit refuses it too, which is reported as an error of the build.
            let is_refused = || {
                cx.model
                    .errors()
                    .iter()
                    .any(|error| error.span == word.span())
            };
            if cx.dialect == Dialect::Dflint && is_refused() {
                continue;
            }
            findings.report(
                cx.anchor(site.instruction, word.span()),
                format!("there is no port above {LARGEST}"),
            );
        }
    }
}

fn is_too_large(word: &Text) -> bool {
    let ports = word.as_str().split('/').next().unwrap_or_default();
    let mut numbers = ports.split('-').map(str::parse::<u64>);
    numbers.clone().all(|number| number.is_ok())
        && numbers.any(|number| number.is_ok_and(|number| number > LARGEST))
}
