//! What holds for every file that is linted and fixed: no panic, places that lie in the file, and
//! fixes that break nothing, come to rest and leave alone what they do not edit.

use dflint_fix::{Edit, Fix, Keeps, Patch, Safety};
use dflint_linter::{FixReport, Preset, Report, Selection, Settings, Source, fix, lint};
use dflint_parser::parse;
use proptest::prelude::*;

fn settings() -> Settings {
    let selection = Selection {
        preset: Preset::All,
        ..Selection::default()
    };
    Settings::new(&selection).unwrap()
}

fn check(text: &str) {
    let settings = settings();
    let source = Source::read(text.as_bytes()).unwrap();
    check_places(&lint(&source, &settings, None), text);
    for level in [Safety::Safe, Safety::Unsafe] {
        let report = fix(&source, &settings, None, level);
        check_fixed(&report, text);
        check_places(&report.remaining, &report.source);
        let fixed = Source::read(report.source.as_bytes()).unwrap();
        let again = fix(&fixed, &settings, None, level);
        assert_eq!(again.source, report.source, "{level:?} fixes do not rest");
    }
}

/// All that is reported stands in the file.
fn check_places(report: &Report, text: &str) {
    for finding in &report.findings {
        let (rule, span) = (finding.rule.name, finding.span);
        assert!(text.get(span.range()).is_some(), "{rule}: {span:?}");
        let edits = finding.fix.iter().flat_map(|fix| &fix.edits);
        for Edit { span, .. } in edits {
            assert!(text.get(span.range()).is_some(), "{rule} edits {span:?}");
        }
    }
}

/// A file that could be read still can, one that could not is as it was, and the edits that are
/// reported make the one file of the other: nothing else changes.
fn check_fixed(report: &FixReport, text: &str) {
    if !parse(text).errors.is_empty() {
        assert_eq!(report.source, text);
        return;
    }
    assert_eq!(parse(&report.source).errors, []);
    let mut replayed = text.to_owned();
    for round in report.applied.chunk_by(|one, next| one.round == next.round) {
        let fixes: Vec<Fix> = round.iter().map(|applied| with(&applied.edits)).collect();
        let mut patch = Patch::new(&replayed);
        for fix in &fixes {
            patch.add(fix).unwrap();
        }
        replayed = patch.apply();
    }
    assert_eq!(report.source, replayed);
}

fn with(edits: &[Edit]) -> Fix {
    Fix {
        title: String::new(),
        safety: Safety::Safe,
        keeps: Keeps::Everything,
        edits: edits.to_vec(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_generated_file_is_read_and_fixed(text in crate::generated::dockerfiles()) {
        prop_assert_eq!(parse(&text).errors, []);
        check(&text);
    }

    #[test]
    fn damage_does_no_harm(text in crate::damage::dockerfiles()) {
        check(&text);
    }
}
