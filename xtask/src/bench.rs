//! `cargo xtask bench`: how long the release binary takes for a corpus, as a whole process.
//!
//! Whatever a user waits for is in the figures: starting the process, finding the files, reading
//! them, linting, printing. Neighbours that are on `PATH` are measured in the same way.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, ensure};
use walkdir::WalkDir;

use crate::measure::{Figures, measure, release_binary};

/// The command line of `cargo xtask bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder that holds `corpus`.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// The binary to measure instead of the release build beside this program.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// How many runs are counted; one more warms the caches up.
    #[arg(long, value_name = "N", default_value_t = 5)]
    runs: usize,
}

/// What is measured: a name for the table, and a command.
struct Case {
    name: String,
    program: PathBuf,
    arguments: Vec<OsString>,
    files: usize,
    bytes: u64,
}

/// A Dockerfile of the corpus.
struct Sample {
    path: PathBuf,
    bytes: u64,
}

/// Measures and prints a table.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => release_binary()?,
    };
    let corpus = arguments.data.join("corpus");
    let samples = samples(&corpus)?;
    let mut cases = dflint_cases(&binary, &corpus, &samples);
    cases.extend(neighbours(&corpus, &samples));
    println!(
        "{} files, {} bytes, median of {} runs",
        samples.len(),
        total(&samples),
        arguments.runs
    );
    println!("{}", heading());
    for case in &cases {
        let figures = measure(&case.program, &case.arguments, arguments.runs)
            .with_context(|| format!("cannot measure {}", case.name))?;
        println!("{}", row(case, &figures));
    }
    Ok(ExitCode::SUCCESS)
}

/// The Dockerfiles of the corpus, smallest first.
fn samples(corpus: &Path) -> anyhow::Result<Vec<Sample>> {
    let mut samples = Vec::new();
    for entry in WalkDir::new(corpus) {
        let entry = entry.with_context(|| format!("cannot read {}", corpus.display()))?;
        let name = entry.file_name().to_string_lossy().to_lowercase();
        if entry.file_type().is_file() && name.contains("dockerfile") {
            samples.push(Sample {
                bytes: entry.metadata()?.len(),
                path: entry.into_path(),
            });
        }
    }
    ensure!(
        !samples.is_empty(),
        "no Dockerfile below {}",
        corpus.display()
    );
    samples.sort_by(|one, other| (one.bytes, &one.path).cmp(&(other.bytes, &other.path)));
    Ok(samples)
}

fn total(samples: &[Sample]) -> u64 {
    samples.iter().map(|sample| sample.bytes).sum()
}

/// The corpus with each preset and with fixes, and one file of ordinary size.
fn dflint_cases(binary: &Path, corpus: &Path, samples: &[Sample]) -> Vec<Case> {
    let case = |name: String, flags: &[&str], path: &Path, files: usize, bytes: u64| Case {
        name,
        program: binary.to_owned(),
        arguments: ["check", "--isolated", "--exit-zero"]
            .iter()
            .chain(flags)
            .map(OsString::from)
            .chain([path.into()])
            .collect(),
        files,
        bytes,
    };
    let all = |name: &str, flags: &[&str]| {
        let name = format!("dflint {name}");
        case(name, flags, corpus, samples.len(), total(samples))
    };
    let mut cases = vec![
        all("--preset buildkit", &["--preset", "buildkit"]),
        all("--preset recommended", &["--preset", "recommended"]),
        all("--preset hadolint", &["--preset", "hadolint"]),
        all("--preset all", &["--preset", "all"]),
        all("--diff", &["--diff"]),
    ];
    if let Some(sample) = samples.get(samples.len() / 2) {
        let name = "dflint, one file".to_owned();
        cases.push(case(name, &[], &sample.path, 1, sample.bytes));
    }
    cases
}

/// Other linters that are on `PATH`, with the corpus.
fn neighbours(corpus: &Path, samples: &[Sample]) -> Vec<Case> {
    let paths: Vec<OsString> = samples.iter().map(|s| s.path.clone().into()).collect();
    let known = [
        ("hadolint", paths),
        ("tally", vec!["lint".into(), corpus.into()]),
    ];
    let found = known.into_iter().filter_map(|(name, arguments)| {
        Some(Case {
            name: name.to_owned(),
            program: on_path(name)?,
            arguments,
            files: samples.len(),
            bytes: total(samples),
        })
    });
    found.collect()
}

fn on_path(program: &str) -> Option<PathBuf> {
    let directories = std::env::var_os("PATH")?;
    std::env::split_paths(&directories)
        .map(|directory| directory.join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
        .find(|candidate| candidate.is_file())
}

fn heading() -> String {
    let mut line = format!("{:<28}", "");
    for title in ["wall ms", "cpu ms", "files/s", "MB/s", "peak MiB"] {
        let _ = write!(line, "{title:>10}");
    }
    line
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a corpus is far below the 2^52 bytes that a float counts exactly"
)]
fn row(case: &Case, figures: &Figures) -> String {
    let seconds = figures.wall.as_secs_f64().max(f64::MIN_POSITIVE);
    let mut line = format!("{:<28}", case.name);
    let numbers = [
        seconds * 1e3,
        figures.cpu.as_secs_f64() * 1e3,
        case.files as f64 / seconds,
        case.bytes as f64 / 1e6 / seconds,
        figures.peak_bytes as f64 / f64::from(1 << 20),
    ];
    for number in numbers {
        let _ = write!(line, "{number:>10.1}");
    }
    line
}
