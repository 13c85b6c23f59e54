//! Two other parsers of Dockerfiles find the same instructions in the project's own test data, in
//! the files that they can read.

use std::path::{Path, PathBuf};

use dflint_parser::{Dockerfile, parse};
use parse_dockerfile::Instruction as Other;

/// A reason for which one of the others differs on every file of a kind.
struct KnownDifference {
    parser: &'static str,
    /// Why it is wrong there.
    reason: &'static str,
    concerns: fn(&Dockerfile<'_>) -> bool,
}

const KNOWN_DIFFERENCES: [KnownDifference; 2] = [
    KnownDifference {
        parser: "dockerfile-parser",
        reason: "it does not know `# escape=` and splits lines that a backquote continues",
        concerns: |file| file.directives.escape != '\\',
    },
    KnownDifference {
        parser: "parse-dockerfile",
        reason: "it counts bytes without the byte order mark, so its spans are off by three",
        concerns: |file| file.source.starts_with('\u{feff}'),
    },
];

/// Every Dockerfile of the test data, by its path there.
fn dockerfiles() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata");
    let mut folders = vec![root.clone()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if name.contains("ockerfile") && !name.ends_with(".dockerignore") {
                let text = std::fs::read_to_string(&path).unwrap_or_default();
                files.push((path.strip_prefix(&root).unwrap().to_owned(), text));
            }
        }
    }
    files.sort();
    files
}

/// The lines on which instructions begin.
fn our_lines(file: &Dockerfile<'_>) -> Vec<u32> {
    let begin = file.instructions.iter().map(|it| it.keyword.span().start);
    begin.map(|start| file.lines.line(start)).collect()
}

fn keyword_start(instruction: &Other<'_>) -> usize {
    match instruction {
        Other::Add(it) => it.add.span.start,
        Other::Arg(it) => it.arg.span.start,
        Other::Cmd(it) => it.cmd.span.start,
        Other::Copy(it) => it.copy.span.start,
        Other::Entrypoint(it) => it.entrypoint.span.start,
        Other::Env(it) => it.env.span.start,
        Other::Expose(it) => it.expose.span.start,
        Other::From(it) => it.from.span.start,
        Other::Healthcheck(it) => it.healthcheck.span.start,
        Other::Label(it) => it.label.span.start,
        Other::Maintainer(it) => it.maintainer.span.start,
        Other::Onbuild(it) => it.onbuild.span.start,
        Other::Run(it) => it.run.span.start,
        Other::Shell(it) => it.shell.span.start,
        Other::Stopsignal(it) => it.stopsignal.span.start,
        Other::User(it) => it.user.span.start,
        Other::Volume(it) => it.volume.span.start,
        Other::Workdir(it) => it.workdir.span.start,
        other => panic!("a new instruction: {other:?}"),
    }
}

fn compare(
    other: &str,
    read: impl Fn(&str, &Dockerfile<'_>) -> Option<Vec<u32>>,
) -> (usize, Vec<String>) {
    let mut compared = 0;
    let mut differing = Vec::new();
    for (path, text) in dockerfiles() {
        let path = path.to_string_lossy();
        let ours = parse(&text);
        let known = KNOWN_DIFFERENCES
            .iter()
            .find(|known| known.parser == other && (known.concerns)(&ours));
        if !ours.errors.is_empty() || known.is_some_and(|known| !known.reason.is_empty()) {
            continue;
        }
        let Some(theirs) = read(&text, &ours) else {
            continue;
        };
        compared += 1;
        if our_lines(&ours) != theirs {
            differing.push(format!(
                "{path}: ours {:?}, {other} {theirs:?}",
                our_lines(&ours)
            ));
        }
    }
    (compared, differing)
}

#[test]
fn parse_dockerfile_agrees() {
    let (compared, differing) = compare("parse-dockerfile", |text, ours| {
        let theirs = parse_dockerfile::parse(text).ok()?;
        let starts = theirs.instructions.iter().map(keyword_start);
        Some(starts.map(|start| ours.lines.line(start as u32)).collect())
    });
    assert_eq!(differing, Vec::<String>::new());
    assert!(compared > 0);
}

#[test]
fn dockerfile_parser_agrees() {
    let (compared, differing) = compare("dockerfile-parser", |text, ours| {
        let theirs = dockerfile_parser::Dockerfile::parse(text).ok()?;
        let starts = theirs.instructions.iter().map(|it| it.span().start);
        Some(starts.map(|start| ours.lines.line(start as u32)).collect())
    });
    assert_eq!(differing, Vec::<String>::new());
    assert!(compared > 0);
}
