//! What is refused, in which order, and how reading goes on.

use dflint_parser::{Command, Level, parse};

use crate::{first_error, shape};

#[test]
fn unknown_instructions_get_a_suggestion() {
    for (source, message) in [
        ("FORM a", "unknown instruction FORM, did you mean FROM?"),
        (
            "FROM a\nrunn b",
            "unknown instruction runn, did you mean RUN?",
        ),
        ("FROM a\napt-get install", "unknown instruction apt-get"),
        (
            "FROM a\nRUN\u{a0}b",
            "unknown instruction RUN\u{a0}b, did you mean RUN?",
        ),
        ("FROM a\n&& b", "unknown instruction &&"),
    ] {
        assert_eq!(first_error(source), message, "{source}");
    }
}

#[test]
fn only_arg_stands_before_from() {
    assert_eq!(
        first_error("ARG a\nRUN b"),
        "RUN before the first FROM: only ARG can stand here"
    );
    assert_eq!(first_error("ARG a"), "");
    // One report is enough, and a refused FROM counts.
    assert_eq!(parse("RUN a\nRUN b\nUSER c\n").errors.len(), 1);
    assert_eq!(parse("FROM a b\nRUN c\n").errors.len(), 1);
}

#[test]
fn every_bad_instruction_is_reported_once() {
    let source = "FROM a\nCOPY b\nENV c\nFOO\nRUN d\nCMD [1]\n";
    let file = parse(source);
    let errors: Vec<(Level, u32, &str)> = file
        .errors
        .iter()
        .map(|error| (error.level, error.line, error.span.text(source)))
        .collect();
    let expected = [
        (Level::Parse, 3, "c"),
        (Level::Parse, 6, "1"),
        (Level::Typed, 2, "b"),
        (Level::Typed, 4, "FOO"),
    ];
    assert_eq!(errors, expected);
    assert_eq!(file.instructions.len(), 6);
    assert!(matches!(file.instructions[4].command, Command::Run(_)));
    for bad in [1, 2, 3, 5] {
        assert!(
            matches!(file.instructions[bad].command, Command::Invalid),
            "{bad}"
        );
    }
}

#[test]
fn a_pair_without_equals_is_pointed_at() {
    let source = "FROM a\nENV b=c \\\n  RUN d\n";
    let file = parse(source);
    let error = &file.errors[0];
    assert_eq!(error.span.text(source), "RUN");
    assert_eq!(
        error.message,
        "no `=` in \"RUN\": every word must be name=value; is an escape character left over on the line before?"
    );
    assert_eq!(
        first_error("FROM a\nENV b=c de"),
        "no `=` in \"de\": every word must be name=value; quote values with spaces"
    );
}

#[test]
fn an_escape_at_the_end_of_the_file_is_an_instruction_without_name() {
    let file = parse("FROM a\n\\\n");
    assert_eq!(shape(&file)[1], ("", 2, 2));
    assert_eq!(
        file.errors[0].message,
        "an instruction must stand before the end of the file"
    );
}
