//! `cargo xtask fmt`: `cargo fmt`, and the rule code that it cannot see.
//!
//! rustfmt finds files by their `mod` lines; those of the rules are written by a build script.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::Context;
use dflint_knowledge::Category;

/// What to do with the code.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; fail where code is not formatted.
    #[arg(long)]
    check: bool,
}

/// Formats all code of the workspace, or checks it.
///
/// # Errors
/// The rules cannot be listed, or rustfmt cannot be started.
pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let check = arguments.check.then_some("--check");
    let mut workspace = Command::new("cargo");
    workspace
        .current_dir(&root)
        .args(["fmt", "--all", "--"])
        .args(check);
    let mut rules = Command::new("rustfmt");
    rules.args(["--edition", "2024"]).args(check);
    rules.args(rule_files(&root.join("crates/dflint-rules/src"))?);
    let mut good = true;
    for mut command in [workspace, rules] {
        let status = command.status().context("cannot start rustfmt")?;
        good &= status.success();
    }
    Ok(if good {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// `<category>/*.rs` and `<category>/*/mod.rs`; the files of a rule's own modules are found
/// through its `mod.rs`.
fn rule_files(source: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let folders = Category::ALL.map(|category| source.join(category.as_str()));
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            files.push(if path.is_dir() {
                path.join("mod.rs")
            } else {
                path
            });
        }
    }
    Ok(files)
}
