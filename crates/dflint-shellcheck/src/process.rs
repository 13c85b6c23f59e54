//! Running ShellCheck.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use crate::report::{Comment, Output};

/// How many scripts one process reads.
const SCRIPTS_A_PROCESS: usize = 256;

/// How long one process may take; it needs a second or two.
const LONGEST: Duration = Duration::from_secs(120);

/// What says nothing about a `RUN`: the shell of the shebang, and files that are read into the
/// script.
const EXCLUDED: &str = "SC2187,SC1090,SC1091";

/// The program that `name` means: a path, or else a name that is looked up in `PATH`.
#[must_use]
pub fn find(name: &Path) -> Option<PathBuf> {
    if name.components().count() > 1 {
        return name.is_file().then(|| name.to_owned());
    }
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .filter(|directory| directory.is_absolute())
        .map(|directory| directory.join(name))
        .map(|file| {
            let suffix = std::env::consts::EXE_SUFFIX;
            if suffix.is_empty() {
                file
            } else {
                file.with_extension(suffix.trim_start_matches('.'))
            }
        })
        .find(|file| file.is_file())
}

/// What ShellCheck at `program` says of each of `scripts`, in their order.
///
/// # Errors
///
/// Where it cannot be started, takes too long, or says nothing that can be read.
pub(crate) fn read(program: &Path, scripts: &[String]) -> io::Result<Vec<Arc<[Comment]>>> {
    let workers = thread::available_parallelism().map_or(1, usize::from);
    let share = scripts.len().div_ceil(workers).clamp(1, SCRIPTS_A_PROCESS);
    let mut read = Vec::with_capacity(scripts.len());
    let chunks: Vec<&[String]> = scripts.chunks(share).collect();
    for together in chunks.chunks(workers) {
        let results: Vec<_> = thread::scope(|scope| {
            let started: Vec<_> = together
                .iter()
                .map(|scripts| scope.spawn(|| read_some(program, scripts)))
                .collect();
            let gone = || Err(io::Error::other("the thread that ran it is gone"));
            let ended = started.into_iter().map(|thread| thread.join());
            ended
                .map(|result| result.unwrap_or_else(|_| gone()))
                .collect()
        });
        for result in results {
            read.extend(result?);
        }
    }
    Ok(read)
}

fn read_some(program: &Path, scripts: &[String]) -> io::Result<Vec<Arc<[Comment]>>> {
    let directory = tempfile::tempdir()?;
    let names: Vec<String> = (0..scripts.len())
        .map(|index| format!("{index}.sh"))
        .collect();
    for (name, script) in names.iter().zip(scripts) {
        fs::write(directory.path().join(name), script)?;
    }
    let mut command = Command::new(program);
    command
        .args(["--format=json1", "--norc", "--exclude", EXCLUDED, "--"])
        .args(&names)
        .current_dir(directory.path())
        .env_remove("SHELLCHECK_OPTS");
    let (stdout, stderr) = output_within(LONGEST, &mut command)?;
    let output: Output = serde_json::from_slice(&stdout).map_err(|error| {
        let said = String::from_utf8_lossy(&stderr);
        let said = said.lines().next().unwrap_or_default();
        io::Error::other(format!(
            "its output cannot be read: {error}; it says: {said}"
        ))
    })?;
    let mut by_name: HashMap<String, Vec<Comment>> = HashMap::new();
    for comment in output.comments {
        by_name
            .entry(comment.file.clone())
            .or_default()
            .push(comment);
    }
    let of = |name: &String| by_name.remove(name).unwrap_or_default().into();
    Ok(names.iter().map(of).collect())
}

/// What `command` writes to its outputs before it ends. A process that takes longer is killed.
fn output_within(limit: Duration, command: &mut Command) -> io::Result<(Vec<u8>, Vec<u8>)> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stdout = reader(child.stdout.take());
    let stderr = reader(child.stderr.take());
    let deadline = Instant::now() + limit;
    let rest = || deadline.saturating_duration_since(Instant::now());
    let read = stdout.recv_timeout(rest()).and_then(|stdout| {
        let stderr = stderr.recv_timeout(rest())?;
        Ok((stdout, stderr))
    });
    let Ok((stdout, stderr)) = read else {
        child.kill()?;
        child.wait()?;
        let seconds = limit.as_secs();
        return Err(io::Error::other(format!(
            "it did not end within {seconds} seconds"
        )));
    };
    child.wait()?;
    Ok((stdout?, stderr?))
}

/// Reads a stream in a thread of its own: a process whose outputs are not read stops.
fn reader(stream: Option<impl Read + Send + 'static>) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut read = Vec::new();
        let result = match stream {
            Some(mut stream) => stream.read_to_end(&mut read).map(|_| read),
            None => Ok(read),
        };
        // Nobody listens where the process took too long.
        let _ = sender.send(result);
    });
    receiver
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_does_not_end_is_killed() {
        let mut command = Command::new("sleep");
        let error = output_within(Duration::from_millis(50), command.arg("600"));
        assert_eq!(
            error.map_err(|error| error.to_string()),
            Err("it did not end within 0 seconds".to_owned()),
        );
    }

    #[test]
    fn both_outputs_are_read() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2"]);
        let (stdout, stderr) = output_within(LONGEST, &mut command).expect("it runs");
        assert_eq!(
            (stdout.as_slice(), stderr.as_slice()),
            (&b"out\n"[..], &b"err\n"[..])
        );
    }
}
