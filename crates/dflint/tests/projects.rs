//! Runs the program on every project under `testdata/projects`; see `testdata/README.md`.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "clippy knows test functions, but not the functions they share"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rayon::prelude::*;
use serde::Deserialize;
use walkdir::WalkDir;

/// `case.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    #[expect(dead_code, reason = "for people; each case has to say what it shows")]
    about: String,
    /// The project's folder, relative to the case.
    #[serde(default = "default_project")]
    project: PathBuf,
    /// The rules to run; the default ones if empty.
    #[serde(default)]
    select: Vec<String>,
    /// Whether `--fix` has to produce exactly `fixed/`.
    #[serde(default = "yes")]
    exact: bool,
    /// Rules that report nothing.
    #[serde(default)]
    silent: Vec<String>,
    /// Texts that some file holds after any fix.
    #[serde(default)]
    keeps: Vec<String>,
    /// Texts of which no file holds all of a group after any fix.
    #[serde(default)]
    never: Vec<Vec<String>>,
    #[serde(default)]
    finding: Vec<Expected>,
}

/// A finding that the first run, without a fix, has to report.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default = "default_file")]
    file: String,
    rule: String,
    /// Text on a line of the finding.
    at: String,
    /// `safe`, `unsafe`, `manual` or `none`; any if absent.
    fix: Option<String>,
    /// Part of the message or of the reason why the fix is withheld.
    says: Option<String>,
}

fn default_project() -> PathBuf {
    "project".into()
}

fn default_file() -> String {
    "Dockerfile".into()
}

fn yes() -> bool {
    true
}

/// File contents by path, with `/`.
type Tree = BTreeMap<String, Vec<u8>>;

fn read_tree(root: &Path) -> Tree {
    WalkDir::new(root)
        .into_iter()
        .map(|entry| entry.expect("a readable tree"))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| {
            let name = entry.path().strip_prefix(root).expect("below the root");
            let name = name.to_string_lossy().replace('\\', "/");
            (name, fs::read(entry.path()).expect("a readable file"))
        })
        .collect()
}

fn write_tree(root: &Path, tree: &Tree) {
    for (name, bytes) in tree {
        let path = root.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a writable folder");
        fs::write(path, bytes).expect("a writable file");
    }
}

/// A case with its project in a folder of its own.
struct Fixture {
    case: Case,
    folder: PathBuf,
    project: Tree,
}

impl Fixture {
    fn load(folder: &Path) -> Result<Self, String> {
        let text = fs::read_to_string(folder.join("case.toml")).map_err(|e| e.to_string())?;
        let case: Case = toml::from_str(&text).map_err(|e| e.to_string())?;
        let project = read_tree(&folder.join(&case.project));
        Ok(Self {
            case,
            folder: folder.to_owned(),
            project,
        })
    }

    /// The project with the files of `fixed/` or `fixed-unsafe/` over it.
    fn expected(&self, overlay: &str) -> Option<Tree> {
        let folder = self.folder.join(overlay);
        let mut tree = self.project.clone();
        if folder.is_dir() {
            tree.extend(read_tree(&folder));
        } else if overlay != "fixed" {
            return None;
        }
        Some(tree)
    }

    /// Runs dflint with `arguments` in a copy of `project`; the output and the project as it is then.
    fn run(&self, project: &Tree, arguments: &[&str]) -> Result<(String, Tree), String> {
        let scratch = tempfile::tempdir().map_err(|e| e.to_string())?;
        write_tree(scratch.path(), project);
        let mut command = Command::new(env!("CARGO_BIN_EXE_dflint"));
        command.current_dir(scratch.path());
        command.args([
            "check",
            "--isolated",
            "--output-format",
            "json",
            "--exit-zero",
        ]);
        command.args(arguments);
        let output = command.output().map_err(|e| e.to_string())?;
        if output.status.code().is_none() {
            return Err(format!("{arguments:?}: killed by a signal"));
        }
        let stdout = String::from_utf8(output.stdout).map_err(|e| e.to_string())?;
        if stdout.is_empty() {
            let stderr = String::from_utf8_lossy(&output.stderr);
            return Err(format!(
                "{arguments:?}: no output, but on standard error: {stderr}"
            ));
        }
        Ok((stdout, read_tree(scratch.path())))
    }

    fn selection(&self) -> Vec<&str> {
        self.case
            .select
            .iter()
            .flat_map(|rule| ["--select", rule.as_str()])
            .collect()
    }

    /// Every disagreement with the case.
    fn check(&self) -> Result<Vec<String>, String> {
        let selection = self.selection();
        let with = |more: &[&'static str]| [selection.as_slice(), more].concat();
        let mut wrong = self.check_findings(&self.run(&self.project, &selection)?.0)?;
        for (arguments, overlay, exact) in [
            (with(&["--fix"]), Some("fixed"), self.case.exact),
            (
                with(&["--fix", "--unsafe-fixes"]),
                Some("fixed-unsafe"),
                true,
            ),
            (vec!["--preset", "all", "--fix"], None, false),
            (
                vec!["--preset", "all", "--fix", "--unsafe-fixes"],
                None,
                false,
            ),
        ] {
            let (_, fixed) = self.run(&self.project, &arguments)?;
            let (_, again) = self.run(&fixed, &arguments)?;
            let how = arguments.join(" ");
            if again != fixed {
                wrong.push(format!(
                    "{how}: a second run changes more:\n{}",
                    show(&fixed, &again)
                ));
            }
            wrong.extend(
                self.check_texts(&fixed)
                    .into_iter()
                    .map(|text| format!("{how}: {text}")),
            );
            let expected = overlay
                .filter(|_| exact)
                .and_then(|overlay| self.expected(overlay));
            if let Some(expected) = expected.filter(|expected| *expected != fixed) {
                wrong.push(format!(
                    "{how}: expected -, got +:\n{}",
                    show(&expected, &fixed)
                ));
            }
        }
        Ok(wrong)
    }

    fn check_findings(&self, output: &str) -> Result<Vec<String>, String> {
        let report: Report = serde_json::from_str(output).map_err(|e| e.to_string())?;
        let mut wrong = Vec::new();
        for expected in &self.case.finding {
            let source = self
                .project
                .get(&expected.file)
                .ok_or("no such file in the project")?;
            let source = String::from_utf8_lossy(source);
            let found = report
                .files
                .iter()
                .filter(|file| file.path == expected.file)
                .flat_map(|file| &file.findings)
                .filter(|finding| finding.rule == expected.rule);
            let found: Vec<_> = found.collect();
            if !found
                .iter()
                .any(|finding| finding.agrees(expected, &source))
            {
                wrong.push(format!("not reported: {expected:?}; only {found:#?}"));
            }
        }
        for finding in report.files.iter().flat_map(|file| &file.findings) {
            if self.case.silent.contains(&finding.rule) {
                wrong.push(format!("should be silent: {finding:?}"));
            }
        }
        Ok(wrong)
    }

    fn check_texts(&self, tree: &Tree) -> Vec<String> {
        let texts: Vec<_> = tree
            .values()
            .map(|bytes| String::from_utf8_lossy(bytes))
            .collect();
        let lost = self
            .case
            .keeps
            .iter()
            .filter(|kept| !texts.iter().any(|t| t.contains(*kept)));
        let mut wrong: Vec<String> = lost.map(|kept| format!("lost: {kept:?}")).collect();
        for (name, bytes) in tree {
            let text = String::from_utf8_lossy(bytes);
            let added = self
                .case
                .never
                .iter()
                .filter(|group| group.iter().all(|t| text.contains(t)));
            wrong.extend(added.map(|group| format!("{name} now holds {group:?}:\n{text}")));
        }
        wrong
    }
}

/// What dflint prints, as far as a case looks at it.
#[derive(Debug, Deserialize)]
struct Report {
    files: Vec<FileReport>,
}

#[derive(Debug, Deserialize)]
struct FileReport {
    path: String,
    findings: Vec<Finding>,
}

#[derive(Debug, Deserialize)]
struct Finding {
    rule: String,
    message: String,
    location: Location,
    fix: Option<Fix>,
    withheld: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Location {
    start: Position,
    end: Position,
}

#[derive(Debug, Deserialize)]
struct Position {
    line: usize,
}

#[derive(Debug, Deserialize)]
struct Fix {
    safety: String,
}

impl Finding {
    fn agrees(&self, expected: &Expected, source: &str) -> bool {
        let lines = source.lines().skip(self.location.start.line - 1);
        let mut lines = lines.take(self.location.end.line - self.location.start.line + 1);
        let safety = self.fix.as_ref().map_or("none", |fix| fix.safety.as_str());
        let says = |part: &String| {
            let withheld = self.withheld.as_deref().unwrap_or_default();
            self.message.contains(part) || withheld.contains(part)
        };
        lines.any(|line| line.contains(&expected.at))
            && expected.fix.as_ref().is_none_or(|fix| fix == safety)
            && expected.says.as_ref().is_none_or(says)
    }
}

/// The files that differ, as a diff.
fn show(before: &Tree, after: &Tree) -> String {
    let names = before
        .keys()
        .chain(after.keys().filter(|name| !before.contains_key(*name)));
    let text = |tree: &Tree, name| {
        String::from_utf8_lossy(tree.get(name).map_or(&[][..], Vec::as_slice)).into_owned()
    };
    names
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| {
            let (old, new) = (text(before, name), text(after, name));
            let diff = similar::TextDiff::from_lines(&old, &new);
            diff.unified_diff().header(name, name).to_string()
        })
        .collect()
}

#[test]
fn every_project_comes_out_as_expected() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/projects");
    let only = std::env::var("DFLINT_PROJECT").ok();
    let wanted = |name: &str| only.as_ref().is_none_or(|only| only == name);
    let mut folders: Vec<_> = fs::read_dir(&root)
        .expect("testdata/projects")
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.is_dir() && wanted(&name_of(path)))
        .collect();
    folders.sort();
    assert!(!folders.is_empty(), "no project was found");
    let wrong: Vec<String> = folders
        .par_iter()
        .flat_map_iter(|folder| {
            let wrong = Fixture::load(folder).and_then(|fixture| fixture.check());
            let wrong = wrong.unwrap_or_else(|error| vec![error]);
            wrong
                .into_iter()
                .map(|text| format!("{}: {text}", name_of(folder)))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn name_of(folder: &Path) -> String {
    folder
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
