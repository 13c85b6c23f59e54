//! `ONBUILD` and the instruction under it.

use dflint_parser::{Command, Instruction, InstructionName, parse};

use crate::{first_error, shape, strings};

fn inner<'f, 'a>(instruction: &'f Instruction<'a>) -> &'f Instruction<'a> {
    match &instruction.command {
        Command::Onbuild(inner) => inner,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_inner_instruction_is_read_whole() {
    let source = "FROM a\nONBUILD  copy --from=b \\\n# no\n  c d  \n";
    let file = parse(source);
    let outer = &file.instructions[1];
    let copy = inner(outer);
    assert_eq!(copy.name, Some(InstructionName::Copy));
    assert_eq!(copy.logical.as_str(), "copy --from=b   c d");
    assert_eq!(copy.flags[0].word.as_str(), "--from=b");
    assert_eq!(strings(&copy.args), ["c", "d"]);
    assert_eq!(copy.span.text(source), "copy --from=b \\\n# no\n  c d  ");
    assert_eq!((copy.start_line, copy.end_line), (2, 4));
    assert!(outer.args.is_empty());
    assert!(matches!(copy.command, Command::Copy(_)));
}

#[test]
fn heredocs_stand_on_both() {
    let file = parse("FROM a\nONBUILD RUN <<E\nb\nE\nUSER c");
    assert_eq!(file.errors, []);
    assert_eq!(shape(&file)[1..], [("ONBUILD", 2, 4), ("USER", 5, 5)]);
    let outer = &file.instructions[1];
    assert_eq!(outer.heredocs[0].body.as_str(), "b\n");
    assert_eq!(inner(outer).heredocs[0].body.as_str(), "b\n");
    assert!(matches!(&inner(outer).command, Command::Run(run) if run.script_heredoc));
}

#[test]
fn json_needs_no_heredoc() {
    let file = parse("FROM a\nONBUILD RUN [\"<<E\"]\n");
    assert_eq!(file.errors, []);
    assert!(inner(&file.instructions[1]).json);
}

#[test]
fn only_the_parser_looks_into_it() {
    for (source, message) in [
        // These fail only in a stage based on the image.
        ("ONBUILD FOO", ""),
        ("ONBUILD MA\u{130}NTAINER a", ""),
        (
            "ONBUILD ma\u{131}ntainer a",
            "MAINTAINER cannot stand under ONBUILD",
        ),
        ("ONBUILD COPY a", ""),
        ("ONBUILD RUN --foo a", ""),
        ("ONBUILD ENV a", "ENV needs a value: write ENV a=<value>"),
        (
            "ONBUILD CMD [1]",
            "only strings can stand in a JSON array of arguments; put this in double quotes",
        ),
        ("ONBUILD", "ONBUILD needs an instruction"),
        (
            "ONBUILD --x RUN a",
            "ONBUILD has no flag --x: it takes none",
        ),
        (
            "ONBUILD onbuild RUN a",
            "ONBUILD cannot stand under ONBUILD",
        ),
        ("ONBUILD From a", "FROM cannot stand under ONBUILD"),
        (
            "ONBUILD MAINTAINER a",
            "MAINTAINER cannot stand under ONBUILD",
        ),
        (
            "ONBUILD ONBUILD ONBUILD ENV a",
            "ENV needs a value: write ENV a=<value>",
        ),
    ] {
        assert_eq!(
            first_error(&format!("FROM a\n{source}")),
            message,
            "{source}"
        );
    }
    let file = parse("FROM a\nONBUILD FOO b");
    assert!(matches!(
        inner(&file.instructions[1]).command,
        Command::Invalid
    ));
}
