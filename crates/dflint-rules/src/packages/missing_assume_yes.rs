//! A package manager that would stop and ask.

use dflint_build::packages::Invocation;
use dflint_fix::Safety;
use dflint_knowledge::package_manager::Action;
use dflint_parser::InstructionName;
use dflint_shell::{SimpleCommand, Word};

use crate::run_view::{Call, RunView, Said, has_option};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct MissingAssumeYes;

/// A call that would ask.
struct Question<'s> {
    command: SimpleCommand<'s>,
    name: String,
    /// The subcommand.
    subcommand: Word<'s>,
    /// The flag that answers.
    answer: &'static str,
    codes: &'static [&'static str],
}

impl Rule for MissingAssumeYes {
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
        let questions: Vec<Question> = match cx.dialect {
            Dialect::Hadolint => run
                .calls(|name| codes_of(name) != NO_CODES)
                .filter_map(asks_for_hadolint)
                .collect(),
            Dialect::Dflint | Dialect::Buildkit => asks(cx, &run),
        };
        let mut said = Said::default();
        for question in questions {
            if !said.admits(cx.dialect, question.codes) {
                continue;
            }
            let Question {
                command,
                name,
                subcommand,
                answer,
                codes,
            } = question;
            run.report(
                cx,
                findings,
                subcommand.span(),
                format!("`{name}` stops and asks here, and nobody answers: add `{answer}`"),
            )
            .answers_to(codes)
            .fix_or_withhold(run.add_flag(
                command,
                subcommand,
                answer,
                safety(command),
            ));
        }
    }
}

/// Without the flag the call fails. Where that is no failure of the step, the image is another one
/// with what is installed.
fn safety(command: SimpleCommand<'_>) -> Safety {
    match command.must_succeed() {
        true => Safety::Safe,
        false => Safety::Unsafe,
    }
}

const NO_CODES: &[&str] = &[];

fn codes_of(name: &str) -> &'static [&'static str] {
    match name {
        "apt-get" => &["DL3014"],
        "yum" => &["DL3030"],
        "zypper" => &["DL3034"],
        "dnf" | "microdnf" => &["DL3038"],
        _ => NO_CODES,
    }
}

/// What hadolint takes for a question.
fn asks_for_hadolint(call: Call<'_>) -> Option<Question<'_>> {
    let (subcommands, flags, answer): (&[&str], &[&str], _) = match call.name {
        "apt-get" => (&["install"], &["y", "yes", "assume-yes"], "-y"),
        "zypper" => (
            &[
                "install",
                "in",
                "remove",
                "rm",
                "source-install",
                "si",
                "patch",
            ],
            &["n", "non-interactive", "y", "no-confirm"],
            "-y",
        ),
        _ => (
            &["install", "groupinstall", "localinstall"],
            &["y", "assumeyes"],
            "-y",
        ),
    };
    let is_quiet = call.name == "apt-get"
        && (call.count_flag("q") > 1 || call.count_flag("quiet") > 1 || call.has_arg(&["-q=2"]));
    if is_quiet || call.has_flag(flags) {
        return None;
    }
    Some(Question {
        command: call.command,
        name: call.name.to_owned(),
        subcommand: call.arg(subcommands)?.word,
        answer,
        codes: codes_of(call.name),
    })
}

/// Flags under which nothing is installed, so that nothing is asked.
const DRY: &[&str] = &[
    "-s",
    "--simulate",
    "--just-print",
    "--dry-run",
    "--recon",
    "--no-act",
    "--print-uris",
    "--assume-no",
    "--assumeno",
    "--help",
    "-h",
    "--version",
    "-D",
];

fn asks<'m>(cx: &Context<'m, '_>, run: &RunView<'m, '_>) -> Vec<Question<'m>> {
    let is_answered = run
        .calls_of(&["yes", "echo", "printf"])
        .any(|call| call.command.in_pipeline());
    run.invocations(cx)
        .filter(|_| !is_answered)
        .filter_map(question)
        .collect()
}

fn question<'m>(call: &Invocation<'m>) -> Option<Question<'m>> {
    let system = call.manager.system?;
    let (usual, _) = system.assume_yes.split_first()?;
    // microdnf knows `-y`, but never asks.
    if call.manager.name == "microdnf" {
        return None;
    }
    if !matches!(
        call.action(),
        Action::Install | Action::Upgrade | Action::Remove
    ) {
        return None;
    }
    if has_option(call, system.assume_yes) || has_option(call, DRY) {
        return None;
    }
    let is_apt = call.manager.name == "apt";
    let quiet = call
        .flags
        .iter()
        .filter(|flag| matches!(flag.name.as_str(), "-q" | "--quiet"));
    let configured = call.flags.iter().any(|flag| {
        flag.value.as_deref().is_some_and(|value| {
            value.to_lowercase().contains("assume-yes") || value.contains("assumeyes")
        })
    });
    let twice_quiet = is_apt
        && (quiet.clone().count() > 1
            || quiet.clone().any(|flag| flag.value.as_deref() == Some("2")));
    if twice_quiet || configured || (call.operands.is_empty() && call.action() == Action::Remove) {
        return None;
    }
    let subcommand = *call.subcommand_words.last()?;
    // With zypper, `-n` behind `install` is another flag.
    let answer = if call.manager.name == "zypper" {
        "-y"
    } else {
        usual
    };
    Some(Question {
        command: call.command,
        codes: codes_of(&call.name),
        name: call.name.clone(),
        subcommand,
        answer,
    })
}
