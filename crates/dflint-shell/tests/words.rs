//! What words come to.

use dflint_parser::Text;
use dflint_shell::{Script, Shell, SimpleCommand, Word};

fn parse(text: &str) -> Script<'_> {
    Script::parse(Text::contiguous(text, 0), &Shell::default())
}

fn first<'s>(script: &'s Script<'_>) -> Option<SimpleCommand<'s>> {
    script.commands().next()
}

fn first_arg<'s>(script: &'s Script<'_>) -> Option<Word<'s>> {
    first(script)?.args().next()
}

#[test]
fn quotes_are_removed_and_variables_kept() {
    let cases = [
        ("plain", Some("plain"), "plain"),
        ("'a b'", Some("a b"), "a b"),
        (r#""a \"b\" \n""#, Some(r#"a "b" \n"#), r#"a "b" \n"#),
        (r#"a\ b"c"'d'"#, Some("a bcd"), "a bcd"),
        ("''", Some(""), ""),
        ("\"\"", Some(""), ""),
        ("$'a\\tb'", Some("a\tb"), "a\tb"),
        ("x\\\ny", Some("xy"), "xy"),
        ("a}", Some("a}"), "a}"),
        ("}a}b", Some("}a}b"), "}a}b"),
        ("$X}", None, "${X}}"),
        ("é'ü'", Some("éü"), "éü"),
        ("$X", None, "${X}"),
        ("\"${X}/y\"", None, "${X}/y"),
        ("pre-$X'$Y'", None, "pre-${X}$Y"),
        ("${X:-a b}", None, "${X:-a b}"),
        ("$(a b)/c", None, "$(a b)/c"),
        ("$((1 + 2))", None, "$((1 + 2))"),
        (
            "--cache-dir=$HOME/.cache",
            None,
            "--cache-dir=${HOME}/.cache",
        ),
        ("*.txt", Some("*.txt"), "*.txt"),
        ("a#b", Some("a#b"), "a#b"),
    ];
    for (word, literal, rendered) in cases {
        let text = format!("echo {word} && true");
        let script = parse(&text);
        assert!(script.is_certain(), "{text}: {:?}", script.certainty());
        let found = first_arg(&script).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(found.raw(), word, "{text}");
        assert_eq!(found.literal(), literal, "{text}");
        assert_eq!(found.render(), rendered, "{text}");
    }
}

#[test]
fn words_that_split_are_told_apart() {
    let cases = [
        ("$PHPIZE_DEPS", true),
        ("\"$PHPIZE_DEPS\"", false),
        ("${X:+a b}", true),
        ("$(cat list)", true),
        ("\"$(cat list)\"", false),
        ("*.txt", true),
        ("'*.txt'", false),
        ("/var/{cache,lib}", true),
        ("$((1+1))", false),
        ("plain", false),
    ];
    for (word, splits) in cases {
        let text = format!("echo {word}");
        let script = parse(&text);
        let found = first_arg(&script).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(found.splits(), splits, "{word}");
    }
}

#[test]
fn variables_are_listed_with_their_quoting() {
    let script = parse("echo $A\"${B}x${C:-$D}\"'$E'$((F + $G))");
    let word = first_arg(&script).unwrap_or_else(|| panic!("no word"));
    let found: Vec<_> = word
        .variables()
        .into_iter()
        .map(|variable| (variable.name, variable.quoted, variable.plain))
        .filter(|(name, ..)| *name != "F")
        .collect();
    assert_eq!(
        found,
        [
            ("A", false, true),
            ("B", true, true),
            ("C", true, false),
            ("D", true, true),
            ("G", false, true),
        ]
    );
}

#[test]
fn spans_lead_back_to_the_file() {
    // As the parser joins a continued RUN with a comment inside.
    let source = "RUN a \\\n  # why\n  b$X && c\n";
    let segment = |text, source, len| dflint_parser::Segment {
        text,
        text_len: len,
        source,
        source_len: len,
    };
    let text = Text::joined(
        source,
        "a   b$X && c".to_owned(),
        vec![segment(0, 4, 2), segment(2, 16, 10)],
    );
    let script = Script::parse(text, &Shell::default());
    let word = first_arg(&script).unwrap_or_else(|| panic!("no word"));
    assert_eq!(word.span().text(source), "b$X");
    assert_eq!(
        first(&script).map(|found| found.span().text(source)),
        Some("a \\\n  # why\n  b$X")
    );
    let ranges = first(&script).map(|found| script.source_ranges(found.range()).count());
    assert_eq!(ranges, Some(2));
}
