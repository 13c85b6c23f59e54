//! Heredocs: bodies, ends, and what they mean to RUN, COPY and ADD.

use dflint_parser::{Command, Dockerfile, Source, Transfer, parse};

use crate::{first_error, shape};

fn bodies<'f>(file: &'f Dockerfile<'_>) -> Vec<(&'f str, &'f str)> {
    let heredocs = file.instructions.iter().flat_map(|it| &it.heredocs);
    heredocs
        .map(|it| (it.name.as_str(), it.body.as_str()))
        .collect()
}

#[test]
fn bodies_are_raw_up_to_the_terminator() {
    for (source, expected) in [
        (
            "RUN <<E\na\n# b\n\nc \\\nE\n",
            vec![("E", "a\n# b\n\nc \\\n")],
        ),
        ("RUN <<E\r\na\r\nE\r\n", vec![("E", "a\r\n")]),
        ("RUN <<E\nE", vec![("E", "")]),
        ("RUN <<-E\n\ta\n\t\tE\n", vec![("E", "\ta\n")]),
        ("RUN <<E\n\tE\n E\nE \nE\n", vec![("E", "\tE\n E\nE \n")]),
        (
            "RUN <<A <<B\na\nA\nb\nB\n",
            vec![("A", "a\n"), ("B", "b\n")],
        ),
        ("RUN <<'A B'\na\nA B\n", vec![("A B", "a\n")]),
        ("RUN a \\\n <<E \\\n b\nc\nE\n", vec![("E", "c\n")]),
        ("COPY <<E /x\na\nE\n", vec![("E", "a\n")]),
        ("RUN [\"<<E\"]\n", vec![]),
        ("CMD <<E\n", vec![]),
    ] {
        let source = format!("FROM a\n{source}USER b");
        let source = source.replace("EUSER", "E\nUSER");
        let file = parse(&source);
        assert_eq!(bodies(&file), expected, "{source:?}");
        assert_eq!(shape(&file).last().unwrap().0, "USER", "{source:?}");
        assert_eq!(file.errors, [], "{source:?}");
    }
}

#[test]
fn terminators_know_where_they_stand() {
    let source = "FROM a\nRUN <<-E\nb\n\tE\r\nUSER c";
    let file = parse(source);
    let run = &file.instructions[1];
    assert_eq!(run.heredocs[0].terminator.text(source), "\tE");
    assert_eq!(run.heredocs[0].opener.span().text(source), "<<-E");
    assert_eq!(run.span.text(source), "RUN <<-E\nb\n\tE");
    assert_eq!((run.start_line, run.end_line), (2, 4));
}

#[test]
fn a_heredoc_without_end_is_refused_and_reading_goes_on() {
    let source = "FROM a\nRUN <<E\necho\nUSER b\nWORKDIR /c\n";
    let file = parse(source);
    assert_eq!(file.errors.len(), 1);
    assert_eq!(
        file.errors[0].message,
        "this heredoc never ends: no line after it is exactly `E`"
    );
    assert_eq!(file.errors[0].span.text(source), "<<E");
    assert_eq!(
        shape(&file),
        [
            ("FROM", 1, 1),
            ("RUN", 2, 3),
            ("USER", 4, 4),
            ("WORKDIR", 5, 5)
        ]
    );
}

#[test]
fn arithmetic_can_open_a_heredoc() {
    assert!(first_error("FROM a\nRUN echo $(( 1 << 2 ))").starts_with("this heredoc never ends"));
    assert_eq!(first_error("FROM a\nRUN echo $((1<<2))"), "");
}

#[test]
fn a_whole_script_is_told_from_input_of_a_command() {
    for (line, whole) in [
        ("RUN <<E", true),
        ("RUN --network=none <<-'E'", true),
        ("RUN <<E cat", false),
        ("RUN cat <<E", false),
        ("RUN 3<<E", true),
        ("RUN << E", true),
    ] {
        let source = format!("FROM a\n{line}\nE\n");
        let file = parse(&source);
        let Command::Run(run) = &file.instructions[1].command else {
            panic!("{line}: {:?}", file.errors);
        };
        assert_eq!(run.script_heredoc, whole, "{line}");
    }
}

fn transfer<'f, 'a>(file: &'f Dockerfile<'a>) -> &'f Transfer<'a> {
    match &file.instructions[1].command {
        Command::Copy(transfer) | Command::Add(transfer) => transfer,
        other => panic!("{other:?}"),
    }
}

#[test]
fn copy_writes_heredocs_as_files() {
    let file = parse("FROM a\nCOPY a <<A <<\"B\" /x/\na\nA\nb\nB\n");
    let sources = &transfer(&file).sources;
    assert!(matches!(&sources[0], Source::Path(path) if path.as_str() == "a"));
    assert!(matches!(sources[1], Source::Heredoc(0)));
    assert!(matches!(sources[2], Source::Heredoc(1)));
}

#[test]
fn copied_heredocs_of_one_name_share_the_last_body() {
    let file = parse("FROM a\nCOPY <<A <<A /x/\none\nA\ntwo\nA\n");
    let copy = &file.instructions[1];
    assert!(matches!(
        transfer(&file).sources[..],
        [Source::Heredoc(0), Source::Heredoc(1)]
    ));
    assert_eq!(copy.copied_body(0).unwrap().as_str(), "two\n");
    assert_eq!(copy.copied_body(1).unwrap().as_str(), "two\n");
}

#[test]
fn words_that_only_look_like_heredocs_are_empty_files() {
    for source in ["COPY [\"<<A\", \"/x\"]", "ADD don't <<A /x"] {
        let source = format!("FROM a\n{source}\n");
        let file = parse(&source);
        assert_eq!(file.errors, [], "{source}");
        let is_empty = |source: &Source<'_>| matches!(source, Source::EmptyHeredoc { name, expand: true, .. } if name == "A");
        assert!(transfer(&file).sources.iter().any(is_empty), "{source}");
    }
}

#[test]
fn copy_splits_words_without_regard_to_quotes() {
    let file = parse("FROM a\nCOPY <<'b c' /x\nd\nb c\n");
    assert_eq!(file.errors, []);
    let paths: Vec<&str> = transfer(&file)
        .sources
        .iter()
        .map(|source| match source {
            Source::Path(path) => path.as_str(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(paths, ["<<'b", "c'"]);
}

#[test]
fn a_heredoc_is_no_destination() {
    assert_eq!(
        first_error("FROM a\nCOPY b <<E\nE\n"),
        "a heredoc cannot be the destination"
    );
    assert_eq!(
        first_error("FROM a\nADD [\"b\", \"<<E\"]\n"),
        "a heredoc cannot be the destination"
    );
}

#[test]
fn heredocs_without_end_are_none() {
    let file = parse("FROM a\nRUN <<ONE\nb\nRUN <<TWO\nc\n");
    assert_eq!(file.errors.len(), 2);
    assert_eq!(file.instructions.len(), 3);
    for instruction in &file.instructions {
        assert_eq!(instruction.heredocs.len(), 0, "{instruction:?}");
    }
}
