//! `dflint migrate`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use dflint_project::config::{ConfigError, ConfigFiles, migrate};
use dflint_project::paths::{absolute, relative};
use dflint_project::write::create;

use crate::Failure;
use crate::args::MigrateArgs;
use crate::terminal::{print, say_plainly};

/// The file that is written where nobody names another one.
const NAME: &str = "dflint.toml";

/// Writes the `dflint.toml` that says what hadolint's configuration says.
pub(crate) fn run(args: &MigrateArgs) -> Result<ExitCode, Failure> {
    let directory = std::env::current_dir()?;
    let source = source(args, &directory)?;
    let text = migrate(&source).map_err(|error| refused(&directory, &error))?;
    if args.stdout {
        print(|out| out.write_all(text.as_bytes()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let target = match &args.output {
        Some(path) => absolute(&directory, path),
        None => source.with_file_name(NAME),
    };
    let told = relative(&directory, &target);
    create(&target, &text).map_err(|error| Failure::Usage(format!("{told}: {error}")))?;
    say_plainly(&format!(
        "{told} says what {} says, which is not read any more",
        relative(&directory, &source)
    ));
    Ok(ExitCode::SUCCESS)
}

fn source(args: &MigrateArgs, directory: &Path) -> Result<PathBuf, Failure> {
    let named = args.file.as_deref().map(|file| absolute(directory, file));
    let nearest = || {
        let file = ConfigFiles::default().hadolints(directory)?;
        Some(file.to_path_buf())
    };
    named.or_else(nearest).ok_or_else(|| {
        let message = "there is no .hadolint.yaml or .hadolint.yml here or above";
        Failure::Usage(message.to_owned())
    })
}

fn refused(directory: &Path, error: &ConfigError) -> Failure {
    let path = relative(directory, &error.path);
    Failure::Usage(match error.place {
        Some((start, _)) => format!("{path}:{}:{}: {error}", start.line, start.column),
        None => format!("{path}: {error}"),
    })
}
