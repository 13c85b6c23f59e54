//! One command, run several times, as a whole process.

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use wait4::Wait4 as _;

/// `target/release/dflint` for an xtask that runs from `target/debug`.
pub(crate) fn release_binary() -> anyhow::Result<PathBuf> {
    let program = std::env::current_exe()?;
    let target = program.parent().and_then(Path::parent);
    let target = target.context("this program does not run from a target directory")?;
    let name = format!("dflint{}", std::env::consts::EXE_SUFFIX);
    let binary = target.join("release").join(name);
    ensure!(
        binary.is_file(),
        "{} is missing; cargo build --release -p dflint makes it",
        binary.display()
    );
    Ok(binary)
}

/// What a command takes: the median of its runs, figure by figure.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    /// From starting the process to its end.
    pub(crate) wall: Duration,
    /// Processor time of all its threads, in user mode and in the kernel.
    pub(crate) cpu: Duration,
    /// The most memory that was resident at once, in bytes.
    pub(crate) peak_bytes: u64,
}

/// Runs a command once unmeasured and `runs` times measured; what it prints is thrown away.
///
/// # Errors
/// The command cannot be started or waited for. Its exit code does not matter: linters end with 1
/// where they find something.
pub(crate) fn measure(program: &Path, arguments: &[OsString], runs: usize) -> io::Result<Figures> {
    run(program, arguments)?;
    let figures: Vec<Figures> = (0..runs)
        .map(|_| run(program, arguments))
        .collect::<Result<_, _>>()?;
    Ok(Figures {
        wall: median(figures.iter().map(|figures| figures.wall)),
        cpu: median(figures.iter().map(|figures| figures.cpu)),
        peak_bytes: median(figures.iter().map(|figures| figures.peak_bytes)),
    })
}

fn run(program: &Path, arguments: &[OsString]) -> io::Result<Figures> {
    let start = Instant::now();
    let child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let usage = child.wait4()?.rusage;
    Ok(Figures {
        wall: start.elapsed(),
        cpu: usage.utime + usage.stime,
        peak_bytes: usage.maxrss,
    })
}

fn median<T: Ord + Default>(numbers: impl Iterator<Item = T>) -> T {
    let mut numbers: Vec<T> = numbers.collect();
    numbers.sort_unstable();
    let middle = numbers.len() / 2;
    numbers.into_iter().nth(middle).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_median_stands_in_the_middle() {
        assert_eq!(median([3, 1, 2].into_iter()), 2);
        assert_eq!(median([9].into_iter()), 9);
        assert_eq!(median(std::iter::empty::<u64>()), 0);
    }
}
