//! `--show-files` and `--show-settings`.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use dflint_linter::Source;
use dflint_project::discovery::Discovered;
use dflint_project::paths::relative;
use dflint_project::project::Project;
use dflint_project::source::read;
use dflint_report::{FileReport, Report, harmless};

use super::{config_failure, failure, path_errors, tell};
use crate::args::CheckArgs;
use crate::terminal::{print, stdout_is_terminal};
use crate::{FAILURE, Failure};

/// Prints which files would be linted, or with which settings.
pub(crate) fn run(
    args: &CheckArgs,
    project: &Project,
    found: &Discovered,
) -> Result<ExitCode, Failure> {
    let mut errors = path_errors(project, &found.errors);
    print(|out| {
        for file in &found.files {
            write_name(project, &file.path, out)?;
            if !args.output.show_settings {
                continue;
            }
            match read(&file.path) {
                Ok(bytes) => errors.extend(write_settings(project, &file.path, &bytes, out)?),
                Err(error) => {
                    let path = relative(project.directory(), &file.path);
                    errors.push(failure(path, error.to_string()));
                }
            }
        }
        Ok(())
    })?;
    Ok(status(args, errors))
}

/// The same for standard input, which is called `path`.
pub(crate) fn buffer(
    args: &CheckArgs,
    project: &Project,
    path: &Path,
    bytes: &[u8],
) -> Result<ExitCode, Failure> {
    let mut errors = Vec::new();
    print(|out| {
        write_name(project, path, out)?;
        if args.output.show_settings {
            errors.extend(write_settings(project, path, bytes, out)?);
        }
        Ok(())
    })?;
    Ok(status(args, errors))
}

fn status(args: &CheckArgs, errors: Vec<FileReport>) -> ExitCode {
    let report = Report { files: errors };
    tell::errors(args.output.color, &report);
    if report.files.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILURE)
    }
}

/// Programs get the name as it is.
fn write_name(project: &Project, path: &Path, out: &mut dyn Write) -> io::Result<()> {
    let name = relative(project.directory(), path);
    if stdout_is_terminal() {
        writeln!(out, "{}", harmless(&name))
    } else {
        writeln!(out, "{name}")
    }
}

/// What keeps the settings from being known is given back; the error is that of the output.
fn write_settings(
    project: &Project,
    path: &Path,
    bytes: &[u8],
    out: &mut dyn Write,
) -> io::Result<Option<FileReport>> {
    let governing = match project.governing(path) {
        Ok(governing) => governing,
        Err(error) => return Ok(Some(config_failure(project, &error))),
    };
    let context = Source::read(bytes).ok().and_then(|source| {
        let file = dflint_parser::parse(source.text());
        project.context_directory(path, &governing.config, &file)
    });
    let told = |path: &Path| relative(project.directory(), path);
    let config = &governing.config;
    let files: Vec<String> = config.files.iter().rev().map(|file| told(file)).collect();
    let files = if files.is_empty() {
        "none".to_owned()
    } else {
        files.join(", extends ")
    };
    let context = context.map_or_else(|| "unknown".to_owned(), |context| told(&context));
    let rules: Vec<&str> = governing
        .settings
        .rules
        .pages()
        .map(|page| page.name)
        .collect();
    writeln!(out, "  configuration: {files}")?;
    writeln!(out, "  build context: {context}")?;
    writeln!(
        out,
        "  fail on: {}",
        config.fail_on.unwrap_or_default().as_str()
    )?;
    writeln!(out, "  rules: {}", rules.join(", "))?;
    Ok(None)
}
