//! What the Dockerfiles that share a build context need of it.

use crate::context::{BuildContext, Entry, EntryKind};
use crate::context_words::{made, named};
use crate::model::{Model, ModelOptions, Step};
use crate::path::base;
use crate::taken::taken;

/// The most Dockerfiles of a context that are read.
const MAX_DOCKERFILES: usize = 64;

/// What steps need of a build context.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContextNeeds {
    /// The paths and patterns that a step takes by name, relative to the context.
    pub paths: Vec<String>,
    /// What is there and a step copies from a stage that has it from the context, or a command
    /// names, and patterns that one names; nothing of what the same file makes.
    pub named: Vec<String>,
    /// The folders that a step makes in the project, by the names of the tables.
    pub made: Vec<&'static str>,
    /// Whether a step calls git, which reads `.git`.
    pub calls_git: bool,
}

impl ContextNeeds {
    /// What the Dockerfiles that stand in `context` need of it: any of them may be built with it,
    /// or with its own folder.
    ///
    /// # Errors
    /// Why they cannot all be looked at.
    pub fn of_dockerfiles<C: BuildContext + ?Sized>(context: &C) -> Result<Self, String> {
        let mut needs = Self::default();
        let files = dockerfiles(context.entries().unwrap_or_default());
        for (count, entry) in files.enumerate() {
            if count == MAX_DOCKERFILES {
                return Err(format!(
                    "more than {MAX_DOCKERFILES} Dockerfiles may share the build context"
                ));
            }
            let Some(text) = context.read(&entry.path) else {
                return Err(format!(
                    "`{}`, which may share the build context, cannot be read",
                    entry.path
                ));
            };
            let file = dflint_parser::parse(&text);
            let model = Model::new(&file, &ModelOptions::default());
            needs.add(&model, "", context);
            if let Some((folder, _)) = entry.path.rsplit_once('/') {
                needs.add(&model, folder, context);
            }
        }
        needs.paths.sort_unstable();
        needs.paths.dedup();
        needs.named.sort_unstable();
        needs.named.dedup();
        Ok(needs)
    }

    /// Adds what the steps of a file need that is built with `folder` of the context.
    pub fn add<C: BuildContext + ?Sized>(&mut self, model: &Model, folder: &str, context: &C) {
        if may_name_entries(model, context) {
            let made = made(model);
            self.named.extend(named(model, folder, context, &made));
            self.made.extend(made);
        }
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
}

/// Whether there is anything in `context` that commands could name: looking at each of them takes
/// time.
fn may_name_entries<C: BuildContext + ?Sized>(model: &Model, context: &C) -> bool {
    let mut entries = context.entries().unwrap_or_default().iter();
    let is_other = |entry: &Entry| {
        entry.kind != EntryKind::Directory && !looks_like_dockerfile(base(&entry.path))
    };
    let names_dockerfile = |step: &Step| {
        let text = step.instruction.span.text(model.file().source);
        text.contains("ockerfile") || text.contains("ontainerfile")
    };
    entries.any(is_other) || model.steps().any(|(_, step)| names_dockerfile(step))
}

fn calls_git(step: &Step, model: &Model) -> bool {
    // Other Dockerfiles are only read for this: few of them have to be read as scripts.
    if !step
        .instruction
        .span
        .text(model.file().source)
        .contains("git")
    {
        return false;
    }
    let commands = step.script().map(|script| script.commands());
    let mut commands = commands.into_iter().flatten();
    commands.any(|command| command.name() == Some("git"))
}

/// The files of a context that may be Dockerfiles.
pub fn dockerfiles(entries: &[Entry]) -> impl Iterator<Item = &Entry> {
    entries
        .iter()
        .filter(|entry| entry.kind == EntryKind::File && looks_like_dockerfile(base(&entry.path)))
}

/// Whether a file of that name may be a Dockerfile. More than a search for Dockerfiles takes: one
/// too many only keeps a path in the context.
#[must_use]
pub fn looks_like_dockerfile(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let holds_one = name.contains("dockerfile") || name.contains("containerfile");
    holds_one && !name.ends_with(".dockerignore")
}

#[cfg(test)]
mod tests {
    use super::{ContextNeeds, looks_like_dockerfile};
    use crate::context::MemoryContext;

    #[test]
    fn a_name_in_any_case_may_be_a_dockerfile() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "DOCKERFILE.dev",
            "Dockerfile-dev",
            "Dockerfile_dev",
            "api.dockerfile",
            "api.Containerfile",
            "containerfile",
        ] {
            assert!(looks_like_dockerfile(name), "{name}");
        }
        for name in ["Dockerfile.dockerignore", "docker-compose.yml", "Makefile"] {
            assert!(!looks_like_dockerfile(name), "{name}");
        }
    }

    #[test]
    fn every_dockerfile_counts_with_the_context_and_with_its_own_folder() {
        let context = MemoryContext::new([
            ("Dockerfile", "FROM a\nCOPY x /\nRUN git status\n"),
            ("b/Dockerfile.dev", "FROM a\nCOPY y/ /\nCOPY . /\n"),
            ("b/Dockerfile.dockerignore", "COPY z /\n"),
        ]);
        let needs = ContextNeeds::of_dockerfiles(&context).unwrap();
        assert_eq!(needs.paths, ["b/y", "x", "y"], "`.` names nothing");
        assert!(needs.calls_git);
    }

    fn named(files: &[(&str, &str)]) -> Vec<String> {
        let files = files.iter().map(|(path, text)| (*path, *text));
        let context = MemoryContext::new(files);
        ContextNeeds::of_dockerfiles(&context).unwrap().named
    }

    #[test]
    fn what_a_stage_hands_on_is_named() {
        let split = "FROM golang:1.25 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o app .\n\
            FROM debian\nCOPY --from=build /src/app /app\nCOPY --from=build /src/.env /src/.env\n";
        let files = [("Dockerfile", split), (".env", "A=b"), ("main.go", "")];
        assert_eq!(named(&files), [".env"]);
        let chain = "FROM a AS x\nCOPY certs /c/\nFROM x AS y\nCOPY --from=x /c /d\n\
            FROM b\nRUN --mount=from=y,source=/d/ca.pem,target=/ca.pem true\n";
        let files = [("Dockerfile", chain), ("certs/ca.pem", "")];
        assert_eq!(named(&files), ["certs", "certs/ca.pem"]);
        let made = "FROM node AS x\nWORKDIR /a\nCOPY . .\nRUN npm ci\nFROM b\n\
            COPY --from=x /a/node_modules /a/node_modules\n";
        let files = [("Dockerfile", made), ("node_modules/a/b.js", "")];
        assert!(named(&files).is_empty(), "the build makes it");
    }

    #[test]
    fn what_commands_name_is_named() {
        for (steps, want) in [
            ("RUN cp .env.docker .env", ".env.docker"),
            ("RUN [\"cp\", \"certs/a.pem\", \"/x\"]", "certs/a.pem"),
            ("RUN pip install --cert certs/a.pem x", "certs/a.pem"),
            ("RUN pip install --cert=$PWD/certs/a.pem x", "certs/a.pem"),
            (
                "COPY . /app\nRUN openssl x509 -in /app/certs/a.pem",
                "certs/a.pem",
            ),
            (
                "COPY . /app\nRUN cd /app/certs && cat < a.pem",
                "certs/a.pem",
            ),
            (
                "COPY . /app\nENV NODE_EXTRA_CA_CERTS=/app/certs/a.pem",
                "certs/a.pem",
            ),
            (
                "CMD [\"node\", \"--env-file=.env.docker\", \"x\"]",
                ".env.docker",
            ),
            ("RUN sh -c 'install -m 600 certs/a.pem /x'", "certs/a.pem"),
            ("RUN cat *.pem", "*.pem"),
        ] {
            let text = format!("FROM a\n{steps}\n");
            let found = named(&[
                ("Dockerfile", &text),
                (".env.docker", ""),
                ("certs/a.pem", ""),
            ]);
            assert!(found.iter().any(|it| it == want), "{steps}: {found:?}");
        }
        for steps in [
            "RUN rm -rf certs .env.docker",
            "RUN echo x > .env.docker",
            "RUN npm ci && ./node_modules/.bin/tsc",
            "RUN python -m venv venv && . venv/bin/activate",
        ] {
            let text = format!("FROM a\nWORKDIR /b\nCOPY . .\n{steps}\n");
            let found = named(&[
                ("Dockerfile", &text),
                (".env.docker", ""),
                ("certs/a.pem", ""),
                ("node_modules/.bin/tsc", ""),
                ("venv/bin/activate", ""),
            ]);
            assert!(found.is_empty(), "{steps}: {found:?}");
        }
    }

    #[test]
    fn what_steps_make_is_told() {
        for (run, want) in [
            ("npm ci", &["node_modules"][..]),
            ("npm install -g pm2", &[]),
            ("cargo build --release", &["target"]),
            ("./mvnw package", &["target"]),
            ("composer install", &["vendor"]),
            ("next build", &[".next"]),
            ("echo npm", &[]),
        ] {
            let text = format!("FROM a\nRUN {run}\n");
            let files = [("Dockerfile", text.as_str()), ("main.js", "")];
            let context = MemoryContext::new(files);
            let needs = ContextNeeds::of_dockerfiles(&context).unwrap();
            assert_eq!(needs.made, want, "{run}");
        }
    }
}
