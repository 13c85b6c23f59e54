//! The program that is put to the proof.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use tempfile::TempDir;

/// A copy of dflint, built from this tree. It stays the same while the sources change.
#[derive(Debug)]
pub(super) struct Dflint {
    folder: TempDir,
}

impl Dflint {
    /// Builds dflint.
    ///
    /// # Errors
    /// It does not build.
    pub(super) fn build() -> anyhow::Result<Self> {
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
        let output = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "dflint", "--bin", "dflint"])
            .args(["--message-format", "json-render-diagnostics"])
            .args(["--manifest-path", manifest])
            .stderr(Stdio::inherit())
            .output()
            .context("cannot run cargo")?;
        ensure!(output.status.success(), "dflint does not build");
        let messages = String::from_utf8_lossy(&output.stdout);
        let program = messages.lines().find_map(executable);
        let program = program.context("cargo does not say where dflint is")?;
        let folder = tempfile::tempdir()?;
        std::fs::copy(program, folder.path().join("dflint"))?;
        Ok(Self { folder })
    }

    /// Fixes `target` in `folder`, as the repository's own configuration does not reach there.
    ///
    /// # Errors
    /// dflint cannot be run, or fails.
    pub(super) fn fix(
        &self,
        folder: &Path,
        target: &str,
        rules: &[String],
        unsafe_fixes: bool,
    ) -> anyhow::Result<()> {
        let mut command = Command::new(self.folder.path().join("dflint"));
        command.args(["check", "--isolated", "--quiet", "--exit-zero", "--fix"]);
        command.args(rules.iter().flat_map(|rule| ["--select", rule]));
        if unsafe_fixes {
            command.arg("--unsafe-fixes");
        }
        command.arg(target).current_dir(folder);
        let status = command
            .stdout(Stdio::null())
            .status()
            .context("cannot run dflint")?;
        ensure!(status.success(), "dflint failed");
        Ok(())
    }
}

/// The program that a message of cargo names.
fn executable(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let path = message.get("executable")?.as_str()?;
    Some(PathBuf::from(path))
}
