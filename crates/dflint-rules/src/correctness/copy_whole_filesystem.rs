//! `COPY --from=build / /`.

use dflint_build::{Action, Base, Stage};
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
        if is_whole && (cx.dialect != Dialect::Dflint || mixes_systems(cx, site)) {
            findings.report(
                cx.anchor(site.instruction, copy.destination.span()),
                "this copies a whole file system over another: copy what is needed",
            );
        }
    }
}

/// Whether a stage that ran something, and so holds a system, is copied over another system. On an
/// empty base that is how an image is made of one layer, and images without a system of their own
/// are made to be copied.
fn mixes_systems(cx: &Context, site: &Site) -> bool {
    let Some((stage, step)) = cx.model.step_at(site.index) else {
        return false;
    };
    let Action::Copy(copy) = &step.action else {
        return false;
    };
    let source = copy.from.stage().and_then(|source| cx.model.stage(source));
    let runs = |source: &Stage| {
        let mut steps = source.steps.iter();
        steps.any(|step| matches!(step.action, Action::Run(_)))
    };
    stage.base != Base::Scratch && source.is_some_and(runs)
}
