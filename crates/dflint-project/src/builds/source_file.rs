//! A file that may build Dockerfiles.

use dflint_build::Place;

/// A file's text and where it stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct SourceFile<'a> {
    /// From the project's root, with `/`.
    pub(super) path: &'a str,
    pub(super) text: &'a str,
}

impl SourceFile<'_> {
    /// The folder it stands in, from the project's root; empty for the root.
    pub(super) fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Whether the file nowhere says that something runs in another directory than the file's own
    /// or the project's root. A pipeline has many ways to say so, in one step for the next.
    pub(super) fn keeps_its_directory(&self) -> bool {
        const SIGNS: [&str; 5] = [
            "working-directory",
            "working_directory",
            "workingDir",
            "dir(",
            "pushd",
        ];
        let changes = |line: &str| {
            let mut words =
                line.split(|c: char| !(c.is_ascii_alphanumeric() || "_-./".contains(c)));
            words.any(|word| word == "cd") || SIGNS.iter().any(|sign| line.contains(sign))
        };
        !self.text.lines().any(changes)
    }

    /// Whether `docker build` means the builder before BuildKit where the file does not ask for
    /// another: Bitbucket's pipelines leave BuildKit off unless `DOCKER_BUILDKIT=1` is set.
    pub(super) fn is_legacy_by_default(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or(self.path);
        let asks = || self.text.contains("DOCKER_BUILDKIT");
        matches!(name, "bitbucket-pipelines.yml" | "bitbucket-pipelines.yaml") && !asks()
    }

    /// The place of a line, counted from 1.
    pub(super) fn place(&self, line: u32) -> Place {
        Place {
            path: self.path.to_owned(),
            line,
        }
    }
}
