//! What the fix loop promises, whatever rules offer.

use dflint_build::{BuildContext, Keeps, MemoryContext, ModelOptions};
use dflint_fix::{Edit, Fix};
use dflint_parser::InstructionName;
use dflint_rules::{Context, Findings, RegisteredRule, Rule, Site};
use proptest::prelude::*;

use super::*;
use crate::fix::hostile_rules::{self, rule};
use crate::selection::ActiveRules;
use crate::{Frozen, Selection};

fn settings(rules: &[RegisteredRule]) -> Settings {
    let pages: Vec<_> = rules.iter().map(|rule| rule.page).collect();
    let mut settings = Settings::new(&Selection::default()).unwrap();
    settings.rules = ActiveRules::among(&Selection::default(), &pages, rules).unwrap();
    settings
}

fn context() -> MemoryContext {
    MemoryContext::new([("taken", ""), ("other", "text\n"), ("log", "")])
}

fn fixed_with(text: &str, rules: &[RegisteredRule], level: Safety) -> FixReport {
    let source = Source::read(text.as_bytes()).unwrap();
    fix(
        &source,
        &settings(rules),
        Some(&context() as &dyn BuildContext),
        level,
    )
}

fn reasons(report: &FixReport) -> Vec<&str> {
    let findings = report.remaining.findings.iter();
    findings
        .filter_map(|finding| finding.withheld.as_deref())
        .collect()
}

const FILE: &str = "\
# first
FROM alpine:3.22 AS base
# second
ENV A=1
WORKDIR /app
EXPOSE 80
RUN echo a \\
    # third
    && echo b
COPY <<EOF /text
data
EOF
";

/// The file stays as it is, and every finding says why.
fn assert_withheld(name: &str, reason: &str) {
    let report = fixed_with(FILE, &[rule(name)], Safety::Unsafe);
    assert_eq!(report.source, FILE, "{name}");
    assert!(report.applied.is_empty(), "{name}");
    let reasons = reasons(&report);
    assert!(!reasons.is_empty(), "{name}");
    for given in reasons {
        assert!(given.contains(reason), "{name}: {given}");
    }
}

#[test]
fn bad_fixes_are_withheld() {
    assert_withheld("breaks-syntax", "would be refused");
    assert_withheld("swallows-comments", "would be lost");
    assert_withheld("promises-nothing", "calls itself safe");
    assert_withheld("grows", "come to rest");
    assert_withheld("turns-round", "come to rest");
    assert_withheld("outside", "which the file does not have");
    assert_withheld("edits-data", "not a shell script");
    assert_withheld("lies", "");
}

#[test]
fn good_fixes_are_made_beside_bad_ones() {
    let rules = ["breaks-syntax", "lies", "lower-case", "swallows-comments"].map(rule);
    let report = fixed_with(FILE, &rules, Safety::Unsafe);
    let expected = FILE.replace("WORKDIR", "workdir").replace("COPY", "copy");
    assert_eq!(report.source, expected);
    assert_eq!(report.applied.len(), 2);
}

#[test]
fn of_overlapping_fixes_the_first_is_made() {
    let report = fixed_with(FILE, &[rule("overlaps")], Safety::Safe);
    assert_eq!(report.source, FILE.replace("ENV", "env"));
    assert!(reasons(&report).is_empty());
}

/// Writes RUN in lower case, where `breaks-syntax` wants to edit too.
struct LowerRun;

impl Rule for LowerRun {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn check_instruction(&self, _: &Context, site: &Site, findings: &mut Findings) {
        let keyword = site.instruction.keyword.span();
        if site.instruction.keyword.as_str() == "RUN" {
            findings.report(keyword, "").fix(Fix {
                title: String::new(),
                safety: Safety::Safe,
                keeps: Keeps::Everything,
                edits: vec![Edit::replace(keyword, "run")],
            });
        }
    }
}

#[test]
fn a_withheld_fix_does_not_stand_in_the_way_of_another() {
    let breaks = rule("breaks-syntax");
    let lower = RegisteredRule {
        page: rule("lower-case").page,
        rule: &LowerRun,
    };
    let report = fixed_with(FILE, &[breaks, lower], Safety::Safe);
    assert_eq!(report.source, FILE.replace("RUN", "run"));
}

#[test]
fn only_fixes_that_keep_their_promise_are_on_offer() {
    let names = [
        "breaks-syntax",
        "lower-case",
        "swallows-comments",
        "turns-round",
    ];
    let source = Source::read(FILE.as_bytes()).unwrap();
    let report = lint_with_checked_fixes(&source, &settings(&names.map(rule)), None);
    let offering = report
        .findings
        .iter()
        .filter(|finding| finding.fix.is_some());
    let offering: Vec<_> = offering.map(|finding| finding.rule.name).collect();
    assert_eq!(offering, ["lower-case", "turns-round", "lower-case"]);
}

#[test]
fn unsafe_fixes_wait_to_be_allowed() {
    let report = fixed_with(FILE, &[rule("turns-round")], Safety::Safe);
    assert_eq!(report.source, FILE);
    let findings = &report.remaining.findings;
    assert!(
        findings
            .iter()
            .all(|finding| finding.fix.is_some() && finding.withheld.is_none())
    );
    assert_eq!(findings.len(), 1);
}

#[test]
fn files_are_created_once_never_replaced_and_added_to_as_they_are() {
    let report = fixed_with(FILE, &[rule("writes-files")], Safety::Unsafe);
    let changes = report.context_changes.iter();
    let files: Vec<_> = changes
        .map(|(path, change)| {
            (
                path.as_str(),
                change.before.as_deref(),
                change.after.as_str(),
            )
        })
        .collect();
    let log = ("log", Some(""), "line\nline\n");
    assert_eq!(files, [("free", None, "text\n"), log]);
    let reasons = reasons(&report);
    assert_eq!(
        reasons,
        [
            "taken is there already",
            "free is there already",
            "other is not the file that the fix is for",
        ]
    );
}

#[test]
fn files_that_must_not_be_edited_are_left_alone() {
    let cases: [(&str, &[u8], Frozen); 3] = [
        ("# Made by make. DO NOT EDIT.\n", b"", Frozen::Generated),
        ("", b"LABEL broken=\"\xff\"\n", Frozen::NotUtf8),
        ("", b"NONSENSE\n", Frozen::Broken),
    ];
    for (start, end, frozen) in cases {
        let file = [start.as_bytes(), FILE.as_bytes(), end].concat();
        let source = Source::read(&file).unwrap();
        let report = fix(
            &source,
            &settings(&[rule("lower-case")]),
            None,
            Safety::Unsafe,
        );
        assert_eq!(report.source, source.text());
        assert_eq!(report.remaining.frozen, Some(frozen));
        assert_eq!(reasons(&report), [frozen.to_string(), frozen.to_string()]);
    }
}

const INSTRUCTIONS: [&str; 18] = [
    "FROM alpine:3.22\n",
    "FROM scratch AS other\n",
    "from base as more\n",
    "# a comment\n",
    "#\n",
    "\n",
    "ENV A=1 B=2\n",
    "ENV OLD some value\n",
    "LABEL old \"a b\" c\n",
    "MAINTAINER Ada $x \"L\"\n",
    "WORKDIR /app\n",
    "EXPOSE 80 443\n",
    "RUN echo a \\\n  # inside\n  && echo b\n",
    "RUN <<EOF\necho a\n# script\nEOF\n",
    "RUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF\n",
    "COPY <<'A' <<-B /x/\n$a\nA\n\tb\n\tB\n",
    "ONBUILD ENV OLD value\n",
    "CMD [\"a\"]\n",
];

fn dockerfiles() -> impl Strategy<Value = String> {
    let body = prop::collection::vec(prop::sample::select(&INSTRUCTIONS[..]), 0..12);
    (body, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(|(body, crlf, bom, cut)| {
        let mut text = format!("FROM alpine:3.22 AS base\n{}", body.concat());
        if crlf {
            text = text.replace('\n', "\r\n");
        }
        if bom {
            text.insert(0, '\u{feff}');
        }
        if cut {
            text.truncate(text.trim_end().len());
        }
        text
    })
}

/// Names of hostile and of registered rules.
fn some_rules() -> impl Strategy<Value = Vec<&'static str>> {
    let all: Vec<_> = every_rule().map(|rule| rule.page.name).collect();
    let count = all.len();
    prop::sample::subsequence(all, 0..=count)
}

fn every_rule() -> impl Iterator<Item = RegisteredRule> {
    let registered = dflint_rules::REGISTRY.iter();
    hostile_rules::ALL.iter().chain(registered).copied()
}

fn called(names: &[&str]) -> Vec<RegisteredRule> {
    every_rule()
        .filter(|rule| names.contains(&rule.page.name))
        .collect()
}

fn comments(text: &str) -> Vec<String> {
    let file = dflint_parser::parse(text);
    let spans = file.comments.iter().map(|comment| comment.span);
    spans
        .map(|span| span.text(text).trim().to_owned())
        .collect()
}

fn levels() -> impl Strategy<Value = Safety> {
    prop::sample::select(&[Safety::Safe, Safety::Unsafe][..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn fixing_never_breaks_and_comes_to_rest(
        text in dockerfiles(),
        rules in some_rules(),
        level in levels(),
    ) {
        let rules = called(&rules);
        let report = fixed_with(&text, &rules, level);
        let errors = dflint_parser::parse(&text).errors.len();
        prop_assert_eq!(dflint_parser::parse(&report.source).errors.len(), errors);
        if errors > 0 {
            prop_assert_eq!(&report.source, &text);
        }
        let again = fixed_with(&report.source, &rules, level);
        prop_assert_eq!(&again.source, &report.source);
        let kept = comments(&report.source);
        for comment in comments(&text) {
            prop_assert!(kept.contains(&comment), "{}", comment);
        }
    }

    #[test]
    fn safe_fixes_keep_the_build(text in dockerfiles(), rules in some_rules()) {
        let report = fixed_with(&text, &called(&rules), Safety::Safe);
        let (before, after) = (dflint_parser::parse(&text), dflint_parser::parse(&report.source));
        let options = ModelOptions::default();
        let (before, after) = (Model::new(&before, &options), Model::new(&after, &options));
        let same = dflint_build::compare(&before, &after, &Keeps::Everything);
        prop_assert_eq!(same, Ok(()));
    }
}
