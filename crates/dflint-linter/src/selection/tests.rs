//! Selections are tried with one rule that two tools know (`maintainer-deprecated`, of the
//! category `labels`) and one that BuildKit alone knows (`legacy-key-value-format`).

use dflint_knowledge::{Severity, page, pages};
use dflint_parser::Span;
use dflint_rules::Dialect;

use super::*;

const RULE: &str = "maintainer-deprecated";

#[derive(Default)]
struct Lists {
    preset: Preset,
    select: &'static [&'static str],
    extend_select: &'static [&'static str],
    ignore: &'static [&'static str],
    ignore_always: &'static [&'static str],
    severities: &'static [(&'static str, Severity)],
}

impl Lists {
    fn selection(&self) -> Selection {
        let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let severities = self.severities.iter();
        Selection {
            preset: self.preset,
            select: owned(self.select),
            extend_select: owned(self.extend_select),
            ignore: owned(self.ignore),
            ignore_always: owned(self.ignore_always),
            severities: severities
                .map(|&(name, severity)| (name.to_owned(), severity))
                .collect(),
        }
    }

    /// The codes and the severity by which a finding of `rule` is reported.
    fn admitted(&self, rule: &str) -> Option<(Vec<&'static str>, Severity)> {
        let rules = self.selection().resolve().unwrap();
        let found = dflint_rules::Finding::new(page(rule).unwrap(), Span::empty(0), "");
        rules
            .admit(found)
            .map(|finding| (finding.codes, finding.severity))
    }

    fn codes(&self, rule: &str) -> Option<Vec<&'static str>> {
        self.admitted(rule).map(|(codes, _)| codes)
    }
}

const BOTH: [&str; 2] = ["MaintainerDeprecated", "DL4000"];

#[test]
fn presets_take_their_tool_s_findings() {
    for (preset, codes) in [
        (Preset::Recommended, &BOTH[..]),
        (Preset::All, &BOTH),
        (Preset::Buildkit, &["MaintainerDeprecated"]),
        (Preset::Hadolint, &["DL4000"]),
    ] {
        let lists = Lists {
            preset,
            ..Lists::default()
        };
        assert_eq!(lists.codes(RULE).as_deref(), Some(codes), "{preset:?}");
    }
    let hadolint = Lists {
        preset: Preset::Hadolint,
        ..Lists::default()
    };
    assert_eq!(hadolint.codes("legacy-key-value-format"), None);
}

#[test]
fn select_takes_the_preset_s_place_and_extend_select_adds() {
    let select = Lists {
        select: &["legacy-key-value-format"],
        ..Lists::default()
    };
    assert_eq!(select.codes(RULE), None);
    let extend = Lists {
        select: &["legacy-key-value-format"],
        extend_select: &["DL4000"],
        ..Lists::default()
    };
    assert_eq!(extend.codes(RULE), Some(vec!["DL4000"]));
    assert!(extend.codes("legacy-key-value-format").is_some());
}

#[test]
fn the_narrower_name_wins() {
    type Names = &'static [&'static str];
    let cases: [(Names, Names, Option<Names>); 9] = [
        (&["ALL"], &["labels"], None),
        (&["labels"], &["ALL"], Some(&BOTH)),
        (&[RULE], &["labels"], Some(&BOTH)),
        (&[RULE], &[RULE], None),
        (&[RULE], &["DL4000"], None),
        (&["DL4000"], &[RULE], None),
        (&["DL4000"], &["labels"], Some(&["DL4000"])),
        (&BOTH, &["DL4000"], None),
        (
            &["MaintainerDeprecated"],
            &["labels"],
            Some(&["MaintainerDeprecated"]),
        ),
    ];
    for (select, ignore, codes) in cases {
        let lists = Lists {
            select,
            ignore,
            ..Lists::default()
        };
        assert_eq!(
            lists.codes(RULE).as_deref(),
            codes,
            "{select:?} without {ignore:?}"
        );
    }
}

#[test]
fn a_code_is_narrower_than_its_rule_where_it_means_a_part_of_it() {
    let rule = "repeated-instruction";
    let codes = |select, ignore| {
        let lists = Lists {
            select,
            ignore,
            ..Lists::default()
        };
        let rules = lists.selection().resolve().unwrap();
        let mut found = dflint_rules::Finding::new(page(rule).unwrap(), Span::empty(0), "");
        found.answers_to(&["MultipleInstructionsDisallowed", "DL4003"]);
        rules.admit(found).map(|finding| finding.codes)
    };
    assert_eq!(
        codes(&["DL4003"], &["repeated-instruction"]),
        Some(vec!["DL4003"])
    );
    assert_eq!(
        codes(
            &["MultipleInstructionsDisallowed"],
            &["repeated-instruction"]
        ),
        None
    );
    assert_eq!(codes(&["repeated-instruction"], &["DL4003"]), None);
    let kept = Some(vec!["MultipleInstructionsDisallowed", "DL4003"]);
    assert_eq!(codes(&["repeated-instruction"], &["DL4004"]), kept);
}

#[test]
fn what_is_always_ignored_wins_whatever_the_width() {
    for select in [&["ALL"][..], &["labels"], &[RULE], &["DL4000"], &BOTH] {
        for ignore_always in [&["ALL"][..], &["labels"], &[RULE], &["DL4000"]] {
            let lists = Lists {
                select,
                ignore_always,
                ..Lists::default()
            };
            let codes = lists.codes(RULE);
            assert_eq!(codes, None, "{select:?} without {ignore_always:?}");
        }
    }
    let lists = Lists {
        select: &["ALL"],
        ignore_always: &[RULE],
        ..Lists::default()
    };
    assert!(lists.codes("legacy-key-value-format").is_some());
}

#[test]
fn severities_follow_the_narrowest_name() {
    let lists = Lists {
        severities: &[
            ("DL4000", Severity::Error),
            (RULE, Severity::Info),
            ("ALL", Severity::Style),
        ],
        ..Lists::default()
    };
    assert_eq!(lists.admitted(RULE).unwrap().1, Severity::Error);
    assert_eq!(
        lists.admitted("legacy-key-value-format").unwrap().1,
        Severity::Style
    );
}

#[test]
fn the_codes_asked_for_pick_the_dialect() {
    let dialect = |lists: Lists| {
        let rules = lists.selection().resolve().unwrap();
        let mut sets = rules.sets(false);
        let found = sets.find(|(_, set)| set.rules().iter().any(|rule| rule.page.name == RULE));
        found.map(|(dialect, _)| dialect)
    };
    for (select, expected) in [
        (&[RULE][..], Dialect::Dflint),
        (&["DL4000"], Dialect::Hadolint),
        (&["MaintainerDeprecated"], Dialect::Buildkit),
        (&["DL4000", "MaintainerDeprecated"], Dialect::Dflint),
        (&["DL4000", "labels"], Dialect::Dflint),
    ] {
        let lists = Lists {
            select,
            ..Lists::default()
        };
        assert_eq!(dialect(lists), Some(expected), "{select:?}");
    }
    let preset = Lists {
        preset: Preset::Hadolint,
        ..Lists::default()
    };
    assert_eq!(dialect(preset), Some(Dialect::Hadolint));
}

#[test]
fn unknown_names_bring_a_suggestion() {
    for (name, suggestion) in [
        ("maintainer-depricated", Some(RULE)),
        ("dl4000", Some("DL4000")),
        ("label", Some("labels")),
        ("no-such-thing-at-all", None),
    ] {
        let selection = Selection {
            ignore: vec![name.to_owned()],
            ..Selection::default()
        };
        let error = selection.resolve().err().unwrap();
        assert_eq!((error.name.as_str(), error.suggestion), (name, suggestion));
    }
}

#[test]
fn every_name_of_every_page_is_known() {
    for page in pages::ALL {
        assert_eq!(Name::find(page.name), Some(Name::Rule(page.name)));
        for code in page.codes {
            assert_eq!(Name::find(code), Some(Name::Code(code)));
        }
    }
}
