//! `RUN cd dir && …`.

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, InstructionName};

use crate::lines::holds_comment;
use crate::run_view::{Call, RunView, Said};
use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct CdInRun;

impl Rule for CdInRun {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Some(run) = cx.run_at(site) else {
            return;
        };
        let mut said = Said::default();
        for call in run.calls_of(&["cd"]) {
            let leads = leads_chain(&run, &call);
            if cx.dialect == Dialect::Dflint && !leads {
                continue;
            }
            if !said.admits(cx.dialect, &["DL3003"]) {
                continue;
            }
            let message = "`cd` holds for this `RUN` only, set the directory with `WORKDIR`";
            let fix = match leads {
                true => fix(cx, &run, &call),
                false => Err("the directory changes in the middle of the script"),
            };
            run.report(cx, findings, call.name_word.span(), message)
                .fix_or_withhold(fix);
        }
    }
}

/// Whether the script begins with the `cd`, so that a `WORKDIR` in front can take its place.
fn leads_chain(run: &RunView, call: &Call) -> bool {
    let chain = run.script().and_then(dflint_shell::Script::and_chain);
    chain.and_then(|chain| chain.position(call.command.id())) == Some(0)
        && call.command.depth() == 0
}

fn fix(cx: &Context, run: &RunView, call: &Call) -> Result<Fix, &'static str> {
    run.may_edit(call.command)?;
    let unknown = "the directory is not known";
    let (stage, step) = run.place.ok_or(unknown)?;
    let [directory] = call.args.as_slice() else {
        return Err(unknown);
    };
    let path = directory.word.literal().ok_or(unknown)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/_-.+".contains(c);
    if !path.starts_with('/') || !path.chars().all(is_plain) {
        return Err("only an absolute directory means the same for WORKDIR");
    }
    let chain = run
        .script()
        .and_then(dflint_shell::Script::and_chain)
        .ok_or(unknown)?;
    if chain.len() < 2 {
        return Err("the step does nothing else, and a WORKDIR would move the steps behind it");
    }
    let changes_again = run.calls_of(&["cd", "pushd", "popd"]).count() > 1;
    let reads_old = run
        .script()
        .is_some_and(|script| script.as_str().contains("OLDPWD"));
    if changes_again || reads_old {
        return Err("the script changes the directory again");
    }
    if !run.run.mounts.is_empty()
        || !run.instruction.heredocs.is_empty()
        || holds_comment(cx.dockerfile, run.instruction)
    {
        return Err("mounts, heredocs and comments of the instruction may depend on the directory");
    }
    let before = step
        .state
        .workdir()
        .to_known()
        .ok_or("the directory before it is not known")?;
    if !step.state.is_workdir_set() && !matches!(stage.base, dflint_build::Base::Scratch) {
        let base = step.state.base().known();
        base.ok_or("the working directory of the base image is not known")?;
    }
    let removed = chain.removal(0, cx.dockerfile.source).ok_or(unknown)?;
    let mut edits: Vec<Edit> = removed.into_iter().map(Edit::delete).collect();
    edits.push(Edit::insert(
        run.instruction.span.start,
        format!("WORKDIR {path}\n"),
    ));
    if !is_reset_at(cx, run.index + 1) {
        edits.push(Edit::insert(
            run.instruction.span.end,
            format!("\nWORKDIR {before}"),
        ));
    }
    Ok(Fix {
        title: format!("Set the directory with `WORKDIR {path}`"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits,
    })
}

/// Whether the instruction at `index` sets an absolute directory.
fn is_reset_at(cx: &Context, index: usize) -> bool {
    match cx
        .dockerfile
        .instructions
        .get(index)
        .map(|next| &next.command)
    {
        Some(Command::Workdir(path)) => path.as_str().starts_with('/'),
        _ => false,
    }
}
