//! What the Dockerfiles that share a build context need of it.

use dflint_build::path::base;
use dflint_build::{BuildContext, DockerIgnore, EntryKind, Model, ModelOptions, Step};

use crate::Context;
use crate::sent_files::taken;

/// The most Dockerfiles of a context that are read.
const MAX_DOCKERFILES: usize = 64;

/// The paths of a context that some step takes by name.
#[derive(Default)]
pub(super) struct Needed {
    paths: Vec<String>,
    /// Whether a step calls git, which reads `.git`.
    calls_git: bool,
}

impl Needed {
    /// What this file and the other Dockerfiles of the context take.
    ///
    /// # Errors
    /// There are too many of them to look at all.
    pub(super) fn of(cx: &Context, context: &dyn BuildContext) -> Result<Self, String> {
        let mut needed = Self::default();
        needed.add(cx.model, "");
        let entries = context.entries().unwrap_or_default().iter();
        let others = entries
            .filter(|entry| entry.kind == EntryKind::File && is_dockerfile(base(&entry.path)));
        for (count, other) in others.enumerate() {
            if count == MAX_DOCKERFILES {
                return Err(format!(
                    "more than {MAX_DOCKERFILES} Dockerfiles may share the build context"
                ));
            }
            let Some(text) = context.read(&other.path) else {
                return Err(format!(
                    "`{}`, which may share the build context, cannot be read",
                    other.path
                ));
            };
            let file = dflint_parser::parse(&text);
            let model = Model::new(&file, &ModelOptions::default());
            // It may be built with this context, or with its own folder.
            needed.add(&model, "");
            if let Some((folder, _)) = other.path.rsplit_once('/') {
                needed.add(&model, folder);
            }
        }
        needed.paths.sort_unstable();
        needed.paths.dedup();
        Ok(needed)
    }

    fn add(&mut self, model: &Model, folder: &str) {
        for (_, step) in model.steps().filter(|(_, step)| !step.is_trigger) {
            let paths = taken(step).into_iter().map(|taken| taken.path);
            let named = paths
                .map(|path| path.trim_end_matches('/'))
                .filter(|path| !path.is_empty());
            self.paths.extend(named.map(|path| match folder {
                "" => path.to_owned(),
                folder => format!("{folder}/{path}"),
            }));
            self.calls_git |= calls_git(step, model);
        }
    }

    /// Whether `pattern` of a `.dockerignore` keeps out what is needed.
    pub(super) fn is_hidden_by(&self, pattern: &str) -> bool {
        let ignore = DockerIgnore::parse(pattern);
        pattern == ".git" && self.calls_git || self.paths.iter().any(|path| ignore.excludes(path))
    }
}

fn calls_git(step: &Step, model: &Model) -> bool {
    // Other Dockerfiles are only read for this: few of them have to be read as scripts.
    if !step.instruction.span.text(model.file().source).contains("git") {
        return false;
    }
    let commands = step.script().map(|script| script.commands());
    let mut commands = commands.into_iter().flatten();
    commands.any(|command| command.name() == Some("git"))
}

fn is_dockerfile(name: &str) -> bool {
    ["Dockerfile", "Containerfile"]
        .iter()
        .any(|usual| name.starts_with(usual) || name.ends_with(&format!(".{usual}")))
        && !name.ends_with(".dockerignore")
}
