//! `sudo` while an image is built.

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{InstructionName, Span};
use dflint_shell::{SimpleCommand, Word};

use crate::run_view::{RunView, Said};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct SudoInRun;

impl Rule for SudoInRun {
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
        for command in run.commands() {
            let Some(sudo) = sudo_of(command, cx.dialect) else {
                continue;
            };
            if !said.admits(cx.dialect, &["DL3004"]) {
                continue;
            }
            run.report(
                cx,
                findings,
                sudo.span(),
                "`sudo` changes environment and terminal handling in unforeseen ways, switch with \
                 `USER` instead",
            )
            .fix_or_withhold(fix(&run, command, sudo));
        }
    }
}

fn sudo_of(command: SimpleCommand<'_>, dialect: Dialect) -> Option<Word<'_>> {
    let first = command.words().next()?;
    let name = first.literal()?;
    let is_sudo = name == "sudo" || dialect == Dialect::Dflint && name == "/usr/bin/sudo";
    is_sudo.then_some(first)
}

fn fix(run: &RunView, command: SimpleCommand<'_>, sudo: Word<'_>) -> Result<Fix, &'static str> {
    run.may_edit(command)?;
    let user = run.place.map(|(_, step)| step.state.user());
    if !user.is_some_and(|user| user.is_root()) {
        return Err("the step is not known to run as root");
    }
    let next = command
        .words()
        .nth(1)
        .ok_or("there is no command behind it")?;
    let is_command = next
        .literal()
        .is_some_and(|text| !text.starts_with('-') && !text.contains('='));
    if !is_command {
        return Err("options and variables of `sudo` would be lost");
    }
    Ok(Fix {
        title: "Leave out `sudo`, the step runs as root".to_owned(),
        safety: Safety::Unsafe,
        keeps: Keeps::Commands {
            removed: vec!["sudo".to_owned()],
            added: Vec::new(),
        },
        edits: vec![Edit::delete(Span::new(
            sudo.span().start,
            next.span().start,
        ))],
    })
}
