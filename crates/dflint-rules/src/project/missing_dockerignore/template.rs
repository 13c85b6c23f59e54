//! The `.dockerignore` that suits a project.

use dflint_build::{BuildContext, DockerIgnore};

use crate::Context;
use crate::sent_files::taken;

/// Folders that no image needs from the host: made anew, or only of use to people.
pub(super) const UNWANTED_FOLDERS: &[&str] = &[
    ".git",
    ".gradle",
    ".idea",
    ".mypy_cache",
    ".next",
    ".nox",
    ".pytest_cache",
    ".ruff_cache",
    ".terraform",
    ".tox",
    ".venv",
    ".vs",
    ".vscode",
    "__pycache__",
    "node_modules",
    "venv",
];

/// What a kind of project leaves behind.
struct Leftovers {
    title: &'static str,
    /// Files that show the kind: names, or endings with `*` in front.
    shown_by: &'static [&'static str],
    patterns: &'static [&'static str],
}

const ALWAYS: &[Leftovers] = &[
    Leftovers {
        title: "Version control and editors",
        shown_by: &[],
        patterns: &[
            ".git",
            ".github",
            ".gitignore",
            ".idea",
            ".vscode",
            "**/.DS_Store",
        ],
    },
    Leftovers {
        title: "Secrets",
        shown_by: &[],
        patterns: &[
            "**/.env",
            "**/.env.*",
            "!**/.env.example",
            "**/*.pem",
            "**/*.key",
        ],
    },
    Leftovers {
        title: "How the image is built",
        shown_by: &[],
        patterns: &[
            "**/Dockerfile*",
            "**/compose*.y*ml",
            "**/docker-compose*.y*ml",
            ".dockerignore",
        ],
    },
];

const BY_LANGUAGE: &[Leftovers] = &[
    Leftovers {
        title: "Python",
        shown_by: &[
            "pyproject.toml",
            "requirements.txt",
            "setup.py",
            "Pipfile",
            "*.py",
        ],
        patterns: &[
            "**/__pycache__",
            "**/*.py[cod]",
            "**/.venv",
            "**/venv",
            "**/*.egg-info",
            "**/.pytest_cache",
            "**/.mypy_cache",
            "**/.ruff_cache",
            "**/.tox",
            ".coverage",
            "htmlcov",
        ],
    },
    Leftovers {
        title: "JavaScript",
        shown_by: &["package.json"],
        patterns: &[
            "**/node_modules",
            "**/npm-debug.log*",
            "**/yarn-error.log",
            "**/.next",
            "coverage",
        ],
    },
    Leftovers {
        title: "Rust",
        shown_by: &["Cargo.toml"],
        patterns: &["**/target"],
    },
    Leftovers {
        title: "Java",
        shown_by: &["pom.xml"],
        patterns: &["**/target"],
    },
    Leftovers {
        title: "Gradle",
        shown_by: &["build.gradle", "build.gradle.kts"],
        patterns: &["**/.gradle", "**/build"],
    },
    Leftovers {
        title: ".NET",
        shown_by: &["*.csproj", "*.fsproj", "*.sln"],
        patterns: &["**/bin", "**/obj", "**/.vs"],
    },
    Leftovers {
        title: "PHP",
        shown_by: &["composer.json"],
        patterns: &["vendor"],
    },
    Leftovers {
        title: "Ruby",
        shown_by: &["Gemfile"],
        patterns: &[".bundle", "vendor/bundle", "log", "tmp"],
    },
    Leftovers {
        title: "Elixir",
        shown_by: &["mix.exs"],
        patterns: &["_build", "deps"],
    },
    Leftovers {
        title: "Terraform",
        shown_by: &["*.tf"],
        patterns: &["**/.terraform", "**/*.tfstate*"],
    },
];

/// The text of a `.dockerignore` that keeps out what the project leaves behind, and nothing that
/// the file copies by name.
pub(super) fn text(cx: &Context, context: &dyn BuildContext) -> String {
    let mut text = String::new();
    let shown = BY_LANGUAGE
        .iter()
        .filter(|language| is_shown(language, context));
    for group in ALWAYS.iter().chain(shown) {
        let kept = group
            .patterns
            .iter()
            .filter(|pattern| !hides_a_source(cx, pattern));
        let kept: Vec<&str> = kept.copied().collect();
        if kept.iter().all(|pattern| pattern.starts_with('!')) {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("# {}\n{}\n", group.title, kept.join("\n")));
    }
    text
}

fn is_shown(language: &Leftovers, context: &dyn BuildContext) -> bool {
    let entries = context.entries().unwrap_or_default();
    entries.iter().any(|entry| {
        let foreign = entry
            .path
            .split('/')
            .any(|part| UNWANTED_FOLDERS.contains(&part));
        let name = entry.path.rsplit('/').next().unwrap_or_default();
        let matches = |pattern: &&str| match pattern.strip_prefix('*') {
            Some(end) => name.ends_with(end),
            None => name == *pattern,
        };
        !foreign && language.shown_by.iter().any(matches)
    })
}

/// Whether a step takes by name, or reads, what the pattern keeps out.
fn hides_a_source(cx: &Context, pattern: &str) -> bool {
    let ignore = DockerIgnore::parse(pattern);
    let mut steps = cx.model.steps().filter(|(_, step)| !step.is_trigger);
    steps.any(|(_, step)| {
        let named = taken(step).iter().any(|taken| {
            !taken.path.is_empty() && ignore.excludes(taken.path.trim_end_matches('/'))
        });
        let commands = step
            .script()
            .into_iter()
            .flat_map(|script| script.commands());
        named || pattern == ".git" && commands.into_iter().any(|it| it.name() == Some("git"))
    })
}
