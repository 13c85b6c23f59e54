//! A package index in a layer of its own.

use dflint_build::packages::Invocation;
use dflint_knowledge::package_manager::{Action, ManagerKind};

use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct StalePackageIndex;

impl Rule for StalePackageIndex {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for stage in cx.model.stages() {
            for step in stage.steps.iter().skip(stage.first_own_step) {
                let calls: Vec<&Invocation> = cx.package_calls(step).collect();
                let Some(update) = calls.iter().rposition(|call| is_update(call)) else {
                    continue;
                };
                let used = calls.get(update..).unwrap_or_default().iter().any(|call| {
                    call.action() != Action::UpdateIndex
                        && call.fills_caches()
                        && calls
                            .get(update)
                            .is_some_and(|own| own.manager.name == call.manager.name)
                });
                let Some(update) = calls.get(update).filter(|_| !used) else {
                    continue;
                };
                let name = format!("{} {}", update.name, update.subcommand.words);
                findings.report(
                    update.command.span(),
                    format!(
                        "the index that `{name}` fetches here stays in the cache and grows old, \
                         fetch it in the RUN that installs: `{name} && {} install …`",
                        update.name,
                    ),
                );
            }
        }
    }
}

/// Whether a call fetches the index that a system's package manager installs from.
fn is_update(call: &Invocation<'_>) -> bool {
    let needs_index = call
        .manager
        .system
        .is_some_and(|facts| facts.update.is_some());
    call.manager.kind == ManagerKind::System && call.action() == Action::UpdateIndex && needs_index
}
