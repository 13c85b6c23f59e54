//! `apt`, which is made for people.

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::InstructionName;

use crate::run_view::{Call, RunView, Said};
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct AptInScript;

impl Rule for AptInScript {
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
        for call in run.calls_of(&["apt"]) {
            if !said.admits(cx.dialect, &["DL3027"]) {
                continue;
            }
            let message = match replacement(&call) {
                Some(other) => format!(
                    "`apt` may change its options and output between releases, use `{other}`"
                ),
                None => {
                    "`apt` may change its options and output between releases, use `apt-get` or \
                         `apt-cache`"
                        .to_owned()
                }
            };
            let fix = fix(&run, &call);
            run.report(cx, findings, call.name_word.span(), message)
                .fix_or_withhold(fix);
        }
    }
}

/// The subcommands that `apt-get` has too, with the same meaning.
const APT_GET: &[&str] = &[
    "update",
    "install",
    "reinstall",
    "remove",
    "purge",
    "autoremove",
    "autopurge",
    "upgrade",
    "build-dep",
    "source",
    "download",
    "clean",
    "autoclean",
    "satisfy",
    "changelog",
];

/// Those that `apt-cache` has.
const APT_CACHE: &[&str] = &["search", "show", "policy", "depends", "rdepends"];

fn replacement(call: &Call) -> Option<&'static str> {
    let mut plain = call.plain();
    let subcommand =
        plain.find(|arg| APT_GET.contains(&&*arg.text) || APT_CACHE.contains(&&*arg.text))?;
    match APT_GET.contains(&&*subcommand.text) {
        true => Some("apt-get"),
        false => Some("apt-cache"),
    }
}

fn fix(run: &RunView, call: &Call) -> Result<Fix, &'static str> {
    run.may_edit(call.command)?;
    let other = replacement(call).ok_or("`apt-get` may not know this subcommand")?;
    if call.name_word.raw() != "apt" || call.name_word.source_ranges().count() != 1 {
        return Err("the command is not written as `apt`");
    }
    Ok(Fix {
        title: format!("Use `{other}`"),
        safety: Safety::Unsafe,
        keeps: Keeps::Commands {
            removed: vec!["apt".to_owned()],
            added: vec![other.to_owned()],
        },
        edits: vec![Edit::replace(call.name_word.span(), other)],
    })
}
