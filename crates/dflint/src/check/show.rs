//! `--show-files` and `--show-settings`.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use dflint_linter::Source;
use dflint_project::discovery::Discovered;
use dflint_project::paths::relative;
use dflint_project::project::Project;
use dflint_project::source::read;
use dflint_report::{FileReport, Report};

use super::{config_failure, failure, path_errors, tell_errors};
use crate::args::CheckArgs;
use crate::terminal::print;
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
            let path = relative(project.directory(), &file.path);
            writeln!(out, "{path}")?;
            if args.output.show_settings
                && let Err(error) = write_settings(project, &file.path, out)?
            {
                errors.push(error);
            }
        }
        Ok(())
    })?;
    let report = Report { files: errors };
    tell_errors(&report);
    Ok(if report.files.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(FAILURE)
    })
}

/// The outer error is that of the output, the inner one that of the file's settings.
fn write_settings(
    project: &Project,
    path: &Path,
    out: &mut dyn Write,
) -> io::Result<Result<(), FileReport>> {
    let governing = match project.governing(path) {
        Ok(governing) => governing,
        Err(error) => return Ok(Err(config_failure(project, &error))),
    };
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let path = relative(project.directory(), path);
            return Ok(Err(failure(path, error.to_string())));
        }
    };
    let context = Source::read(&bytes).ok().and_then(|source| {
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
    Ok(Ok(()))
}
