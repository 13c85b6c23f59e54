//! Commands that have no use while an image is built.

use dflint_build::Action;
use dflint_parser::{InstructionName, MountKind};
use dflint_shell::OperatorKind;

use crate::run_view::{Call, RunView, Said};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct PointlessCommand;

/// The commands, as hadolint has them.
const COMMANDS: &[&str] = &[
    "free", "kill", "mount", "ps", "service", "shutdown", "ssh", "top", "vim",
];

impl Rule for PointlessCommand {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn sees_onbuild(&self) -> bool {
        true
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Some(run) = cx.run_at(site) else {
            return;
        };
        let mut said = Said::default();
        for call in run.calls_of(COMMANDS) {
            let has_use = cx.dialect == Dialect::Dflint && has_use(&run, &call);
            if has_use || !said.admits(cx.dialect, &["DL3001"]) {
                continue;
            }
            let message = format!(
                "`{}` has no use while an image is built: no process, service or mount of this \
                 step outlives it, leave it out",
                call.name,
            );
            run.report(cx, findings, call.name_word.span(), message);
        }
    }
}

/// Whether the step gives the command something to work on.
fn has_use(run: &RunView, call: &Call) -> bool {
    match call.name {
        "ssh" => run
            .run
            .mounts
            .iter()
            .any(|mount| mount.kind == MountKind::Ssh),
        "mount" => {
            let step = run.place.map(|(_, step)| &step.action);
            matches!(step, Some(Action::Run(run)) if run.insecure)
        }
        // Servers started in the background for the time of the step.
        "kill" | "ps" | "service" => run.script().is_some_and(|script| {
            let items = &script.body().items;
            let mut operators = items.iter().filter_map(|item| item.operator);
            operators.any(|operator| operator.kind == OperatorKind::Background) || items.len() > 1
        }),
        _ => false,
    }
}
