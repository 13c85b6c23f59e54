//! Which directory a Dockerfile's build context is, where nobody says so.

use std::path::{Path, PathBuf};

use dflint_parser::{Command, Dockerfile, Mount, MountKind, Source, Text, Transfer};

use crate::directories::Directories;

/// The build context of the Dockerfile at `path`: the nearest directory from its own up to `root`
/// in which everything stands that the file takes from its context by a literal path.
///
/// `COPY .` says nothing about the directory. So where nothing else is taken, only a Dockerfile
/// that stands at `root` has a known context; otherwise it is unknown, and `None`.
#[must_use]
pub fn infer(
    path: &Path,
    file: &Dockerfile<'_>,
    root: &Path,
    directories: &Directories,
) -> Option<PathBuf> {
    let own = path.parent()?;
    let sources = literal_sources(file);
    if sources.is_empty() {
        return (own == root).then(|| root.to_owned());
    }
    if !own.starts_with(root) {
        return None;
    }
    own.ancestors()
        .take_while(|directory| directory.starts_with(root))
        .find(|directory| {
            sources
                .iter()
                .all(|source| directories.has(directory, source))
        })
        .map(Path::to_owned)
}

/// The paths below the context that the file names without variables or wildcards, those that
/// mean the whole context left out.
fn literal_sources(file: &Dockerfile<'_>) -> Vec<String> {
    let escape = file.directives.escape;
    let literal = |text: &Text<'_>| literal_path(text.as_str(), escape);
    let mut paths = Vec::new();
    for instruction in &file.instructions {
        match &instruction.command {
            Command::Copy(transfer) | Command::Add(transfer) if transfer.from.is_none() => {
                paths.extend(taken_by(transfer).filter_map(literal));
            }
            Command::Run(run) => {
                let sources = run.mounts.iter().filter_map(bound_from_context);
                paths.extend(sources.filter_map(literal));
            }
            _ => {}
        }
    }
    paths.sort();
    paths.dedup();
    paths
}

fn taken_by<'t, 'a>(transfer: &'t Transfer<'a>) -> impl Iterator<Item = &'t Text<'a>> {
    transfer.sources.iter().filter_map(|source| match source {
        Source::Path(text) => Some(text),
        Source::Heredoc(_) | Source::EmptyHeredoc { .. } => None,
    })
}

/// The source of a bind mount that comes from the context.
fn bound_from_context<'m, 'a>(mount: &'m Mount<'a>) -> Option<&'m Text<'a>> {
    let field = |names: &[&str]| {
        mount
            .fields
            .iter()
            .find(|field| names.contains(&field.key.as_str()))
    };
    if mount.kind != MountKind::Bind || field(&["from"]).is_some() {
        return None;
    }
    field(&["source", "src"])?.value.as_ref()
}

/// `source` as a path below the context; `None` where it is computed, a pattern, remote, or the
/// context itself.
fn literal_path(source: &str, escape: char) -> Option<String> {
    let is_computed = source.contains(['$', '*', '?', '[', '"', '\'', escape]);
    let is_remote = source.contains("://") || source.starts_with("git@");
    if is_computed || is_remote {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            // The root of the context has no parent: BuildKit stays there.
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Directories, infer, literal_path};

    #[test]
    fn only_literal_paths_count() {
        for (source, path) in [
            ("./a//b/", Some("a/b")),
            ("/a", Some("a")),
            ("../a", Some("a")),
            (".", None),
            ("/", None),
            ("src/*.py", None),
            ("$DIR/a", None),
            ("https://example.com/a", None),
            ("git@github.com:a/b.git", None),
            ("a\\ b", None),
        ] {
            assert_eq!(literal_path(source, '\\').as_deref(), path, "{source}");
        }
    }

    /// The context of `docker/Dockerfile` with `text`, in a project with `app/main.py` and
    /// `docker/entry.sh`, relative to the project.
    fn inferred(at: &str, text: &str) -> Option<String> {
        let project = tempfile::tempdir().unwrap();
        for path in ["app/main.py", "docker/entry.sh", at] {
            let path = project.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let file = dflint_parser::parse(text);
        let found = infer(
            &project.path().join(at),
            &file,
            project.path(),
            &Directories::default(),
        )?;
        Some(crate::paths::relative(project.path(), Path::new(&found)))
    }

    #[test]
    fn the_nearest_directory_with_every_source_is_the_context() {
        for (at, text, context) in [
            (
                "docker/Dockerfile",
                "FROM a\nCOPY app/main.py /\n",
                Some("."),
            ),
            (
                "docker/Dockerfile",
                "FROM a\nCOPY entry.sh /\n",
                Some("docker"),
            ),
            (
                "docker/Dockerfile",
                "FROM a\nCOPY docker/entry.sh app /\n",
                Some("."),
            ),
            ("docker/Dockerfile", "FROM a\nCOPY entry.sh app /\n", None),
            ("docker/Dockerfile", "FROM a\nCOPY . /\n", None),
            ("Dockerfile", "FROM a\nCOPY . /\n", Some(".")),
            ("Dockerfile", "FROM a\nCOPY built.jar /\n", None),
            (
                "docker/Dockerfile",
                "FROM a\nCOPY --from=b x /\nCOPY . /\n",
                None,
            ),
            (
                "docker/Dockerfile",
                "FROM a\nRUN --mount=type=bind,source=app/main.py,target=/m true\n",
                Some("."),
            ),
        ] {
            assert_eq!(inferred(at, text).as_deref(), context, "{at}: {text}");
        }
    }
}
