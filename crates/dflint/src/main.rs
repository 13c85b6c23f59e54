//! The dflint command line.

mod args;
mod check;
mod explain;
mod migrate;
mod rules;
mod terminal;

use std::io;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use crate::args::{Cli, Command};
use crate::terminal::{Tone, print, say};

/// A tenth faster than the system's on Linux. Huge pages, which would double the memory that is
/// held, are off in `Cargo.toml`.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit status when the command line, a configuration or a file could not be used.
const FAILURE: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::try_parse().unwrap_or_else(|error| {
        if error.use_stderr() && is_filter() {
            check::give_back();
        }
        error.exit()
    });
    let color = cli.check.output.color;
    let done = match cli.command {
        None => check::run(&cli.check),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Explain { rule }) => explain::run(&rule),
        Some(Command::Rules { output_format }) => rules::run(output_format),
        Some(Command::Migrate(args)) => migrate::run(&args),
        Some(Command::Completions { shell }) => print(|out| {
            clap_complete::generate(shell, &mut Cli::command(), "dflint", out);
            Ok(())
        })
        .map(|()| ExitCode::SUCCESS)
        .map_err(Failure::from),
    };
    done.unwrap_or_else(|failure| {
        say(Tone::Error, color, &failure.to_string());
        ExitCode::from(FAILURE)
    })
}

/// Whether a command line that cannot be read pipes a buffer through `--fix`.
fn is_filter() -> bool {
    let has = |wanted: &str| std::env::args_os().skip(1).any(|written| written == wanted);
    has("-") && has("--fix") && !has("--diff")
}

/// Why there is no result at all.
#[derive(Debug, thiserror::Error)]
enum Failure {
    /// The command line asks for what cannot be.
    #[error("{0}")]
    Usage(String),
    /// As above, found by the project.
    #[error(transparent)]
    Project(#[from] dflint_project::project::ProjectError),
    /// Output could not be written, or the working directory is gone.
    #[error(transparent)]
    Io(#[from] io::Error),
}
