//! `cargo xtask e2e`: real builds before and after a fix.
//!
//! A case is a project under `testdata/e2e`. It is built as it is and as dflint fixed it; the two
//! images are compared file by file, with an empty cache and with a full one. Then a source file
//! changes, and the steps that run again are counted; then a dependency is added, and the packages
//! that are fetched are counted. A case that divides a stage makes another image on purpose: there
//! the program's output and the sizes are compared. The results are the tables of
//! `docs/evidence.md`.

mod case;
mod check;
mod deadline;
mod dflint;
mod engine;
mod image;
mod proof;
mod registry;
mod row;
mod table;

use std::path::PathBuf;
use std::process::ExitCode;

use case::Case;
use dflint::Dflint;
use engine::Engine;
use proof::{Fixer, Proof};
use registry::Registry;
use table::Entry;

/// The command line of `cargo xtask e2e`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A program whose `env` command prints the variables that lead to an engine. Without it, the
    /// engine is the one that `docker` finds (DOCKER_HOST).
    #[arg(long, value_name = "PROGRAM")]
    engine: Option<String>,
    /// Run only this case (may be repeated).
    #[arg(long, value_name = "NAME")]
    case: Vec<String>,
    /// Instead of what dflint makes of a Dockerfile, build the one that a person wrote (`after/`):
    /// this settles whether a fix is safe before there is one.
    #[arg(long)]
    by_hand: bool,
    /// The cases.
    #[arg(long, value_name = "DIR", default_value = "testdata/e2e")]
    data: PathBuf,
    /// Put the results into the table of this file; rows of other cases stay.
    #[arg(long, value_name = "FILE", conflicts_with = "by_hand")]
    write: Option<PathBuf>,
    /// Instead of the cases, let dflint fix a copy of this folder (may be repeated), and the engine
    /// check every Dockerfile in it, as it is, with safe fixes, and with all.
    #[arg(long, value_name = "DIR")]
    check: Vec<PathBuf>,
}

/// Runs the cases and prints the table. The exit code is 1 when an image differs.
///
/// # Errors
/// A case cannot be read, dflint cannot be built, or a table cannot be written.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let engine = match Engine::find(arguments.engine.as_deref()) {
        Ok(engine) => engine,
        Err(reason) => {
            println!("e2e: not run, since no engine answers: {reason:#}");
            return Ok(ExitCode::SUCCESS);
        }
    };
    let dflint = Dflint::build()?;
    let passed = match arguments.check.is_empty() {
        true => prove(arguments, &engine, &dflint)?,
        false => check::run(&arguments.check, &engine, &dflint)?,
    };
    Ok(match passed {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Runs the cases; whether all images were the same.
fn prove(arguments: &Arguments, engine: &Engine, dflint: &Dflint) -> anyhow::Result<bool> {
    let cases = Case::load_all(&arguments.data, &arguments.case)?;
    let registry = Registry::start(arguments.data.join("registry"))?;
    let fixer = match arguments.by_hand {
        true => Fixer::Person,
        false => Fixer::Dflint(dflint),
    };
    println!("Engine {}.", engine.version);
    let mut passed = true;
    let mut printed = None;
    for case in &cases {
        let proof = Proof::new(case, engine, &registry, fixer);
        let entry = match &case.settings.output {
            None => proof.run().map(|row| Entry::same(&row)),
            Some(output) => proof.divide(output).map(|row| Entry::divided(&row)),
        };
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                passed = false;
                println!("| {} | failed |", case.name);
                eprintln!("{}: {error:#}", case.name);
                continue;
            }
        };
        if printed.replace(entry.table) != Some(entry.table) {
            println!("\n{}", entry.table.head());
        }
        report(&entry);
        passed &= entry.passed;
        if let Some(file) = &arguments.write {
            let all = Case::load_all(&arguments.data, &[])?;
            table::write(file, &entry, &all)?;
        }
    }
    println!("\n{}", table::allowances(&cases));
    Ok(passed)
}

/// Prints a row, and what the table has no room for.
fn report(entry: &Entry) {
    println!("{}", entry.line);
    for remark in &entry.remarks {
        eprintln!("{}: {remark}", entry.name);
    }
}
