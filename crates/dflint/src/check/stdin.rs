//! `dflint -`: a buffer of an editor, piped through.

use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use dflint_project::paths::absolute;
use dflint_project::source::read_from;
use dflint_report::Report;

use super::file::{Outcome, Work};
use super::{config_failure, status, tell, tell_errors, tell_shellcheck, write_report, write_to};
use crate::Failure;
use crate::args::CheckArgs;
use crate::terminal::{print, with_color};

/// What standard input is called where nobody gives it a name.
const NAME: &str = "-";

/// Lints standard input. With `--fix` the fixed text goes to standard output and the findings to
/// standard error.
pub(crate) fn run(args: &CheckArgs, work: Work<'_>) -> Result<ExitCode, Failure> {
    let [_] = args.paths.as_slice() else {
        let message = "`-` (standard input) cannot be combined with other paths";
        return Err(Failure::Usage(message.to_owned()));
    };
    let bytes = read_from(io::stdin().lock())
        .map_err(|error| Failure::Usage(format!("standard input: {error}")))?;
    let work = Work {
        write: false,
        ..work
    };
    let name = args.files.stdin_filename.clone();
    let path = absolute(
        work.project.directory(),
        &name.unwrap_or_else(|| PathBuf::from(NAME)),
    );
    let mut outcome = if args.files.force_exclude && work.project.is_excluded(&path) {
        Outcome::default()
    } else {
        work.buffer(&path, &bytes)
    };
    let changes = outcome.fixed.is_some();
    let fixed = outcome.fixed.take().map(String::into_bytes);
    let diff = std::mem::take(&mut outcome.diff);
    let fails = outcome.fails;
    if let Some(error) = outcome.config_error.take() {
        outcome.report = config_failure(work.project, &error);
    }
    if args.output.verbose {
        tell(std::slice::from_ref(&outcome));
    }
    let report = Report {
        files: vec![outcome.report],
    };
    tell_errors(&report);
    if !args.output.quiet {
        tell_shellcheck(work.project);
    }
    if args.fix.diff {
        super::print_diff(args, &diff)?;
    } else if args.fix.fix {
        // What cannot be fixed comes back as it was, so that a buffer is never lost.
        print(|out| out.write_all(fixed.as_deref().unwrap_or(&bytes)))?;
        report_beside(args, &report)?;
    } else {
        write_report(args, &report)?;
    }
    let has_errors = report.summary().errors > 0;
    Ok(status(args, has_errors, fails, changes))
}

/// Writes the report to the file the command line names, else to standard error.
fn report_beside(args: &CheckArgs, report: &Report) -> Result<(), Failure> {
    if args.output.output_file.is_some() {
        return write_report(args, report);
    }
    let mut out = io::stderr().lock();
    let color = with_color(args.output.color, out.is_terminal());
    write_to(&mut out, args, report, color)?;
    Ok(out.flush()?)
}
