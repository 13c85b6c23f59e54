//! BuildKit's checks run while it converts a file, and an error stops them: what it says of an
//! instruction that it refuses depends on the order in which it looks at things. Every expectation
//! was checked with BuildKit's Dockerfile frontend.

use std::error::Error;

use dflint_build::{BuildContext, MemoryContext, ModelOptions};
use dflint_linter::{Preset, Selection, Settings, Source, lint};
use dflint_parser::LineIndex;

/// Code and line of what BuildKit's own checks find.
fn warnings(
    dockerfile: &str,
    target: Option<&str>,
    context: Option<&dyn BuildContext>,
) -> Result<Vec<(&'static str, u32)>, Box<dyn Error>> {
    let selection = Selection {
        preset: Preset::Buildkit,
        ..Selection::default()
    };
    let mut settings = Settings::new(&selection)?;
    settings.model = ModelOptions {
        target: target.map(str::to_owned),
        ..ModelOptions::like_buildkit_checks()
    };
    let source = Source::read(dockerfile.as_bytes())?;
    let lines = LineIndex::new(source.text());
    let report = lint(&source, &settings, context);
    let mut warnings = Vec::new();
    for finding in &report.findings {
        let line = lines.line(finding.span.start);
        let codes = finding.codes.iter().filter(|code| !code.starts_with("DL"));
        warnings.extend(codes.map(|code| (*code, line)));
    }
    warnings.sort_unstable();
    Ok(warnings)
}

#[test]
fn what_is_said_of_an_instruction_that_is_refused() {
    for (dockerfile, want) in [
        // A default that does not expand: the names up to it, and the variables in front of it.
        (
            "FROM a\nARG KEY=$X PASSWORD=${Y:=z} TOKEN=$Z\n",
            &[
                ("SecretsUsedInArgOrEnv", 2),
                ("SecretsUsedInArgOrEnv", 2),
                ("UndefinedVar", 2),
                ("UndefinedVar", 2),
            ][..],
        ),
        (
            "FROM a\nENV KEY=$X PASSWORD=${Y:=z} TOKEN=$Z\n",
            &[("UndefinedVar", 2), ("UndefinedVar", 2)],
        ),
        // A share on the network is not absolute, before it is refused.
        (
            "FROM --platform=windows a\nWORKDIR //b/c\n",
            &[
                ("FromPlatformFlagConstDisallowed", 1),
                ("WorkdirRelativePath", 2),
            ],
        ),
        // All words are expanded before any is looked at.
        ("FROM a\nCOPY https://x.org/y $X\n", &[("UndefinedVar", 2)]),
        ("FROM a\nADD --chmod=10000 x $X\n", &[("UndefinedVar", 2)]),
        (
            "FROM a\nRUN --mount=target=/ --mount=target=/x,source=$X b\n",
            &[("UndefinedVar", 2)],
        ),
        ("FROM a\nRUN --mount=foo --mount=source=$X b\n", &[]),
        // Ports in their order, the one that is refused too, unless for its protocol.
        (
            "FROM a\nEXPOSE 80 90:90 a:80 b:80\n",
            &[("ExposeInvalidFormat", 2), ("ExposeInvalidFormat", 2)],
        ),
        ("FROM a\nEXPOSE 1:80/http\n", &[]),
        ("FROM a\nEXPOSE 1:80 ${PATH:=y}\n", &[]),
        // Without a command RUN is refused when everything is converted.
        ("FROM a\nRUN []\nCMD b\n", &[("JSONArgsRecommended", 3)]),
        // A stage that is needed too early is no circle, so that its words are expanded.
        (
            "FROM a AS one\nCOPY --from=two x $X\nFROM one AS two\nRUN b\n",
            &[("UndefinedVar", 2)],
        ),
    ] {
        assert_eq!(
            warnings(dockerfile, None, None).unwrap(),
            want,
            "{dockerfile}"
        );
    }
}

#[test]
fn an_instruction_begins_with_the_escape_in_front_of_its_word() {
    assert_eq!(
        warnings("FROM a\n\\\ncmd b\n", None, None).unwrap(),
        [
            ("ConsistentInstructionCasing", 2),
            ("JSONArgsRecommended", 2)
        ]
    );
    assert_eq!(
        warnings("FROM a\n\\\nMAINTAINER b\n", None, None).unwrap(),
        [("MaintainerDeprecated", 2)]
    );
}

#[test]
fn a_stage_that_the_target_does_not_need_stops_nothing() {
    let dockerfile = "FROM a AS one\nSTOPSIGNAL none\nFROM a AS two\nCMD b\n";
    // An empty name is none.
    for target in [None, Some("")] {
        assert_eq!(warnings(dockerfile, target, None).unwrap(), []);
    }
    let without_error = "FROM a\nCMD b\n";
    assert_eq!(
        warnings(without_error, Some(""), None).unwrap(),
        [("JSONArgsRecommended", 2)]
    );
    assert_eq!(
        warnings(dockerfile, Some("two"), None).unwrap(),
        [("JSONArgsRecommended", 4)]
    );
}

#[test]
fn ignored_sources_in_front_of_one_that_is_refused() {
    let context = MemoryContext::new([(".dockerignore", "a\n")]);
    for (dockerfile, want) in [
        (
            "FROM x\nCOPY a https://x.org/y a /z/\n",
            &[("CopyIgnoredFile", 2)][..],
        ),
        ("FROM x\nCOPY a ${PATH:=y} /z/\n", &[]),
        ("FROM x\nCOPY --chmod=x a /z/\n", &[]),
    ] {
        assert_eq!(
            warnings(dockerfile, None, Some(&context)).unwrap(),
            want,
            "{dockerfile}"
        );
    }
}

#[test]
fn a_pattern_that_is_not_valid_stops_the_build_before_the_first_step() -> Result<(), Box<dyn Error>>
{
    let dockerfile = "FROM a AS B\nFROM c\nWORKDIR d\nCMD e\n";
    let before = [("StageNameCasing", 1)];
    for (ignore, want) in [
        (
            "[f]",
            &[
                ("JSONArgsRecommended", 4),
                ("StageNameCasing", 1),
                ("WorkdirRelativePath", 3),
            ][..],
        ),
        ("[f", &before),
        ("ok\n!", &before),
    ] {
        let context = MemoryContext::new([(".dockerignore", ignore)]);
        assert_eq!(
            warnings(dockerfile, None, Some(&context))?,
            want,
            "{ignore}"
        );
    }
    Ok(())
}
