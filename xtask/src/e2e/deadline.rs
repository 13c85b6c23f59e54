//! A program that is given a limited time: a build that waits for the network would else wait on.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How often a running program is looked after.
const PAUSE: Duration = Duration::from_millis(100);

/// What a program left behind.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) status: ExitStatus,
    /// What it wrote to its standard error.
    pub(super) log: String,
}

/// Runs `command` for no longer than `limit`.
///
/// # Errors
/// It cannot be run, or was stopped at the limit.
pub(super) fn run(command: &mut Command, limit: Duration) -> anyhow::Result<Ended> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("log");
    // A file rather than a pipe, which has to be emptied while the program runs.
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(File::create(&path)?)
        .spawn()
        .with_context(|| format!("cannot run {}", command.get_program().display()))?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            let log = read(&path)?;
            return Ok(Ended { status, log });
        }
        if start.elapsed() >= limit {
            child.kill()?;
            child.wait()?;
            let log = read(&path)?;
            let last = log.lines().last().unwrap_or_default();
            bail!("stopped after {} seconds at: {last}", limit.as_secs());
        }
        thread::sleep(PAUSE);
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    Ok(String::from_utf8_lossy(&fs::read(path)?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_program_that_ends_tells_its_status_and_log() {
        let ended = run(&mut shell("echo no >&2; exit 3"), Duration::from_secs(600)).unwrap();
        assert_eq!((ended.status.code(), ended.log.as_str()), (Some(3), "no\n"));
    }

    #[test]
    fn a_program_that_hangs_is_stopped() {
        let mut hanging = shell("echo waiting >&2; exec sleep 600");
        let error = run(&mut hanging, Duration::from_secs(1)).unwrap_err();
        assert_eq!(error.to_string(), "stopped after 1 seconds at: waiting");
    }
}
