//! Every format of one report; `SNAPSHOTS=overwrite cargo test` renews them.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows test functions, but not the functions they share"
)]

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_knowledge::{Severity, pages};
use dflint_linter::Finding;
use dflint_parser::{Position, Span};
use dflint_report::{FileError, FileReport, Format, HumanOptions, Report, json_schema, write};
use snapbox::{Data, assert_data_eq, file};

const SOURCE: &str = "FROM alpine\r\nENV é y \\\r\n  z\r\nMAINTAINER <a&b>, 50%\r\n";

fn finding(severity: Severity, span: Span, message: &str) -> Finding {
    Finding {
        rule: &pages::LEGACY_KEY_VALUE_FORMAT,
        codes: pages::LEGACY_KEY_VALUE_FORMAT.codes.to_vec(),
        severity,
        span,
        message: message.to_owned(),
        related: Vec::new(),
        fix: None,
        withheld: None,
    }
}

fn fix(safety: Safety, edits: Vec<Edit>) -> Fix {
    Fix {
        title: "Do it right".to_owned(),
        safety,
        keeps: Keeps::Everything,
        edits,
    }
}

fn at(text: &str) -> Span {
    let start = SOURCE.find(text).unwrap();
    Span::new(start as u32, (start + text.len()) as u32)
}

/// A file with findings of every kind, one without, one that cannot be read.
fn report() -> Report {
    let space = at("é ");
    let mut one = finding(Severity::Warning, at("é y \\\r\n  z"), "write `é=y`");
    one.related.push((at("alpine"), "the stage".to_owned()));
    one.fix = Some(fix(
        Safety::Safe,
        vec![Edit::replace(Span::new(space.end - 1, space.end), "=")],
    ));
    let mut two = finding(
        Severity::Error,
        at("MAINTAINER"),
        "a <b> & 'c', 50%\nsecond line",
    );
    two.withheld = Some("it is not sure".to_owned());
    let mut three = finding(Severity::Style, at("<a&b>"), "a new file is needed");
    let new_file = Edit::create(".dockerignore", ".git\n");
    three.fix = Some(fix(Safety::Unsafe, vec![new_file]));
    let mut four = finding(Severity::Style, at("50%"), "a file lacks a line");
    let before = "# é\n*.log".into();
    let added = Edit::append("app/.dockerignore", before, "\n**/node_modules\n");
    four.fix = Some(fix(Safety::Unsafe, vec![added]));
    let lost = FileError {
        message: "cannot read: permission denied".to_owned(),
        location: None,
    };
    let broken = FileError {
        message: "unknown key `x`".to_owned(),
        location: Some((
            Position { line: 3, column: 2 },
            Position { line: 3, column: 5 },
        )),
    };
    Report {
        files: vec![
            FileReport {
                path: "a b/Dockerfile".to_owned(),
                source: SOURCE.to_owned(),
                findings: vec![one, two, three, four],
                fixed: 2,
                ..FileReport::default()
            },
            FileReport {
                path: "clean/Dockerfile".to_owned(),
                ..FileReport::default()
            },
            FileReport {
                path: "dflint.toml".to_owned(),
                errors: vec![broken],
                ..FileReport::default()
            },
            FileReport {
                path: "lost/Dockerfile".to_owned(),
                errors: vec![lost],
                ..FileReport::default()
            },
        ],
    }
}

fn written(report: &Report, format: Format, options: HumanOptions) -> Data {
    let mut out = Vec::new();
    write(&mut report.clone(), format, options, &mut out).unwrap();
    Data::text(String::from_utf8(out).unwrap())
}

fn plain(format: Format) -> Data {
    written(&report(), format, HumanOptions::default())
}

#[test]
fn human() {
    assert_data_eq!(plain(Format::Human), file!["formats/human.txt"].raw());
}

#[test]
fn a_file_that_many_ask_for_is_shown_once() {
    let mut report = report();
    let mut again = report.files[0].clone();
    again.path = "c/Dockerfile".to_owned();
    report.files.push(again);
    let text = written(&report, Format::Human, HumanOptions::default()).to_string();
    assert_eq!(text.matches("    + .git\n").count(), 1, "{text}");
    assert!(
        text.contains("new file .dockerignore, as above\n"),
        "{text}"
    );
}

#[test]
fn nothing_is_said_of_no_files() {
    let none = written(&Report::default(), Format::Human, HumanOptions::default());
    assert_eq!(none.to_string(), "");
    let mut report = report();
    report.files.drain(..3);
    let lost = written(&report, Format::Human, HumanOptions::default());
    assert_eq!(lost.to_string(), "1 path could not be read or written.\n");
}

#[test]
fn human_in_color() {
    let options = HumanOptions {
        color: true,
        quiet: true,
    };
    let text = written(&report(), Format::Human, options).to_string();
    assert!(text.contains("\u{1b}["));
    assert!(!text.contains("problems"), "quiet leaves out the summary");
}

#[test]
fn human_cannot_be_steered_by_a_file() {
    let mut report = report();
    let file = &mut report.files[0];
    file.source = "ENV \u{1b}[31m\u{202e} b\n".to_owned();
    file.path = "a\u{1b}]0;title\u{7}".to_owned();
    file.findings.truncate(1);
    file.findings[0].span = Span::new(4, 9);
    file.findings[0].message = "ESC \u{1b}[0m".to_owned();
    file.findings[0].related.clear();
    file.findings[0].fix = None;
    let text = written(&report, Format::Human, HumanOptions::default()).to_string();
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text}");
}

#[test]
fn human_is_short_where_lines_are_long() {
    let mut report = report();
    let file = &mut report.files[0];
    file.source = format!("ENV a {}\n", "x".repeat(60_000));
    file.findings.truncate(1);
    file.findings[0].span = Span::new(4, 60_006);
    file.findings[0].related.clear();
    file.findings[0].fix = Some(fix(Safety::Safe, vec![Edit::replace(Span::new(5, 6), "=")]));
    let text = written(&report, Format::Human, HumanOptions::default()).to_string();
    assert!(text.len() < 4096, "{} bytes", text.len());
    assert!(text.contains("Dockerfile:1:5"), "{text}");
}

#[test]
fn a_byte_order_mark_is_no_column_and_not_shown() {
    let mut report = report();
    report.files.truncate(1);
    let file = &mut report.files[0];
    file.path = "Dockerfile".to_owned();
    file.source = "\u{feff}FROM alpine\n".to_owned();
    file.findings.truncate(1);
    file.findings[0].span = Span::new(8, 14);
    file.findings[0].related = vec![(Span::new(3, 7), "the keyword".to_owned())];
    let change = vec![Edit::replace(Span::new(8, 14), "debian")];
    file.findings[0].fix = Some(fix(Safety::Safe, change));
    for (format, wanted) in [
        (Format::Human, "Dockerfile:1:6\n"),
        (
            Format::Human,
            "\n1 │ FROM alpine\n  │ ---- ^^^^^^\n  │ │     \n  │ the keyword\n",
        ),
        (Format::Human, "    - FROM alpine\n    + FROM debian\n"),
        (Format::Json, "\"column\": 6"),
        (Format::Json, "\"start\": 8,"),
        (Format::Sarif, "\"startColumn\": 6,"),
        (Format::Github, ",col=6,endColumn=12,"),
        (Format::Checkstyle, "line=\"1\" column=\"6\""),
        (Format::Junit, "line 1, column 6"),
        (Format::Rdjson, "\"column\": 6"),
    ] {
        let text = written(&report, format, HumanOptions::default()).to_string();
        assert!(text.contains(wanted), "{text}");
        assert!(!text.contains(['\u{feff}', '\u{fffd}']), "{text}");
    }
    let file = &mut report.files[0];
    file.source = format!("\u{feff}FROM alpine{}\n", " ".repeat(300) + "x");
    file.findings[0].related.clear();
    let text = written(&report, Format::Human, HumanOptions::default()).to_string();
    assert!(text.contains("Dockerfile:1:6\n"), "{text}");
    assert!(!text.contains(['\u{feff}', '\u{fffd}']), "{text}");
}

#[test]
fn json() {
    assert_data_eq!(plain(Format::Json), file!["formats/report.json"].raw());
}

#[test]
fn the_json_schema_is_current() {
    assert_data_eq!(
        json_schema(),
        file!["../../../docs/report.schema.json"].raw()
    );
}

#[test]
fn the_json_report_keeps_to_its_schema() {
    let schema = serde_json::from_str(&json_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in [report(), Report::default()] {
        let text = written(&report, Format::Json, HumanOptions::default()).to_string();
        let mut document: serde_json::Value = serde_json::from_str(&text).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
        document["summary"]["fixed"] = "two".into();
        assert!(!validator.is_valid(&document));
    }
}

#[test]
fn sarif() {
    assert_data_eq!(plain(Format::Sarif), file!["formats/sarif.json"].raw());
}

#[test]
fn github() {
    assert_data_eq!(plain(Format::Github), file!["formats/github.txt"].raw());
}

#[test]
fn gitlab() {
    assert_data_eq!(plain(Format::Gitlab), file!["formats/gitlab.json"].raw());
}

#[test]
fn checkstyle() {
    assert_data_eq!(
        plain(Format::Checkstyle),
        file!["formats/checkstyle.xml"].raw()
    );
}

#[test]
fn junit() {
    assert_data_eq!(plain(Format::Junit), file!["formats/junit.xml"].raw());
}

#[test]
fn rdjson() {
    assert_data_eq!(plain(Format::Rdjson), file!["formats/rdjson.json"].raw());
}

#[test]
fn rdjsonl() {
    let lines = plain(Format::Rdjsonl).to_string();
    assert_eq!(lines.lines().count(), 6, "four findings and two errors");
    for line in lines.lines() {
        let diagnostic: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(diagnostic["source"]["name"], "dflint");
    }
}
