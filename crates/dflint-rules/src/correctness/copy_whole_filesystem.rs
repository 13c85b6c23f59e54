//! `COPY --from=build / /`.

use dflint_build::Base;
use dflint_parser::{Command, InstructionName, Source};

use crate::written::unquoted;
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct CopyWholeFilesystem;

impl Rule for CopyWholeFilesystem {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Copy]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Command::Copy(copy) = &site.instruction.command else {
            return;
        };
        let is_root = |source: &&Source| match source {
            Source::Path(path) => unquoted(path.as_str()) == "/",
            _ => false,
        };
        let is_whole = copy.from.is_some()
            && copy.sources.iter().any(|source| is_root(&source))
            && unquoted(copy.destination.as_str()) == "/";
        // On an empty base that is how an image is made of one layer.
        let squashes = || {
            let stage = cx.model.step_at(site.index).map(|(stage, _)| stage);
            stage.is_some_and(|stage| stage.base == Base::Scratch)
        };
        if is_whole && !(cx.dialect == Dialect::Dflint && squashes()) {
            findings.report(
                cx.anchor(site.instruction, copy.destination.span()),
                "this copies a whole file system over another: copy what is needed",
            );
        }
    }
}
