//! `cargo xtask e2e`: real builds before and after a fix.
//!
//! A case is a project under `testdata/e2e`. It is built as it is and as dflint fixed it; the two
//! images are compared file by file, with an empty cache and with a full one. Then a source file
//! changes, and the steps that run again are counted; then a dependency is added, and the packages
//! that are fetched are counted. The result is the table of `docs/evidence.md`.

mod case;
mod engine;
mod image;
mod proof;
mod registry;

use std::path::PathBuf;
use std::process::ExitCode;

use case::Case;
use engine::Engine;
use image::Difference;
use proof::{Proof, Row};
use registry::Registry;

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
}

/// Runs the cases and prints the table. The exit code is 1 when an image differs.
///
/// # Errors
/// A case cannot be read, dflint fixed nothing, or a build failed.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let cases = Case::load_all(&arguments.data, &arguments.case)?;
    let engine = match Engine::find(arguments.engine.as_deref()) {
        Ok(engine) => engine,
        Err(reason) => {
            println!("e2e: not run, since no engine answers: {reason:#}");
            return Ok(ExitCode::SUCCESS);
        }
    };
    let registry = Registry::start(arguments.data.join("registry"))?;
    println!("Engine {}.\n", engine.version);
    println!(
        "| case | what is fixed | files | same image (empty, full cache) | steps re-run after a source change | packages fetched for a new dependency |"
    );
    println!("|---|---|---|---|---|---|");
    let mut failed = false;
    for case in &cases {
        match Proof::new(case, &engine, &registry, arguments.by_hand).run() {
            Ok(row) => {
                failed |= row
                    .differences
                    .iter()
                    .any(|difference| !difference.is_empty());
                row.print();
            }
            Err(error) => {
                failed = true;
                println!("| {} | failed | | | | |", case.name);
                eprintln!("{}: {error:#}", case.name);
            }
        }
    }
    println!("\nNot compared:");
    for case in &cases {
        for allowance in &case.settings.allow {
            println!("- {}: `/{}`, {}", case.name, allowance.path, allowance.why);
        }
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

impl Row {
    fn print(&self) {
        let same = |difference: &Difference| {
            if difference.is_empty() {
                "yes"
            } else {
                "**no**"
            }
        };
        let [empty, full] = self.differences.each_ref().map(same);
        let source = self
            .source
            .map(|[before, after]| format!("{before} → {after}"));
        let dependency = self
            .dependency
            .map(|[before, after]| format!("{before} → {after}"));
        println!(
            "| {} | {} | {} | {empty}, {full} | {} | {} |",
            self.name,
            self.about,
            self.files,
            source.as_deref().unwrap_or("–"),
            dependency.as_deref().unwrap_or("–"),
        );
        for (path, what) in self
            .differences
            .iter()
            .flat_map(|difference| &difference.files)
        {
            eprintln!("{}: {path}: {what}", self.name);
        }
        if self
            .differences
            .iter()
            .any(|difference| difference.configuration)
        {
            eprintln!("{}: the image's configuration differs", self.name);
        }
    }
}
