//! apt's recommended packages.

use dflint_build::packages::Invocation;
use dflint_fix::Safety;
use dflint_knowledge::package_manager::Action;
use dflint_parser::InstructionName;
use dflint_shell::{SimpleCommand, Word};

use crate::run_view::{Call, Said, has_option};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct InstallRecommends;

const FLAG: &str = "--no-install-recommends";
const ASKED: &str = "--install-recommends";

impl Rule for InstallRecommends {
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
        let installs: Vec<(SimpleCommand, Word)> = match cx.dialect {
            Dialect::Hadolint => run
                .calls_of(&["apt-get"])
                .filter_map(recommends_for_hadolint)
                .collect(),
            Dialect::Dflint | Dialect::Buildkit => {
                run.invocations(cx).filter_map(recommends).collect()
            }
        };
        let mut said = Said::default();
        for (command, subcommand) in installs {
            if !said.admits(cx.dialect, &["DL3015"]) {
                continue;
            }
            run.report(
                cx,
                findings,
                subcommand.span(),
                format!(
                    "recommended packages are installed too, add `{FLAG}` and name what is needed"
                ),
            )
            .fix_or_withhold(match asks_for_them(command) {
                true => Err("`--install-recommends` asks for them"),
                false => run.add_flag(command, subcommand, FLAG, Safety::Unsafe),
            });
        }
    }
}

/// Whether the command says that it wants them, whatever apt is configured to do.
fn asks_for_them(command: SimpleCommand<'_>) -> bool {
    command.words().any(|word| word.literal() == Some(ASKED))
}

fn recommends_for_hadolint(call: Call<'_>) -> Option<(SimpleCommand<'_>, Word<'_>)> {
    let without = call.has_flag(&["no-install-recommends"])
        || call.has_arg(&["APT::Install-Recommends=false"]);
    let subcommand = call.arg(&["install"])?.word;
    (!without).then_some((call.command, subcommand))
}

fn recommends<'m>(call: &Invocation<'m>) -> Option<(SimpleCommand<'m>, Word<'m>)> {
    let installs = call.manager.name == "apt" && call.action() == Action::Install;
    let configured = call.flags.iter().any(|flag| {
        let value = flag.value.as_deref().unwrap_or_default();
        value
            .to_ascii_lowercase()
            .starts_with("apt::install-recommends")
    });
    let aptitude = ["-R", "--without-recommends"];
    if !installs
        || configured
        || has_option(call, &[FLAG, ASKED])
        || (call.name == "aptitude" && has_option(call, &aptitude))
    {
        return None;
    }
    Some((call.command, *call.subcommand_words.last()?))
}
