//! The `.dockerignore` that suits a project.

use dflint_build::{BuildContext, DockerIgnore};

use super::needed::Needed;

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
/// is needed by name.
pub(super) fn text(needed: &Needed, context: &dyn BuildContext) -> String {
    let mut text = String::new();
    let shown = BY_LANGUAGE
        .iter()
        .filter(|language| is_shown(language, context));
    for group in ALWAYS.iter().chain(shown) {
        let kept = kept(group, needed);
        if kept.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("# {}\n{}\n", group.title, kept.join("\n")));
    }
    text
}

/// The lines of a group that keep out nothing that is needed, and of those with `!` the ones that
/// let something through.
fn kept(group: &Leftovers, needed: &Needed) -> Vec<&'static str> {
    let mut kept: Vec<&str> = Vec::new();
    for pattern in group.patterns {
        let is_kept = match pattern.strip_prefix('!') {
            Some(exception) => {
                let path = exception.trim_start_matches("**/");
                DockerIgnore::parse(&kept.join("\n")).excludes(path)
            }
            None => !needed.is_hidden_by(pattern),
        };
        if is_kept {
            kept.push(pattern);
        }
    }
    kept
}

/// The lines that suit every project.
pub(super) fn usual_lines() -> Vec<&'static str> {
    let patterns = ALWAYS.iter().flat_map(|group| group.patterns);
    patterns.copied().collect()
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

#[cfg(test)]
mod tests {
    use dflint_build::DockerIgnore;

    use super::{ALWAYS, BY_LANGUAGE};

    #[test]
    fn no_pattern_keeps_out_what_an_install_reads() {
        let groups = ALWAYS.iter().chain(BY_LANGUAGE);
        let patterns: Vec<&str> = groups.flat_map(|group| group.patterns).copied().collect();
        let ignore = DockerIgnore::parse(&patterns.join("\n"));
        for file in [
            "package.json",
            "package-lock.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "bun.lock",
            "pyproject.toml",
            "uv.lock",
            "poetry.lock",
            "pdm.lock",
            "Pipfile.lock",
            "requirements.txt",
            "go.mod",
            "go.sum",
            "Cargo.toml",
            "Cargo.lock",
            "pom.xml",
            "build.gradle.kts",
            "gradle.lockfile",
            "gradle/wrapper/gradle-wrapper.jar",
            "packages.lock.json",
            "app.csproj",
            "composer.json",
            "composer.lock",
            "Gemfile",
            "Gemfile.lock",
            "mix.exs",
            "mix.lock",
            "pubspec.lock",
            "Package.resolved",
            ".terraform.lock.hcl",
            "flake.lock",
            "deno.lock",
            ".npmrc",
            ".yarnrc.yml",
        ] {
            assert!(!ignore.excludes(file), "{file}");
        }
    }
}
