//! `ADD https://…` without a checksum.

use dflint_parser::{Command, InstructionName, Source};

use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct UnverifiedDownload;

impl Rule for UnverifiedDownload {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Add]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Command::Add(add) = &site.instruction.command else {
            return;
        };
        if add.checksum.is_some() {
            return;
        }
        for source in &add.sources {
            let Source::Path(path) = source else {
                continue;
            };
            let text = path.as_str();
            let is_web = text.starts_with("http://") || text.starts_with("https://");
            if is_web && !text.ends_with(".git") && !text.contains(".git#") {
                findings.report(
                    cx.anchor(site.instruction, path.span()),
                    "nothing says what this file should be: add `--checksum=sha256:…`",
                );
            }
        }
    }
}
