//! Comments and directives that leave findings out.

use crate::{Preset, Report, Selection, Settings, Source, lint};

fn linted(text: &str, preset: Preset) -> Report {
    let selection = Selection {
        preset,
        ..Selection::default()
    };
    let settings = Settings::new(&selection).unwrap();
    lint(&Source::read(text.as_bytes()).unwrap(), &settings, None)
}

/// The lines, counted from 1, on which `text` has findings of these two rules.
fn lines_with(text: &str, preset: Preset) -> Vec<usize> {
    let findings = linted(text, preset).findings;
    let rules = [
        "maintainer-deprecated",
        "legacy-key-value-format",
        "syntax-error",
    ];
    findings
        .iter()
        .filter(|finding| rules.contains(&finding.rule.name))
        .map(|finding| text[..finding.span.start as usize].matches('\n').count() + 1)
        .collect()
}

fn lines(text: &str) -> Vec<usize> {
    lines_with(text, Preset::Recommended)
}

fn unused(text: &str) -> Vec<String> {
    let report = linted(text, Preset::Recommended);
    report
        .unused_ignores
        .into_iter()
        .map(|ignore| ignore.name)
        .collect()
}

#[test]
fn without_comments_everything_is_found() {
    assert_eq!(
        lines("FROM a\nENV K v\nMAINTAINER me\nLABEL K v\n"),
        [2, 3, 4]
    );
}

#[test]
fn an_ignore_comment_covers_the_instruction_below() {
    for comment in [
        "# dflint ignore=legacy-key-value-format",
        "# dflint ignore=LegacyKeyValueFormat since 2015",
        "# dflint ignore=DL3008, style",
        "# dflint ignore=ALL",
        "# hadolint ignore=LegacyKeyValueFormat # why",
        "# dflint ignore=legacy-key-value-format\n\n# more words",
        "# dflint ignore=legacy-key-value-format\n# dflint ignore=DL3008",
        "# hadolint ignore=LegacyKeyValueFormat\n# hadolint ignore=DL3008",
        "# check=skip=LegacyKeyValueFormat",
        "# check=skip=all",
    ] {
        let text = format!("FROM a\n{comment}\nENV K v\nENV L w\n");
        let last = text.matches('\n').count();
        assert_eq!(lines(&text), [last], "{comment}");
    }
}

#[test]
fn other_comments_cover_nothing() {
    for comment in [
        "# dflint ignore=maintainer-deprecated",
        "# dflint ignore=labels",
        "# dflint ignore legacy-key-value-format",
        "# hadolint ignore=LegacyKeyValueFormat\n",
        "# check=skip=legacykeyvalueformat",
        "# check=error=true",
    ] {
        let text = format!("FROM a\n{comment}\nENV K v\n");
        let last = text.matches('\n').count();
        assert_eq!(lines(&text), [last], "{comment:?}");
    }
}

#[test]
fn a_comment_inside_an_instruction_covers_it() {
    let text = "FROM a\nENV K \\\n  # dflint ignore=legacy-key-value-format\n  v\nENV L w\n";
    assert_eq!(lines(text), [5]);
}

#[test]
fn stage_and_global_comments_reach_further() {
    let stage = "# dflint stage ignore=LegacyKeyValueFormat\nFROM a\nENV K v\nFROM b\nENV K v\n";
    assert_eq!(lines(stage), [5]);
    let not_above_from = "FROM a\n# dflint stage ignore=LegacyKeyValueFormat\nENV K v\n";
    assert_eq!(lines(not_above_from), [3]);
    let global =
        "FROM a\nENV K v\n# hadolint global ignore=LegacyKeyValueFormat\nFROM b\nENV K v\n";
    assert!(lines(global).is_empty());
    let at_the_end = "FROM a\nENV K v\n# dflint global ignore=style\n";
    assert!(lines(at_the_end).is_empty());
}

#[test]
fn the_check_directive_covers_the_file() {
    assert_eq!(
        lines("# check=skip=LegacyKeyValueFormat\nFROM a\nENV K v\nMAINTAINER me\n"),
        [4]
    );
    assert!(lines("# check=skip=all\nFROM a\nENV K v\nMAINTAINER me\n").is_empty());
    // hadolint knows nothing of it.
    let text = "# check=skip=all\nFROM a\nMAINTAINER me\n";
    assert_eq!(lines_with(text, Preset::Hadolint), [3]);
}

#[test]
fn a_check_directive_that_buildkit_refuses_is_an_error() {
    assert_eq!(lines("# check=skips=all\nFROM a\nENV K v\n"), [1, 3]);
}

#[test]
fn the_check_directive_makes_errors_of_warnings() {
    let report = linted("# check=error=true\nFROM a\nENV K v\n", Preset::Recommended);
    let severities: Vec<_> = report
        .findings
        .iter()
        .map(|finding| finding.severity)
        .collect();
    assert!(severities.contains(&dflint_knowledge::Severity::Error));
}

#[test]
fn syntax_errors_cannot_be_ignored() {
    let text = "# dflint global ignore=ALL\nFROM a\n# dflint ignore=syntax-error\nNONSENSE\n";
    assert_eq!(lines(text), [4]);
}

#[test]
fn ignores_that_cover_nothing_are_told() {
    let text = "FROM a\n# dflint ignore=LegacyKeyValueFormat,DL4000,SC2086\nENV K v\n";
    assert_eq!(unused(text), ["DL4000", "SC2086"]);
    assert_eq!(
        unused("FROM a\nENV K=v\n# dflint global ignore=style\n"),
        ["style"]
    );
}
