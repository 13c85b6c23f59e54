//! `ln -s /bin/bash /bin/sh`.

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::InstructionName;

use crate::lines::holds_comment;
use crate::run_view::{Call, RunView, Said};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct ShellRelinked;

impl Rule for ShellRelinked {
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
        for call in run.calls_of(&["ln"]) {
            let Some(link) = call.arg(&["/bin/sh"]) else {
                continue;
            };
            if cx.dialect == Dialect::Dflint && !replaces(&run, &call) {
                continue;
            }
            if !said.admits(cx.dialect, &["DL4005"]) {
                continue;
            }
            let fix = fix(cx, &run, &call);
            run.report(
                cx,
                findings,
                link.word.span(),
                "another `/bin/sh` changes what every script of the image runs with, choose the shell \
                 of the build with `SHELL`",
            )
            .fix_or_withhold(fix);
        }
    }
}

/// Whether there may be a `/bin/sh` already: without force `ln` gives an image one that has none.
fn replaces(run: &RunView, call: &Call) -> bool {
    let is_forced = call.has_flag(&["f", "force"]);
    let mut others = run.calls_of(&["rm", "mv"]);
    is_forced || others.any(|other| other.has_arg(&["/bin/sh"]))
}

fn fix(cx: &Context, run: &RunView, call: &Call) -> Result<Fix, &'static str> {
    run.may_edit(call.command)?;
    let chain = run.script().and_then(dflint_shell::Script::and_chain);
    if chain.is_none_or(|chain| chain.len() != 1) || holds_comment(cx.dockerfile, run.instruction) {
        return Err("the step does more than that");
    }
    let operands: Vec<&str> = call.plain().map(|arg| &*arg.text).collect();
    let shell = match operands.as_slice() {
        ["bash" | "/bin/bash" | "/usr/bin/bash", "/bin/sh"] => "/bin/bash",
        _ => return Err("only bash can be told with certainty"),
    };
    if !run.run.mounts.is_empty() {
        return Err("the step has mounts");
    }
    Ok(Fix {
        title: format!("Set `{shell}` with `SHELL`"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::replace(
            run.instruction.span,
            format!("SHELL [\"{shell}\", \"-c\"]"),
        )],
    })
}
