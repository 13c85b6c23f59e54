//! A case of `testdata/e2e`: a project, what dflint does to it, and what is measured.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde::Deserialize;
use walkdir::WalkDir;

/// `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// What the case proves, in a few words; a row of the table.
    pub(super) about: String,
    /// The images that the case's Dockerfile builds on. Some are made first, since the engine may
    /// have no registry to pull from.
    pub(super) base: Vec<Base>,
    /// The command that prints the version of what is fixed, run in the image.
    pub(super) version: String,
    /// The folder of `testdata/e2e/registry` that is served to the builds.
    pub(super) registry: Option<String>,
    /// The rules that dflint fixes.
    pub(super) select: Vec<String>,
    /// Whether unsafe fixes are applied too.
    #[serde(default)]
    pub(super) unsafe_fixes: bool,
    /// For a fix that makes another image on purpose: a command for the shell, run in both images
    /// as their own user, in their own directory. It must print the same.
    pub(super) output: Option<String>,
    /// Files of the image that may differ.
    #[serde(default)]
    pub(super) allow: Vec<Allowance>,
}

/// A base image of a case.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Base {
    /// The name that the case's Dockerfile builds on.
    pub(super) image: String,
    /// The Dockerfile that makes it, in the case's folder; absent if the engine has the image.
    pub(super) file: Option<String>,
}

/// A part of the image that a fix may change, and why.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Allowance {
    /// A path in the image, without the leading `/`; everything below it is meant too. `*` stands
    /// for a part of a name that is another one each time.
    pub(super) path: String,
    /// Why it may differ.
    pub(super) why: String,
    /// Whether only its mode and owner may, and nothing below it.
    #[serde(default)]
    pub(super) mode_only: bool,
}

/// A case on disk.
#[derive(Debug)]
pub(super) struct Case {
    /// The folder's name.
    pub(super) name: String,
    /// The folder.
    pub(super) folder: PathBuf,
    /// `case.toml`.
    pub(super) settings: Settings,
}

/// A version of a case's project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// As it is.
    None,
    /// A source file was edited.
    Source,
    /// A dependency was added.
    Dependency,
}

impl Change {
    /// The folder whose files replace those of the project.
    pub(super) fn folder(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Source => Some("source-change"),
            Self::Dependency => Some("new-dependency"),
        }
    }
}

impl Case {
    /// Reads the cases below `root`, sorted by name; only those named in `only`, if any are.
    ///
    /// # Errors
    /// A case that cannot be read, or a name in `only` that is none.
    pub(super) fn load_all(root: &Path, only: &[String]) -> anyhow::Result<Vec<Self>> {
        let mut cases = Vec::new();
        for entry in fs::read_dir(root).with_context(|| format!("{}", root.display()))? {
            let folder = entry?.path();
            let file = folder.join("case.toml");
            let name = folder.file_name().unwrap_or_default().to_string_lossy();
            let wanted = only.is_empty() || only.iter().any(|only| *only == name);
            if !file.is_file() || !wanted {
                continue;
            }
            let text = fs::read_to_string(&file)?;
            let settings = toml::from_str(&text).with_context(|| format!("{}", file.display()))?;
            cases.push(Self {
                name: name.into_owned(),
                folder,
                settings,
            });
        }
        ensure!(
            only.len() <= cases.len(),
            "there is no such case below {}",
            root.display()
        );
        cases.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(cases)
    }

    /// Whether the case has a version of the project with this change.
    pub(super) fn has(&self, change: Change) -> bool {
        change
            .folder()
            .is_none_or(|folder| self.folder.join(folder).is_dir())
    }

    /// Writes the project with a change into `target`, with `registry` in the place of
    /// `@REGISTRY@`. A Dockerfile already there is kept, so that a fixed one can be tried.
    ///
    /// # Errors
    /// A file that cannot be read or written.
    pub(super) fn write(
        &self,
        change: Change,
        registry: &str,
        target: &Path,
    ) -> anyhow::Result<()> {
        let overlays = ["project"].into_iter().chain(change.folder());
        for overlay in overlays {
            let source = self.folder.join(overlay);
            for entry in WalkDir::new(&source) {
                let entry = entry?;
                let path = target.join(entry.path().strip_prefix(&source)?);
                if entry.file_type().is_dir() {
                    fs::create_dir_all(&path)?;
                    continue;
                }
                if path.ends_with("Dockerfile") && path.exists() {
                    continue;
                }
                let text = fs::read_to_string(entry.path())?;
                fs::write(&path, text.replace("@REGISTRY@", registry))?;
            }
        }
        Ok(())
    }
}
