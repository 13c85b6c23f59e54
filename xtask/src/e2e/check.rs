//! What the engine's own checks say of files that dflint fixed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use walkdir::WalkDir;

use super::dflint::Dflint;
use super::engine::Engine;

/// Checks the Dockerfiles of each folder as they are, after safe fixes, and after all fixes;
/// whether no fix brought a complaint that was not there before.
///
/// # Errors
/// A folder cannot be read, or dflint fails.
pub(super) fn run(folders: &[PathBuf], engine: &Engine, dflint: &Dflint) -> anyhow::Result<bool> {
    let mut passed = true;
    for folder in folders {
        let copy = tempfile::tempdir()?;
        copy_folder(folder, copy.path())?;
        let files = dockerfiles(copy.path());
        let before = judge(engine, copy.path(), &files)?;
        dflint.fix(copy.path(), ".", &[], false)?;
        let safe = judge(engine, copy.path(), &files)?;
        dflint.fix(copy.path(), ".", &[], true)?;
        let all = judge(engine, copy.path(), &files)?;
        for (number, file) in files.iter().enumerate() {
            let states = [&before, &safe, &all].map(|states| states.get(number));
            let said = states.map(|state| match state {
                Some(None) => "accepted".to_owned(),
                Some(Some(complaint)) => complaint.clone(),
                None => "not checked".to_owned(),
            });
            passed &= said.iter().skip(1).all(|it| it == "accepted");
            println!("{}: {}", file.display(), said.join(" → "));
        }
    }
    Ok(passed)
}

/// The first complaint about each file; `None` where it is accepted.
fn judge(engine: &Engine, folder: &Path, files: &[PathBuf]) -> anyhow::Result<Vec<Option<String>>> {
    let complaints = files.iter().map(|file| {
        let path = folder.join(file);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        // Another frontend would have to be pulled.
        let is_frontend = |line: &&str| line.to_ascii_lowercase().starts_with("# syntax=");
        let kept: Vec<&str> = text.lines().filter(|line| !is_frontend(line)).collect();
        Ok(engine.complaint(&kept.join("\n"), folder))
    });
    complaints.collect()
}

fn dockerfiles(folder: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(folder).sort_by_file_name().into_iter();
    let names = entries.flatten().filter(|entry| {
        entry.file_type().is_file() && entry.file_name().to_string_lossy().contains("Dockerfile")
    });
    names
        .filter_map(|entry| Some(entry.path().strip_prefix(folder).ok()?.to_owned()))
        .collect()
}

fn copy_folder(from: &Path, to: &Path) -> anyhow::Result<()> {
    for entry in WalkDir::new(from) {
        let entry = entry?;
        let path = to.join(entry.path().strip_prefix(from)?);
        if entry.file_type().is_dir() {
            fs::create_dir_all(&path)?;
        } else {
            // Not a copy with its permissions: the original may be read-only.
            fs::write(&path, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}
