//! `dflint -`: a buffer of an editor, piped through.

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dflint_project::paths::absolute;
use dflint_project::source::{MAX_BYTES, read_from};
use dflint_report::Report;

use super::diff::print_diff;
use super::file::{Outcome, Work};
use super::{config_failure, show, status, tell, write_report, write_to};
use crate::Failure;
use crate::args::CheckArgs;
use crate::terminal::{print, with_color};

/// What standard input is called where nobody gives it a name.
const NAME: &str = "-";

/// Whether an argument is standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == NAME
}

/// Copies what is left of standard input to standard output, so that the buffer of an editor that
/// pipes it through `--fix` is never lost, whatever went wrong.
pub(crate) fn give_back() {
    let mut input = io::stdin().lock();
    if !input.is_terminal() {
        // There is nothing left that could be done about a failure.
        let _ = print(|out| io::copy(&mut input, out).map(|_| ()));
    }
}

/// Lints standard input. With `--fix` the fixed text goes to standard output and the findings to
/// standard error.
pub(crate) fn run(args: &CheckArgs, work: Work<'_>) -> Result<ExitCode, Failure> {
    let [_] = args.paths.as_slice() else {
        let message = "`-` (standard input) cannot be combined with other paths";
        return Err(Failure::Usage(message.to_owned()));
    };
    let bytes = read(args)?;
    let name = args.files.stdin_filename.clone();
    let path = absolute(
        work.project.directory(),
        &name.unwrap_or_else(|| PathBuf::from(NAME)),
    );
    if args.output.show_files || args.output.show_settings {
        return show::buffer(args, work.project, &path, &bytes);
    }
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
        tell::details(std::slice::from_ref(&outcome));
    }
    if args.fix.diff && !args.output.quiet {
        super::tell::hidden(args.output.color, std::slice::from_ref(&outcome));
    }
    let mut report = Report {
        files: vec![outcome.report],
    };
    let has_errors = report.summary().errors > 0;
    tell::errors(args.output.color, &report);
    if !args.output.quiet {
        tell::shellcheck(args.output.color, work.project);
    }
    if args.fix.diff {
        print_diff(args.output.color, &diff)?;
        if args.output.output_file.is_some() {
            write_report(args, &mut report)?;
        }
    } else if args.fix.fix {
        // What cannot be fixed comes back as it was.
        print(|out| out.write_all(fixed.as_deref().unwrap_or(&bytes)))?;
        report_beside(args, &mut report)?;
    } else {
        write_report(args, &mut report)?;
    }
    Ok(status(args, has_errors, fails, changes))
}

/// Reads standard input. What was read of one that is refused comes back under `--fix`.
fn read(args: &CheckArgs) -> Result<Vec<u8>, Failure> {
    let mut input = Vec::new();
    io::stdin()
        .lock()
        .take(MAX_BYTES + 1)
        .read_to_end(&mut input)?;
    match read_from(input.as_slice()) {
        Ok(bytes) => Ok(bytes),
        Err(error) => {
            if args.is_filter() {
                print(|out| out.write_all(&input))?;
            }
            Err(Failure::Usage(format!("standard input: {error}")))
        }
    }
}

/// Writes the report to the file the command line names, else to standard error.
fn report_beside(args: &CheckArgs, report: &mut Report) -> Result<(), Failure> {
    if args.output.output_file.is_some() {
        return write_report(args, report);
    }
    let mut out = io::stderr().lock();
    let color = with_color(args.output.color, out.is_terminal());
    write_to(&mut out, args, report, color)?;
    Ok(out.flush()?)
}
