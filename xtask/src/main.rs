//! Chores of the dflint repository: `cargo xtask <chore>`.

mod bench;
mod conformance;
mod docs;
mod e2e;
mod fmt;
mod measure;
mod scale;

use std::process::ExitCode;

use clap::Parser;

/// Chores of the dflint repository.
#[derive(Debug, Parser)]
#[command(name = "xtask")]
enum Chore {
    /// Measure the release binary on a corpus, as a whole process.
    Bench(bench::Arguments),
    /// Compare dflint with recorded answers of BuildKit and hadolint.
    Conformance(conformance::Arguments),
    /// Write docs/rules.md from the rule pages.
    Docs(docs::Arguments),
    /// Format all code, rules included.
    Fmt(fmt::Arguments),
    /// Find out whether dflint's time grows faster than the file it reads.
    Scale(scale::Arguments),
    /// Build images before and after a fix, with a real engine, and compare them.
    E2e(e2e::Arguments),
}

fn main() -> anyhow::Result<ExitCode> {
    match Chore::parse() {
        Chore::Bench(arguments) => bench::run(&arguments),
        Chore::Conformance(arguments) => conformance::run(&arguments),
        Chore::Docs(arguments) => docs::run(&arguments),
        Chore::Fmt(arguments) => fmt::run(&arguments),
        Chore::Scale(arguments) => scale::run(&arguments),
        Chore::E2e(arguments) => e2e::run(&arguments),
    }
}
