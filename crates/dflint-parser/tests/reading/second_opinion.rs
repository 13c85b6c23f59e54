//! Two other parsers of Dockerfiles find the same instructions in the project's own test data and in
//! the examples of the rule pages, in those that they can read.

use std::path::{Path, PathBuf};

use dflint_parser::{Dockerfile, parse};
use parse_dockerfile::Instruction as Other;

/// The test data and the pages have more Dockerfiles than this which each of the others can read.
const FEWEST_COMPARED: usize = 800;

/// A reason for which one of the others differs on every file of a kind.
struct KnownDifference {
    parser: &'static str,
    /// Why it is wrong there; for who reads this list.
    #[expect(dead_code)]
    reason: &'static str,
    concerns: fn(&Dockerfile<'_>) -> bool,
}

const KNOWN_DIFFERENCES: [KnownDifference; 3] = [
    KnownDifference {
        parser: "dockerfile-parser",
        reason: "it does not know `# escape=` and splits lines that a backquote continues",
        concerns: |file| file.directives.escape != '\\',
    },
    KnownDifference {
        parser: "dockerfile-parser",
        reason: "it ends an instruction at an escape that stands alone before an empty line",
        concerns: has_lone_escape_before_empty_line,
    },
    KnownDifference {
        parser: "parse-dockerfile",
        reason: "it counts bytes without the byte order mark, so its spans are off by three",
        concerns: |file| file.source.starts_with('\u{feff}'),
    },
];

fn has_lone_escape_before_empty_line(file: &Dockerfile<'_>) -> bool {
    let mut empty_lines = file.empty_continuations.iter().flat_map(|it| &it.lines);
    empty_lines.any(|empty| {
        let before = &file.source[..empty.start as usize];
        before
            .lines()
            .next_back()
            .is_some_and(|line| line.trim() == "\\")
    })
}

/// Every Dockerfile of the test data and of the rule pages, by where it stands.
fn dockerfiles() -> Vec<(String, String)> {
    let mut dockerfiles = Vec::new();
    for path in files_below("testdata") {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.contains("ockerfile") && !name.ends_with(".dockerignore") {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            dockerfiles.push((path.display().to_string(), text));
        }
    }
    for path in files_below("rules") {
        if path.extension().is_some_and(|extension| extension == "md") {
            let page = std::fs::read_to_string(&path).unwrap();
            let blocks = dockerfile_blocks(&page).into_iter();
            dockerfiles
                .extend(blocks.map(|(line, text)| (format!("{}:{line}", path.display()), text)));
        }
    }
    dockerfiles.sort();
    dockerfiles
}

/// All files below a folder of the repository.
fn files_below(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![root.join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}

/// The Dockerfiles of a rule page, each with the line in front of it.
fn dockerfile_blocks(page: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut lines = page.split_inclusive('\n').enumerate();
    while let Some((number, line)) = lines.next() {
        if line.starts_with("```dockerfile") {
            let inside = lines.by_ref().map(|(_, line)| line);
            let block = inside.take_while(|line| line.trim_end() != "```").collect();
            blocks.push((number + 1, block));
        }
    }
    blocks
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
        let ours = parse(&text);
        let known = KNOWN_DIFFERENCES
            .iter()
            .find(|known| known.parser == other && (known.concerns)(&ours));
        if !ours.errors.is_empty() || known.is_some() {
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
    assert!(compared >= FEWEST_COMPARED, "only {compared} compared");
}

#[test]
fn dockerfile_parser_agrees() {
    let (compared, differing) = compare("dockerfile-parser", |text, ours| {
        let theirs = dockerfile_parser::Dockerfile::parse(text).ok()?;
        let starts = theirs.instructions.iter().map(|it| it.span().start);
        Some(starts.map(|start| ours.lines.line(start as u32)).collect())
    });
    assert_eq!(differing, Vec::<String>::new());
    assert!(compared >= FEWEST_COMPARED, "only {compared} compared");
}
