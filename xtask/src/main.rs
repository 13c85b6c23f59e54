//! Chores of the dflint repository: `cargo xtask <chore>`.

mod conformance;

use std::process::ExitCode;

use clap::Parser;

/// Chores of the dflint repository.
#[derive(Debug, Parser)]
#[command(name = "xtask")]
enum Chore {
    /// Compare dflint with recorded answers of BuildKit and hadolint.
    Conformance(conformance::Arguments),
}

fn main() -> anyhow::Result<ExitCode> {
    match Chore::parse() {
        Chore::Conformance(arguments) => conformance::run(&arguments),
    }
}
