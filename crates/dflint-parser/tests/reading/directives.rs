//! Parser directives and the two ways in which BuildKit looks for them.

use dflint_parser::parse;

use crate::{first_error, shape};

#[test]
fn the_escape_character_can_be_changed() {
    let file = parse("# escape=`\nFROM a\nRUN b `\n c \\\nRUN d");
    assert_eq!(file.directives.escape, '`');
    assert_eq!(shape(&file), [("FROM", 2, 2), ("RUN", 3, 4), ("RUN", 5, 5)]);
}

#[test]
fn the_parser_honours_directives_at_the_top_only() {
    for (source, escape) in [
        ("# escape=`\nFROM a", '`'),
        ("#escape = ` \nFROM a", '`'),
        ("  # ESCAPE=`\nFROM a", '`'),
        ("\u{feff}# escape=`\r\nFROM a", '`'),
        ("# syntax=x\n# check=skip=all\n# escape=`\nFROM a", '`'),
        ("\u{2003}# escape=`\nFROM a", '`'),
        ("#\u{2003}escape=`\nFROM a", '\\'),
        ("\n# escape=`\nFROM a", '\\'),
        ("# comment\n# escape=`\nFROM a", '\\'),
        ("# unknown=x\n# escape=`\nFROM a", '\\'),
        ("#!/bin/sh\n# escape=`\nFROM a", '\\'),
        ("FROM a\n# escape=`", '\\'),
    ] {
        assert_eq!(parse(source).directives.escape, escape, "{source:?}");
    }
}

#[test]
fn syntax_and_check_are_found_by_a_scan_of_their_own() {
    for (source, syntax, check) in [
        (
            "# syntax=a/b:1\n# check=skip=X\nFROM a",
            Some("a/b:1"),
            Some("skip=X"),
        ),
        (
            "# syntax=a b\n# check=skip=A, B\nFROM a",
            Some("a"),
            Some("skip=A,"),
        ),
        ("  # syntax=a\nFROM a", None, None),
        (
            "#!/x\n# syntax=a\n# check=error=true\nFROM a",
            Some("a"),
            Some("error=true"),
        ),
        ("# syntax=a\n\n# check=skip=X\nFROM a", Some("a"), None),
        ("// syntax=a\n// check=skip=X\nFROM a", Some("a"), None),
        ("{\"syntax\": \"a\", \"check\": \"b\"}", Some("a"), None),
        ("# escape=`\n# escape=`\n# syntax=a\nFROM a", None, None),
        ("# syntax=a\n# syntax=b\nFROM a", Some("a"), None),
        ("# syntax= \nFROM a", Some(""), None),
        ("# syntax=\nFROM a", None, None),
    ] {
        let directives = parse(source).directives;
        assert_eq!(directives.syntax.map(|it| it.value), syntax, "{source:?}");
        assert_eq!(directives.check.map(|it| it.value), check, "{source:?}");
    }
}

#[test]
fn directives_know_where_they_stand() {
    let source = "\u{feff}#!/x\n# syntax =  a b \nFROM a";
    let syntax = parse(source).directives.syntax.unwrap();
    assert_eq!((syntax.line, syntax.full), (2, "a b"));
    assert_eq!(syntax.value_span.text(source), "a b");
    assert_eq!(syntax.span.text(source), "# syntax =  a b ");
    let source = "{\"syntax\": \"a\"}";
    assert_eq!(
        parse(source)
            .directives
            .syntax
            .unwrap()
            .value_span
            .text(source),
        "a"
    );
}

#[test]
fn bad_directives_are_refused() {
    for (source, message) in [
        (
            "# escape=x\nFROM a",
            "the escape character is `\\` or a backquote, not \"x\"",
        ),
        (
            "# escape=`\n# Escape=`\nFROM a",
            "a second `escape` directive: only one is allowed",
        ),
        (
            "# escape= \nFROM a",
            "the escape character is `\\` or a backquote, not \" \"",
        ),
        ("# escape=\nFROM a", ""),
    ] {
        assert_eq!(first_error(source), message, "{source:?}");
    }
}
