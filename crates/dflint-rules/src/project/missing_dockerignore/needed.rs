//! What must not be kept out of a build context.

use std::cell::OnceCell;
use std::sync::Arc;

use dflint_build::path::base;
use dflint_build::{BuildContext, ContextNeeds, DockerIgnore, EntryKind, Model, ModelOptions};
use dflint_fix::Patch;
use dflint_knowledge::leftovers::leftover_folder;

use super::hits::Hits;
use super::{readers, template};
use crate::Context;
use crate::embedded;
use crate::sent_files::kind_of;
use crate::stage_split::{BuildCall, plan};

/// What this file and the other Dockerfiles of its context need.
pub(super) struct Needed<'c> {
    own: ContextNeeds,
    others: Arc<ContextNeeds>,
    context: &'c dyn BuildContext,
    emptied: OnceCell<Vec<&'c str>>,
    included: OnceCell<Option<Vec<String>>>,
}

impl<'c> Needed<'c> {
    /// # Errors
    /// Why the other Dockerfiles cannot all be looked at.
    pub(super) fn of(cx: &Context, context: &'c dyn BuildContext) -> Result<Self, String> {
        let mut own = ContextNeeds::default();
        own.add(cx.model, "", context);
        // The same run may divide a stage, and that fix knows nothing of this one.
        if let Some(divided) = divided(cx) {
            let file = dflint_parser::parse(&divided);
            own.add(&Model::new(&file, cx.model.options()), "", context);
        }
        let others = if says_all(context, cx.model.options()) {
            Arc::default()
        } else {
            context.dockerfiles_need()?
        };
        Ok(Self::new(own, others, context))
    }

    fn new(own: ContextNeeds, others: Arc<ContextNeeds>, context: &'c dyn BuildContext) -> Self {
        Self {
            own,
            others,
            context,
            emptied: OnceCell::new(),
            included: OnceCell::new(),
        }
    }

    /// Whether `pattern` of a `.dockerignore` keeps out what is needed.
    pub(super) fn is_hidden_by(&self, pattern: &str) -> bool {
        let calls_git = self.own.calls_git || self.others.calls_git;
        if pattern == ".git" && calls_git {
            return true;
        }
        self.names_what(pattern) || self.is_wrong_for_entries(pattern)
    }

    /// Whether an entry of the context that `pattern` keeps out is needed though no step names it.
    fn is_wrong_for_entries(&self, pattern: &str) -> bool {
        let hits = Hits::of(self.context, pattern);
        if hits.is_empty() {
            return false;
        }
        let named = self.all().flat_map(|needs| &needs.named);
        if readers::tell_of(self.context, pattern, named.map(String::as_str)) {
            return true;
        }
        if let Some(folder) = hits.folder() {
            return !hits.are_left_over(folder) || folder.needs_step && !self.makes(folder.name);
        }
        hits.lie_in_a_folder_without(|folder| self.makes(folder))
            || hits.are_embedded(self.included())
    }

    /// Whether a step of any Dockerfile makes the folder of that name.
    fn makes(&self, name: &str) -> bool {
        self.all().any(|needs| needs.made.contains(&name))
    }

    /// Whether the image may need a folder because no step makes it.
    pub(super) fn lacks_step_for(&self, folder: &str) -> bool {
        let known = leftover_folder(base(folder));
        known.is_some_and(|known| known.needs_step && !self.makes(known.name))
    }

    /// Whether `pattern` keeps out what steps name.
    fn names_what(&self, pattern: &str) -> bool {
        // What a plain name keeps out has the name in its path; few paths have.
        let name = pattern.trim_start_matches("**/");
        let is_plain = !name.contains(['*', '?', '[', '!', '\\']);
        let emptied = self.emptied().iter().copied();
        let mut likely = self
            .paths()
            .chain(emptied)
            .filter(|path| !is_plain || path.contains(name))
            .peekable();
        if likely.peek().is_none() {
            return false;
        }
        let ignore = DockerIgnore::parse(pattern);
        likely.any(|path| ignore.excludes(path))
    }

    /// What Rust files take in; `None` where there are too many to look at.
    fn included(&self) -> Option<&[String]> {
        let included = || embedded::by_rust_files(self.context);
        self.included.get_or_init(included).as_deref()
    }

    fn all(&self) -> impl Iterator<Item = &ContextNeeds> {
        [&self.own, &*self.others].into_iter()
    }

    fn paths(&self) -> impl Iterator<Item = &str> {
        let paths = self
            .all()
            .flat_map(|needs| needs.paths.iter().chain(&needs.named));
        paths.map(String::as_str)
    }

    /// The files of folders that a step takes and that the lines would leave nothing of: without
    /// any file there is no folder.
    fn emptied(&self) -> &[&'c str] {
        self.emptied.get_or_init(|| {
            let ignore = DockerIgnore::parse(&template::usual_lines().join("\n"));
            let mut emptied = Vec::new();
            for folder in self.paths() {
                if kind_of(self.context, folder) != Some(EntryKind::Directory) {
                    continue;
                }
                let files = files_below(self.context, folder);
                if files.clone().all(|file| ignore.excludes(file)) {
                    emptied.extend(files);
                }
            }
            emptied
        })
    }
}

/// Whether the model of the file tells what is needed of the context. With other arguments the file
/// may need something else.
fn says_all(context: &dyn BuildContext, options: &ModelOptions) -> bool {
    context.is_for_one() && options.build_args.is_empty()
}

/// The file with its last stage divided in two, where there is a plan for that.
fn divided(cx: &Context) -> Option<String> {
    let stage = cx.model.stages().last()?;
    let fix = plan(cx, stage, BuildCall::of(cx, stage)?).ok()?;
    let mut patch = Patch::new(cx.model.file().source);
    patch.add(&fix).ok()?;
    Some(patch.apply())
}

/// The files below a folder of the context.
fn files_below<'c>(
    context: &'c dyn BuildContext,
    folder: &str,
) -> impl Iterator<Item = &'c str> + Clone {
    let entries = context.entries().unwrap_or_default();
    let start = format!("{folder}/");
    let from = entries.partition_point(|entry| entry.path < start);
    let rest = entries.get(from..).unwrap_or_default().iter();
    let within = rest.take_while(move |entry| entry.path.starts_with(&start));
    within
        .filter(|entry| entry.kind != EntryKind::Directory)
        .map(|entry| entry.path.as_str())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use dflint_build::{
        BuildContext, ContextNeeds, DockerIgnore, Entry, MemoryContext, ModelOptions,
    };

    use super::super::template;
    use super::{Needed, says_all};

    /// A context with one Dockerfile.
    struct ForOne;

    impl BuildContext for ForOne {
        fn entries(&self) -> Option<&[Entry]> {
            None
        }

        fn read(&self, _: &str) -> Option<Arc<str>> {
            None
        }

        fn ignore(&self) -> Option<&DockerIgnore> {
            None
        }

        fn is_for_one(&self) -> bool {
            true
        }
    }

    #[test]
    fn own_arguments_do_not_tell_all() {
        let mut options = ModelOptions::default();
        assert!(says_all(&ForOne, &options));
        assert!(!says_all(&MemoryContext::default(), &options));
        options.build_args.push(("DIR".to_owned(), "a".to_owned()));
        assert!(!says_all(&ForOne, &options));
    }

    /// The lines for a context with these files.
    fn lines(files: &[(&str, &str)]) -> Vec<String> {
        let context = MemoryContext::new(files.iter().copied());
        let needs = ContextNeeds::of_dockerfiles(&context).unwrap();
        let needed = Needed::new(ContextNeeds::default(), Arc::new(needs), &context);
        let text = template::text(&needed, &context);
        text.lines().map(str::to_owned).collect()
    }

    fn has(lines: &[String], line: &str) -> bool {
        lines.iter().any(|it| it == line)
    }

    #[test]
    fn what_a_later_stage_copies_stays() {
        let split = "FROM golang:1.25 AS build\nWORKDIR /src\nCOPY . .\n\
            RUN CGO_ENABLED=0 go build -o app .\nFROM debian\n\
            COPY --from=build /src/.env /src/.env\nCOPY --from=build /src/certs /certs\n";
        let files = [
            ("Dockerfile", split),
            (".env", "A=b"),
            ("certs/ca.pem", ""),
            ("main.go", ""),
        ];
        let lines = lines(&files);
        assert!(!has(&lines, "**/.env") && !has(&lines, "**/*.pem"));
        assert!(has(&lines, "**/*.key"), "nobody needs one");
    }

    #[test]
    fn what_the_build_makes_need_not_stay() {
        let split = "FROM node:24 AS build\nWORKDIR /app\nCOPY . .\nRUN npm ci && npx tsc\n\
            FROM node:24-slim\nCOPY --from=build /app/node_modules /app/node_modules\n";
        let lines = lines(&[
            ("Dockerfile", split),
            ("package.json", "{}"),
            ("node_modules/a/index.js", ""),
        ]);
        assert!(has(&lines, "**/node_modules"));
    }

    #[test]
    fn what_commands_name_stays() {
        let worker = "FROM a\nCOPY . .\nRUN grep -q . .gitignore && cp compose.prod.yaml /c.yaml\n\
            RUN [\"cp\",\"certs/server.pem\",\"/etc/x.pem\"]\n\
            CMD [\"node\",\"--env-file=.env.production\",\"build/index.js\"]\n";
        let lines = lines(&[
            ("Dockerfile", "FROM a\nCOPY . .\n"),
            ("Dockerfile.worker", worker),
            (".gitignore", ""),
            ("compose.prod.yaml", ""),
            ("certs/server.pem", ""),
            (".env.production", ""),
        ]);
        for line in [".gitignore", "**/compose*.y*ml", "**/*.pem", "**/.env.*"] {
            assert!(!has(&lines, line), "{line}");
        }
        assert!(has(&lines, ".git") && has(&lines, "**/.env"));
        assert!(!has(&lines, "!**/.env.example"), "nothing keeps it out");
    }

    #[test]
    fn source_code_that_is_called_like_a_leftover_stays() {
        let cargo = ("Dockerfile", "FROM rust\nCOPY . .\nRUN cargo build\n");
        let crate_ = ("Cargo.toml", "");
        let rust = lines(&[cargo, crate_, ("src/target/mod.rs", "")]);
        assert!(!has(&rust, "**/target"));
        let rust = lines(&[cargo, crate_, ("target/debug/app", "")]);
        assert!(has(&rust, "**/target"));
        let gradle = lines(&[
            ("Dockerfile", "FROM gradle\nCOPY . .\nRUN gradle build\n"),
            ("build.gradle", ""),
            ("src/main/java/com/acme/build/Tool.java", ""),
        ]);
        assert!(!has(&gradle, "**/build"));
        let node = |file| {
            let dockerfile = ("Dockerfile", "FROM node\nCOPY . .\nRUN npm ci\n");
            lines(&[dockerfile, ("package.json", "{}"), (file, "")])
        };
        assert!(!has(&node("coverage/index.js"), "coverage"));
        assert!(has(&node("coverage/lcov.info"), "coverage"));
        let python = lines(&[
            ("Dockerfile", "FROM python\nCOPY . .\n"),
            ("main.py", ""),
            ("tool/venv/__init__.py", ""),
        ]);
        assert!(!has(&python, "**/venv"));
    }

    #[test]
    fn what_a_compiler_takes_in_stays() {
        let go = lines(&[
            ("Dockerfile", "FROM golang\nCOPY . .\nRUN go build\n"),
            (
                "tls/tls.go",
                "package tls\n\n//go:embed certs/ca.pem\n//go:embed Dockerfile.tmpl\nvar f embed.FS\n",
            ),
            ("tls/certs/ca.pem", ""),
            ("tls/Dockerfile.tmpl", ""),
            ("site.key", ""),
        ]);
        assert!(!has(&go, "**/*.pem") && !has(&go, "**/Dockerfile*"));
        assert!(has(&go, "**/*.key"));
        let rust = lines(&[
            ("Dockerfile", "FROM rust\nCOPY . .\nRUN cargo build\n"),
            ("Cargo.toml", ""),
            (
                "src/main.rs",
                "const A: &str = include_str!(\n    \"../certs/ca.pem\"\n);",
            ),
            ("certs/ca.pem", ""),
            ("site.key", ""),
        ]);
        assert!(!has(&rust, "**/*.pem") && has(&rust, "**/*.key"));
    }

    #[test]
    fn what_no_step_makes_stays() {
        let php = |steps| {
            let dockerfile = format!("FROM php:8.3-apache\n{steps}COPY . /var/www/html\n");
            lines(&[
                ("Dockerfile", &dockerfile),
                ("composer.json", "{}"),
                ("vendor/autoload.php", ""),
                ("vendor/composer/ca-bundle/cacert.pem", ""),
            ])
        };
        let prebuilt = php("");
        assert!(!has(&prebuilt, "vendor") && !has(&prebuilt, "**/*.pem"));
        let installed = php("RUN composer install\n");
        assert!(has(&installed, "vendor") && has(&installed, "**/*.pem"));
        let dotnet = lines(&[
            (
                "Dockerfile",
                "FROM sdk\nCOPY . .\nRUN ./bin/tool.sh\nRUN dotnet publish\n",
            ),
            ("app.csproj", ""),
            ("bin/tool.sh", ""),
        ]);
        assert!(!has(&dotnet, "**/bin") && has(&dotnet, "**/obj"));
        let node = lines(&[
            (
                "Dockerfile",
                "FROM node\nCOPY . .\nCMD [\"node\", \".next/standalone/server.js\"]\n",
            ),
            ("package.json", "{}"),
            (".next/standalone/server.js", ""),
            ("node_modules/a/index.js", ""),
        ]);
        assert!(!has(&node, "**/.next") && !has(&node, "**/node_modules"));
    }

    #[test]
    fn what_manifests_say_that_a_build_reads_stays() {
        let with = |path, text| {
            let dockerfile = ("Dockerfile", "FROM a\nCOPY . .\nRUN ./build.sh\n");
            lines(&[
                dockerfile,
                (".git/HEAD", "ref: refs/heads/main"),
                (".env.production", "A=b"),
                (".env.example", ""),
                (path, text),
            ])
        };
        for (path, text) in [
            ("pyproject.toml", "requires = [\"setuptools_scm\"]"),
            (
                "pom.xml",
                "<artifactId>git-commit-id-maven-plugin</artifactId>",
            ),
            ("app.csproj", "<PackageReference Include=\"MinVer\" />"),
            ("a.gemspec", "s.files = `git ls-files`.split"),
            (
                "package.json",
                "{\"scripts\": {\"build\": \"git rev-parse HEAD\"}}",
            ),
            ("Makefile", "V := $(shell git describe)"),
            ("build.rs", "Command::new(\"git\")"),
            ("build.sh", "git log -1"),
        ] {
            assert!(!has(&with(path, text), ".git"), "{path}");
        }
        let address = "{\"repository\": {\"type\": \"git\", \"url\": \"git+https://a\"}}";
        let plain = with("package.json", address);
        assert!(has(&plain, ".git") && has(&plain, "**/.env.*"));
        let vite = with("package.json", "{\"scripts\": {\"build\": \"vite build\"}}");
        assert!(has(&vite, "**/.env") && !has(&vite, "**/.env.*"));
    }
}
