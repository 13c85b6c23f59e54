//! `cargo xtask scale`: whether dflint's time and memory grow with a file, or faster.
//!
//! Each shape is written in its size and ten times as large, and the release binary is measured
//! with both. What grows with the file takes ten times as long; the table marks what takes much
//! longer.

mod shapes;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;

use self::shapes::{SHAPES, Shape};
use crate::measure::{Figures, measure, release_binary};

/// How much larger the second file is.
const FACTOR: usize = 10;

/// More than this many times the processor time is marked: twice what grows with the file.
const BOUND: f64 = 20.0;

/// Processor time below this says nothing about growth, whatever the quotient.
const SMALL: Duration = Duration::from_millis(100);

/// The command line of `cargo xtask scale`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The binary to measure instead of the release build beside this program.
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Only shapes whose name holds this.
    #[arg(long, value_name = "TEXT", default_value = "")]
    shape: String,
    /// Only ways to run dflint whose name holds this.
    #[arg(long, value_name = "TEXT", default_value = "")]
    mode: String,
    /// Writes the files there and measures nothing.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
}

/// A way to run dflint.
struct Mode {
    name: &'static str,
    flags: &'static [&'static str],
}

/// The ways to run it that do different work.
const MODES: &[Mode] = &[
    Mode {
        name: "lint",
        flags: &["--preset", "all", "--output-format", "json"],
    },
    Mode {
        name: "diff",
        flags: &["--preset", "all", "--unsafe-fixes", "--diff"],
    },
    Mode {
        name: "human",
        flags: &["--preset", "all", "--output-format", "human"],
    },
    Mode {
        name: "sarif",
        flags: &["--preset", "all", "--output-format", "sarif"],
    },
    Mode {
        name: "hadolint",
        flags: &["--preset", "hadolint", "--output-format", "checkstyle"],
    },
];

/// Measures and prints a table; fails where something grows faster than the file.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let wanted = SHAPES
        .iter()
        .filter(|shape| shape.name.contains(&arguments.shape));
    if let Some(directory) = &arguments.write {
        for shape in wanted {
            write(shape, 1, directory)?;
            write(shape, FACTOR, directory)?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let binary = arguments.binary.clone().map_or_else(release_binary, Ok)?;
    let directory = tempfile::tempdir()?;
    let empty = directory.path().join("Dockerfile");
    std::fs::write(&empty, "FROM scratch\n")?;
    println!(
        "{:<36}{:<10}{:>9}{:>9}{:>8}{:>9}",
        "", "", "cpu ms", "x10", "times", "peak MiB"
    );
    let mut is_good = true;
    for shape in wanted {
        let small = write(shape, 1, directory.path())?;
        let large = write(shape, FACTOR, directory.path())?;
        for mode in MODES
            .iter()
            .filter(|mode| mode.name.contains(&arguments.mode))
        {
            let [start, small, large] =
                [&empty, &small, &large].map(|path| measure(&binary, &command_line(mode, path), 1));
            let (start, small, large) = (start?, small?, large?);
            is_good &= row(shape, mode, &start, &small, &large);
        }
    }
    Ok(if is_good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn write(shape: &Shape, factor: usize, directory: &Path) -> anyhow::Result<PathBuf> {
    let name = format!("Dockerfile.{}.{factor}", shape.name.replace(' ', "-"));
    let path = directory.join(name);
    std::fs::write(&path, (shape.make)(shape.size * factor))
        .with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path)
}

fn command_line(mode: &Mode, path: &Path) -> Vec<OsString> {
    ["check", "--isolated", "--exit-zero"]
        .iter()
        .chain(mode.flags)
        .map(OsString::from)
        .chain([path.into()])
        .collect()
}

/// Prints how the shape fared, and whether well.
fn row(shape: &Shape, mode: &Mode, start: &Figures, small: &Figures, large: &Figures) -> bool {
    let small_cpu = small.cpu.saturating_sub(start.cpu);
    let large_cpu = large.cpu.saturating_sub(start.cpu);
    // A clock tick is the least that can be told from nothing.
    let times = large_cpu.as_secs_f64() / small_cpu.as_secs_f64().max(0.001);
    let is_good = large_cpu < SMALL || times < BOUND;
    println!(
        "{:<36}{:<10}{:>9.1}{:>9.1}{:>8.1}{:>9}{}",
        shape.name,
        mode.name,
        small_cpu.as_secs_f64() * 1e3,
        large_cpu.as_secs_f64() * 1e3,
        times,
        large.peak_bytes >> 20,
        if is_good { "" } else { "  <--" },
    );
    is_good
}
