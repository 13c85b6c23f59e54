//! Packages of the distribution that the final stage needs.

use std::collections::BTreeSet;

use dflint_build::Step;
use dflint_build::packages::Invocation;
use dflint_knowledge::package_manager::{Action, ManagerKind};
use dflint_knowledge::stage_split::{Distribution, is_build_package};

/// What the steps in front of the build install.
#[derive(Default)]
pub(super) struct Installed {
    /// The names, versions included.
    pub(super) names: BTreeSet<String>,
    /// Whether recommended packages come with them.
    pub(super) with_recommended: bool,
}

impl Installed {
    /// Takes in a call of a package manager of the distribution.
    ///
    /// # Errors
    /// Why it cannot be told what the call leaves.
    pub(super) fn add(&mut self, step: &Step, call: &Invocation) -> Result<(), String> {
        let line = step.instruction.start_line;
        match call.action() {
            Action::UpdateIndex | Action::Clean | Action::Configure => return Ok(()),
            Action::Install => {}
            _ => return Err(format!("line {line} removes or upgrades packages")),
        }
        for word in &call.operands {
            let name = word
                .literal()
                .filter(|name| !name.contains(['/', '*', '<', '>', '~']));
            let name =
                name.ok_or_else(|| format!("line {line} installs packages that are not known"))?;
            self.names.insert(name.to_owned());
        }
        if call.flag("--virtual").is_some() || call.flag("-t").is_some() {
            return Err(format!("line {line} installs packages for a moment"));
        }
        let no_recommends = call.manager.system.and_then(|system| system.no_recommends);
        let left_out = no_recommends.is_some_and(|flag| call.flag(flag).is_some());
        self.with_recommended |= !left_out && self.names.iter().any(|name| !is_build(name));
        Ok(())
    }

    /// The command that installs what the final stage needs on top of `more`; `None` for nothing.
    pub(super) fn command(
        &self,
        distribution: &Distribution,
        more: impl IntoIterator<Item = &'static str>,
    ) -> Option<String> {
        let mut needed: BTreeSet<&str> = more.into_iter().collect();
        let kept = self.names.iter().map(String::as_str);
        needed.extend(kept.filter(|name| !is_build(name)));
        if self
            .names
            .iter()
            .any(|name| distribution.compilers.contains(&bare(name)))
        {
            needed.extend(distribution.compiler_libraries);
        }
        if needed.is_empty() {
            return None;
        }
        let flag = match self.with_recommended {
            true => "",
            false => distribution.no_recommends,
        };
        let packages: Vec<&str> = needed.into_iter().collect();
        let command = distribution.install.replace("{flag}", flag);
        let command = command.replace("{packages}", &packages.join(" "));
        Some(command.replace("  ", " "))
    }
}

fn bare(name: &str) -> &str {
    name.split('=').next().unwrap_or(name)
}

fn is_build(name: &str) -> bool {
    is_build_package(bare(name))
}

/// Whether the call is one of the distribution's package manager.
pub(super) fn is_system(call: &Invocation) -> bool {
    call.manager.kind == ManagerKind::System
}
