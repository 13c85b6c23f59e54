//! Running ShellCheck.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use crate::report::{Comment, Output};

/// How many scripts one process reads.
const SCRIPTS_A_PROCESS: usize = 256;

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
/// Where it cannot be started, or says nothing that can be read.
pub(crate) fn read(program: &Path, scripts: &[String]) -> io::Result<Vec<Arc<[Comment]>>> {
    let mut read = Vec::with_capacity(scripts.len());
    for scripts in scripts.chunks(SCRIPTS_A_PROCESS) {
        read.extend(read_some(program, scripts)?);
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
    let output = Command::new(program)
        .args(["--format=json1", "--norc", "--exclude", EXCLUDED, "--"])
        .args(&names)
        .current_dir(directory.path())
        .env_remove("SHELLCHECK_OPTS")
        .stdin(Stdio::null())
        .output()?;
    let output: Output = serde_json::from_slice(&output.stdout).map_err(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
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
