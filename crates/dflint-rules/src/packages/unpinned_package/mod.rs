//! Packages installed in whatever version is current.

mod hadolint;
mod version;

use dflint_build::packages::Invocation;
use dflint_knowledge::package_manager::{Action, ManagerKind};
use dflint_parser::InstructionName;
use dflint_shell::Word;

use crate::run_view::{RunView, Said, has_option};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct UnpinnedPackage;

/// An installation of something without a version.
struct Unpinned<'s> {
    /// The packages; never empty.
    packages: Vec<Word<'s>>,
    /// How a version is given.
    syntax: &'static str,
    codes: &'static [&'static str],
}

impl Rule for UnpinnedPackage {
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
        let unpinned = match cx.dialect {
            Dialect::Hadolint => hadolint::unpinned(cx, &run),
            Dialect::Dflint | Dialect::Buildkit => unpinned(cx, &run),
        };
        let mut said = Said::default();
        for Unpinned {
            packages,
            syntax,
            codes,
        } in unpinned
        {
            let [first, others @ ..] = packages.as_slice() else {
                continue;
            };
            if !said.admits(cx.dialect, codes) {
                continue;
            }
            let more = match others.len() {
                0 => String::new(),
                1 => " and another package".to_owned(),
                count => format!(" and {count} other packages"),
            };
            run.report(
                cx,
                findings,
                first.span(),
                format!(
                    "`{}`{more} may come in another version with the next build, say which one with \
                     `{syntax}`",
                    first.render(),
                ),
            )
            .answers_to(codes)
            .withhold("which version is meant cannot be told from the file");
        }
    }
}

/// The codes and the way to give a version, by the manager's name.
fn kind_of(manager: &str, command: &str) -> Option<(&'static [&'static str], &'static str)> {
    Some(match manager {
        "apt" if command == "apt-get" => (&["DL3008"], "name=version"),
        "apt" => (&[], "name=version"),
        "pip" => (&["DL3013"], "name==version"),
        "npm" => (&["DL3016"], "name@version"),
        "apk" => (&["DL3018"], "name=version"),
        "gem" => (&["DL3028"], "name:version"),
        "yum" | "dnf4" | "dnf5" if command == "yum" => (&["DL3033"], "name-version"),
        "zypper" => (&["DL3037"], "name=version"),
        "dnf4" | "dnf5" | "microdnf" => (&["DL3041"], "name-version"),
        "go" => (&["DL3062"], "module@version"),
        _ => return None,
    })
}

fn unpinned<'m>(cx: &Context<'m, '_>, run: &RunView<'m, '_>) -> Vec<Unpinned<'m>> {
    run.invocations(cx).filter_map(of_call).collect()
}

fn of_call<'s>(call: &Invocation<'s>) -> Option<Unpinned<'s>> {
    let (codes, syntax) = kind_of(call.manager.name, &call.name)?;
    let installs = matches!(call.action(), Action::Install | Action::Download)
        || call.manager.name == "go" && call.action() == Action::Run;
    if !installs || is_exempt(call) {
        return None;
    }
    let manager = call.manager.name;
    let mut operands: Vec<Word<'s>> = call.operands.clone();
    if manager == "go" {
        // What follows a program to run is for the program; without `@` a module of the project
        // is meant, whose versions go.mod holds.
        operands.truncate(if call.action() == Action::Run {
            1
        } else {
            operands.len()
        });
        operands.retain(|word| word.literal().is_some_and(|text| text.ends_with("@latest")));
    }
    let packages: Vec<Word<'s>> = operands
        .into_iter()
        .filter(|word| {
            word.literal()
                .is_some_and(|text| !version::is_pinned(manager, text))
        })
        .collect();
    (!packages.is_empty()).then_some(Unpinned {
        packages,
        syntax,
        codes,
    })
}

/// Whether flags say where versions come from, or what follows are no packages.
fn is_exempt(call: &Invocation<'_>) -> bool {
    let words: Vec<&str> = call
        .subcommand_words
        .iter()
        .filter_map(|word| word.literal())
        .collect();
    match call.manager.name {
        "pip" => has_option(call, &["-c", "--constraint"]),
        "gem" => has_option(call, &["-v", "--version", "-g", "--file"]),
        _ if call.manager.kind == ManagerKind::System => words
            .iter()
            .any(|word| matches!(*word, "group" | "groupinstall" | "swap")),
        _ => false,
    }
}
