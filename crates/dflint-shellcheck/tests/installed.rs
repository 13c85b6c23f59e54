//! What the ShellCheck of this machine says, and where. Without one there is nothing to test, and
//! the tests say so.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows test functions, but not the functions they share"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use dflint_fix::Safety;
use dflint_knowledge::{BlockKind, pages};
use dflint_linter::{Report, Selection, Settings, Source, fix, lint};
use dflint_shellcheck::{ShellCheck, find};

fn settings() -> Option<Settings> {
    let Some(program) = find(Path::new("shellcheck")) else {
        println!("not run: shellcheck is not installed");
        return None;
    };
    let selection = Selection {
        select: vec!["shellcheck".to_owned()],
        ..Selection::default()
    };
    let mut settings = Settings::new(&selection).unwrap();
    settings.script_judge = Some(Arc::new(ShellCheck::new(program)));
    Some(settings)
}

fn report(text: &str, settings: &Settings) -> Report {
    lint(&Source::read(text.as_bytes()).unwrap(), settings, None)
}

/// Code and marked text of each finding.
fn found<'t>(text: &'t str, settings: &Settings) -> Vec<(String, &'t str)> {
    let findings = report(text, settings).findings.into_iter();
    findings
        .map(|finding| (finding.codes.join(" "), finding.span.text(text)))
        .collect()
}

#[test]
fn the_pages_examples_hold() {
    let Some(settings) = settings() else { return };
    let page = &pages::SHELLCHECK;
    let mut bad = "";
    for block in page.blocks {
        match block.kind {
            BlockKind::Bad => {
                bad = block.text;
                let lines = dflint_parser::parse(bad).lines;
                let found = report(bad, &settings).findings;
                let found = found.iter().map(|finding| lines.line(finding.span.start));
                let expected: BTreeSet<u32> = block.lines.iter().copied().collect();
                assert_eq!(found.collect::<BTreeSet<_>>(), expected, "{bad}");
            }
            BlockKind::Good => assert_eq!(found(block.text, &settings), [], "{}", block.text),
            BlockKind::Fixed => {
                let source = Source::read(bad.as_bytes()).unwrap();
                let fixed = fix(&source, &settings, None, Safety::Unsafe);
                assert_eq!(fixed.source, block.text);
                assert_eq!(fix(&source, &settings, None, Safety::Safe).source, bad);
            }
            BlockKind::ContextFile | BlockKind::CreatedFile | BlockKind::Prose => {}
        }
    }
}

#[test]
fn places_are_those_of_the_dockerfile() {
    let Some(settings) = settings() else { return };
    for (text, code, marked) in [
        ("FROM a\nRUN cd /é && rm $F\n", "SC2086", "$F"),
        ("FROM a\nRUN true && \\\n  # why\n\trm $F\n", "SC2086", "$F"),
        ("FROM a\nRUN <<E\ntrue\nrm $F\nE\n", "SC2086", "$F"),
        ("FROM a\nRUN <<-E\n\ttrue\n\trm $F\nE\n", "SC2086", "$F"),
        (
            "FROM a\nRUN <<E\n#!/bin/bash -e\nrm $F\nE\n",
            "SC2086",
            "$F",
        ),
        (
            "# escape=`\nFROM a\nRUN true && `\n rm $F\n",
            "SC2086",
            "$F",
        ),
        ("\u{feff}FROM a\nRUN rm $F\n", "SC2086", "$F"),
        ("FROM a\nONBUILD RUN rm $F\n", "SC2086", "$F"),
    ] {
        let found = found(text, &settings);
        assert_eq!(found, [(code.to_owned(), marked)], "{text}");
    }
}

#[test]
fn shell_and_variables_are_those_of_the_step() {
    let Some(settings) = settings() else { return };
    let undefined = "FROM a\nRUN echo \"$name\"\n";
    assert_eq!(found(undefined, &settings).len(), 1);
    for text in [
        "FROM a\nARG name\nRUN echo \"$name\"\n",
        "FROM a\nENV name=1\nRUN echo \"$name\"\n",
        "FROM a AS b\nENV name=1\nFROM b\nRUN echo \"$name\"\n",
        "FROM a\nRUN echo \"$http_proxy\"\n",
        "FROM a\nSHELL [\"/bin/bash\", \"-c\"]\nRUN echo \"$RANDOM\"\n",
        "FROM a\nSHELL [\"pwsh\", \"-c\"]\nRUN rm $F\n",
        "FROM a\n# hadolint shell=powershell\nRUN rm $F\n",
        "FROM a\n# hadolint shell=bash\nRUN echo \"$RANDOM\"\n",
        "FROM a\nRUN <<E\n#!/usr/bin/env python3\nprint($F)\nE\n",
        "FROM a\nRUN [\"rm\", \"$F\"]\n",
    ] {
        assert_eq!(found(text, &settings), [], "{text}");
    }
    let random = "FROM a\nRUN echo \"$RANDOM\"\n";
    assert_eq!(found(random, &settings)[0].0, "SC3028");
}

#[test]
fn codes_are_ignored_like_any_other() {
    let Some(settings) = settings() else { return };
    for comment in [
        "# hadolint ignore=SC2086",
        "# dflint ignore=SC2086",
        "# dflint ignore=shellcheck",
    ] {
        let text = format!("FROM a\n{comment}\nRUN rm $F\n");
        assert_eq!(found(&text, &settings), [], "{text}");
    }
    let other = "FROM a\n# hadolint ignore=SC2046\nRUN rm $F\n";
    assert_eq!(found(other, &settings).len(), 1);
}

#[test]
fn a_program_that_is_no_shellcheck_is_a_failure_to_tell() {
    let shellcheck = Arc::new(ShellCheck::new("/nonexistent/shellcheck".into()));
    let mut settings = Settings::new(&Selection::default()).unwrap();
    settings.script_judge = Some(shellcheck.clone());
    let found = report("FROM alpine:3.22\nRUN rm $F\n", &settings).findings;
    assert!(
        found
            .iter()
            .all(|finding| finding.rule.name != "shellcheck")
    );
    assert!(shellcheck.failure().is_some());
}
