//! Physical and logical lines, and the comments between them.

use dflint_parser::parse;

use crate::{first_error, shape};

#[test]
fn lines_become_instructions() {
    for (source, expected) in [
        ("FROM a\nRUN b\n", vec![("FROM", 1, 1), ("RUN", 2, 2)]),
        (
            "FROM a\r\n\r\nRUN b \\\r\n  c\r\n",
            vec![("FROM", 1, 1), ("RUN", 3, 4)],
        ),
        ("\u{feff}FROM a", vec![("FROM", 1, 1)]),
        ("  \t FROM a\n\n\n", vec![("FROM", 1, 1)]),
        ("\u{a0}\u{3000}FROM a", vec![("FROM", 1, 1)]),
        (
            "FROM a\nRUN b \\\n# c\n\n  d\nRUN e",
            vec![("FROM", 1, 1), ("RUN", 2, 5), ("RUN", 6, 6)],
        ),
        (
            "FROM a\nRUN b \\\n# c\n",
            vec![("FROM", 1, 1), ("RUN", 2, 3)],
        ),
        (
            "FROM a\nRUN b \\\\\nRUN c",
            vec![("FROM", 1, 1), ("RUN", 2, 2), ("RUN", 3, 3)],
        ),
        ("\\\nFROM a", vec![("FROM", 1, 2)]),
        (
            "FROM a\nRUN b \\ \t\nc",
            vec![("FROM", 1, 1), ("RUN", 2, 3)],
        ),
    ] {
        assert_eq!(shape(&parse(source)), expected, "{source:?}");
    }
}

#[test]
fn continued_lines_are_joined_without_their_comments() {
    let file = parse("FROM a\nRUN b \\\n# no\n   # neither\n  c \\\n\n\td\\\n");
    assert_eq!(file.instructions[1].logical.as_str(), "RUN b   c \td");
    assert_eq!(file.instructions[1].rest.as_str(), "b   c \td");
    let inside: Vec<&str> = file.comments.iter().map(|comment| &*comment.text).collect();
    assert_eq!(inside, ["no", "neither"]);
    assert!(
        file.comments
            .iter()
            .all(|comment| comment.inside_instruction)
    );
}

#[test]
fn only_ascii_space_ends_the_instruction_word() {
    assert_eq!(shape(&parse("FROM a\nRUN\u{a0}b"))[1], ("RUN\u{a0}b", 2, 2));
    assert_eq!(shape(&parse("FROM a\nRUN\u{b}b"))[1], ("RUN", 2, 2));
}

#[test]
fn empty_continuation_lines_are_reported_once_at_the_last_line() {
    let source = "FROM a\nRUN b \\\n\n \t\n c \\\n\n d <<E\nE\n";
    let file = parse(source);
    let [empty] = file.empty_continuations.as_slice() else {
        panic!("{:?}", file.empty_continuations);
    };
    assert_eq!((empty.instruction, empty.reported_line), (1, 7));
    let lines: Vec<&str> = empty.lines.iter().map(|span| span.text(source)).collect();
    assert_eq!(lines, ["\n", " \t\n", "\n"]);
    assert_eq!(shape(&file)[1], ("RUN", 2, 8));
}

#[test]
fn comments_belong_to_the_next_instruction() {
    for (source, expected) in [
        ("# a\n# b\nFROM x", vec!["a", "b"]),
        ("# a\n\n# b\nFROM x", vec!["a", "b"]),
        ("# a\n#\n# b\nFROM x", vec!["b"]),
        ("# a\n  # b\nFROM x", vec!["a", "# b"]),
        ("# a\n  #\nFROM x", vec!["a", "#"]),
        ("# syntax=a\n# b\nFROM x", vec!["b"]),
        ("#a\nFROM x", vec!["a"]),
        // One byte goes, and what is left of the no-break space is no white space.
        ("\u{a0}# a \nFROM x", vec!["\u{fffd}# a"]),
        ("\u{2003} # a\nFROM x", vec!["\u{fffd}\u{fffd} # a"]),
        (" \u{a0}# a\nFROM x", vec!["# a"]),
    ] {
        let file = parse(source);
        let range = file.instructions[0].doc_comments.clone();
        let texts: Vec<&str> = file.comments[range]
            .iter()
            .map(|comment| &*comment.text)
            .collect();
        assert_eq!(texts, expected, "{source:?}");
    }
}

#[test]
fn comments_inside_an_instruction_belong_to_none() {
    let file = parse("FROM a \\\n# b\n\n# c\nRUN d");
    assert_eq!(file.instructions.len(), 1);
    let file = parse("FROM \\\n# b\na\n# c\nRUN d");
    assert_eq!(file.instructions[0].doc_comments, 0..0);
    assert_eq!(file.instructions[1].doc_comments, 1..2);
}

#[test]
fn lines_may_hold_65535_bytes() {
    let line = |len: usize| format!("FROM a\nRUN {}", "x".repeat(len - 4));
    assert_eq!(first_error(&line(65_535)), "");
    assert_eq!(first_error(&(line(65_535) + "\n")), "");
    let refused = "a line may have at most 65535 bytes";
    assert_eq!(first_error(&line(65_536)), refused);
    assert_eq!(first_error(&(line(65_536) + "\n")), refused);
    // A carriage return counts.
    assert_eq!(first_error(&(line(65_535) + "\r\n")), refused);
    assert_eq!(
        first_error(&format!("FROM a\nRUN <<E\n{}\nE\n", "x".repeat(65_536))),
        refused
    );
    assert_eq!(
        first_error(&format!("FROM a\nRUN \\\n{}\n", "x".repeat(65_536))),
        refused
    );
}

#[test]
fn a_file_needs_an_instruction() {
    for source in ["", "\n\n", "# a\n", "# syntax=a\n", "\u{feff}", "  \n\t"] {
        assert!(
            first_error(source).starts_with("no instructions"),
            "{source:?}"
        );
    }
}
