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
use crate::terminal::{print, say};

/// The exit status when the command line, a configuration or a file could not be used.
const FAILURE: u8 = 2;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command {
        None => check::run(&cli.check),
        Some(Command::Check(args)) => check::run(&args),
        Some(Command::Explain { rule }) => explain::run(&rule),
        Some(Command::Rules) => rules::run(),
        Some(Command::Migrate(args)) => migrate::run(&args),
        Some(Command::Completions { shell }) => print(|out| {
            clap_complete::generate(shell, &mut Cli::command(), "dflint", out);
            Ok(())
        })
        .map(|()| ExitCode::SUCCESS)
        .map_err(Failure::from),
    };
    done.unwrap_or_else(|failure| {
        say(&format!("error: {failure}"));
        ExitCode::from(FAILURE)
    })
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
