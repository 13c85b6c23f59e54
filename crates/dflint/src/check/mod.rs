//! `dflint check`: which files, what is done with them, what is printed.

mod diff;
mod file;
mod show;
mod statistics;
mod stdin;
mod tell;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::mem::ManuallyDrop;
use std::path::PathBuf;
use std::process::ExitCode;

use dflint_fix::Safety;
use dflint_project::config::ConfigError;
use dflint_project::discovery::{Discovered, Found, PathMessage};
use dflint_project::paths::relative;
use dflint_project::project::{ConfigSource, Overrides, Project};
use dflint_project::source::reason;
use dflint_report::{FileError, FileReport, HumanOptions, Report};
use rayon::prelude::*;

use self::diff::print_diff;
use self::file::{Mode, OtherFile, Outcome, Work};
use crate::args::CheckArgs;
use crate::terminal::{Tone, print, say, stdout_is_terminal, with_color};
use crate::{FAILURE, Failure};

pub(crate) use self::stdin::{give_back, is_stdin};

/// Runs `dflint check`.
pub(crate) fn run(args: &CheckArgs) -> Result<ExitCode, Failure> {
    let done = check(args);
    if done.is_err() && args.is_filter() {
        give_back();
    }
    done
}

fn check(args: &CheckArgs) -> Result<ExitCode, Failure> {
    if args.output.statistics {
        statistics::refuse(args.output.output_format)?;
    }
    // The process ends with the run, and the system takes all memory back at once: freeing it piece
    // by piece takes a fortieth of a long run.
    let project = ManuallyDrop::new(project(args)?);
    // A panic is caught where it concerns one file, and told there.
    std::panic::set_hook(Box::new(|_| {}));
    let from_stdin = args.paths.iter().any(|path| is_stdin(path));
    let work = Work {
        project: &project,
        mode: mode(args),
        write: args.fix.fix && !from_stdin,
        other_files: !from_stdin,
        fail_on: args.output.fail_on,
    };
    if from_stdin {
        return stdin::run(args, work);
    }
    let found = project.discover(&args.paths);
    if args.output.show_files || args.output.show_settings {
        return show::run(args, &project, &found);
    }
    if found.files.is_empty() && found.errors.is_empty() && !args.output.quiet {
        say(Tone::Warning, args.output.color, "no Dockerfile found");
    }
    project.prepare_scripts(found.files.iter().map(|file| file.path.as_path()));
    let outcomes = check_all(&work, &found.files);
    finish(args, &project, outcomes, &found)
}

fn project(args: &CheckArgs) -> Result<Project, Failure> {
    let source = match &args.rules.config {
        Some(path) => ConfigSource::File(path.clone()),
        None if args.rules.isolated => ConfigSource::None,
        None => ConfigSource::Nearest,
    };
    let overrides = Overrides {
        preset: args.rules.preset,
        select: args.rules.select.clone(),
        extend_select: args.rules.extend_select.clone(),
        ignore: args.rules.ignore.clone(),
        context: args.files.context.clone(),
        build_args: args.files.build_arg.clone(),
        target: args.files.target.clone(),
        exclude: args.files.exclude.clone(),
        force_exclude: args.files.force_exclude,
        shellcheck: args.rules.shellcheck,
        hadolint_environment: hadolint_environment(),
    };
    Ok(Project::new(std::env::current_dir()?, source, overrides)?)
}

/// What hadolint would read of the environment.
fn hadolint_environment() -> Vec<(String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| name.starts_with("HADOLINT_"))
        .collect()
}

fn mode(args: &CheckArgs) -> Mode {
    if !args.fix.fix && !args.fix.diff {
        return Mode::Lint;
    }
    Mode::Fix(if args.fix.unsafe_fixes {
        Safety::Unsafe
    } else {
        Safety::Safe
    })
}

/// How many files a thread takes at once. Rayon alone gives each a large part of them, so that
/// one still works on its last part when the others have nothing left.
const AT_ONCE: usize = 8;

/// The outcome for every file, in their order.
fn check_all(work: &Work<'_>, files: &[Found]) -> Vec<Outcome> {
    match files {
        // Starting threads would take longer than the work.
        [] | [_] => files.iter().map(|file| work.file(&file.path)).collect(),
        files => files
            .par_iter()
            .with_max_len(AT_ONCE)
            .map(|file| work.file(&file.path))
            .collect(),
    }
}

/// Prints what was found, writes the other files of fixes, and says how it went.
fn finish(
    args: &CheckArgs,
    project: &Project,
    mut outcomes: Vec<Outcome>,
    found: &Discovered,
) -> Result<ExitCode, Failure> {
    let mut diff: String = outcomes
        .iter()
        .map(|outcome| outcome.diff.as_str())
        .collect();
    let mut unwritten = Vec::new();
    for (path, file) in other_files(&mut outcomes) {
        let told = relative(project.directory(), &path);
        diff.push_str(&file.diff(&told));
        if args.fix.fix
            && let Err(error) = file.write()
        {
            unwritten.push(failure(told, error.to_string()));
        }
    }
    let fails = outcomes.iter().any(|outcome| outcome.fails);
    if args.output.verbose {
        tell::details(&outcomes);
    }
    if args.fix.diff && !args.output.quiet {
        tell::hidden(args.output.color, &outcomes);
    }
    let mut files = path_errors(project, &found.errors);
    files.extend(config_errors(project, &mut outcomes));
    files.extend(unwritten);
    files.extend(outcomes.into_iter().map(|outcome| outcome.report));
    files.sort_by(|one, other| one.path.cmp(&other.path));
    // As with the project, nothing is freed.
    let mut report = ManuallyDrop::new(Report { files });
    let has_errors = report.summary().errors > 0;
    tell::errors(args.output.color, &report);
    if !args.output.quiet {
        tell::left_out(args.output.color, project, &found.notes);
        tell::shellcheck(args.output.color, project);
    }
    if args.fix.diff {
        print_diff(args.output.color, &diff)?;
    }
    if !args.fix.diff || args.output.output_file.is_some() {
        write_report(args, &mut report)?;
    }
    Ok(status(args, has_errors, fails, !diff.is_empty()))
}

/// 2 for errors, 1 for findings (with `--diff`: for changes), 0 otherwise.
fn status(args: &CheckArgs, has_errors: bool, fails: bool, changes: bool) -> ExitCode {
    let is_bad = if args.fix.diff { changes } else { fails };
    if has_errors {
        ExitCode::from(FAILURE)
    } else if is_bad && !args.output.exit_zero {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// The files that fixes create or change, each once: Dockerfiles that share a context ask for the
/// same of one.
fn other_files(outcomes: &mut [Outcome]) -> BTreeMap<PathBuf, OtherFile> {
    let mut files = BTreeMap::new();
    for file in outcomes
        .iter_mut()
        .flat_map(|outcome| outcome.other_files.drain(..))
    {
        files.entry(file.path.clone()).or_insert(file);
    }
    files
}

fn path_errors<'a>(project: &'a Project, errors: &'a [PathMessage]) -> Vec<FileReport> {
    errors
        .iter()
        .map(|error| {
            let path = relative(project.directory(), &error.path);
            failure(path, error.message.clone())
        })
        .collect()
}

/// Takes out the outcomes that a configuration spoilt and gives each such configuration once.
fn config_errors(project: &Project, outcomes: &mut Vec<Outcome>) -> Vec<FileReport> {
    let mut errors = BTreeMap::new();
    outcomes.retain_mut(|outcome| match outcome.config_error.take() {
        None => true,
        Some(error) => {
            errors.entry(error.path.clone()).or_insert(error);
            false
        }
    });
    errors
        .values()
        .map(|error| config_failure(project, error))
        .collect()
}

fn config_failure(project: &Project, error: &ConfigError) -> FileReport {
    let path = relative(project.directory(), &error.path);
    let mut report = failure(path, error.message.clone());
    for failure in &mut report.errors {
        failure.location = error.place;
    }
    report
}

fn failure(path: String, message: String) -> FileReport {
    FileReport {
        path,
        errors: vec![FileError {
            message,
            location: None,
        }],
        ..FileReport::default()
    }
}

/// Writes the report where the command line wants it.
fn write_report(args: &CheckArgs, report: &mut Report) -> Result<(), Failure> {
    let Some(path) = &args.output.output_file else {
        let color = with_color(args.output.color, stdout_is_terminal());
        return Ok(print(|out| write_to(out, args, report, color))?);
    };
    let color = with_color(args.output.color, false);
    let written = File::create(path).and_then(|file| {
        let mut out = BufWriter::new(file);
        write_to(&mut out, args, report, color)?;
        out.flush()
    });
    written.map_err(|error| {
        let message = format!("cannot write {}: {}", path.display(), reason(&error));
        Failure::Usage(message)
    })
}

fn write_to(
    out: &mut dyn Write,
    args: &CheckArgs,
    report: &mut Report,
    color: bool,
) -> io::Result<()> {
    if args.output.statistics {
        return statistics::write(report, args.output.output_format, out);
    }
    let options = HumanOptions {
        color,
        quiet: args.output.quiet,
    };
    dflint_report::write(report, args.output.output_format, options, out)
}
