//! Flags in front of the arguments.

use dflint_parser::{Command, MountKind, Text, parse};

use crate::first_error;

fn flags(source: &str) -> (Vec<String>, String) {
    let file = parse(source);
    let instruction = file.instructions.last().unwrap();
    let words = instruction
        .flags
        .iter()
        .map(|flag| flag.word.as_str().to_owned());
    (words.collect(), instruction.rest.as_str().to_owned())
}

#[test]
fn leading_words_with_two_dashes_are_flags() {
    for (source, words, rest) in [
        (
            "COPY --from=a --link b c",
            vec!["--from=a", "--link"],
            "b c",
        ),
        ("COPY --from='a b'\"c\" d e", vec!["--from=a bc"], "d e"),
        (r"COPY --from=a\ b\\c d e", vec![r"--from=a b\c"], "d e"),
        (r#"COPY --from="a\"b" d e"#, vec!["--from=a\"b"], "d e"),
        ("COPY -- --from=a b", vec![], "--from=a b"),
        ("COPY --link -- --from=a b", vec!["--link"], "--from=a b"),
        ("COPY --link --", vec!["--link"], ""),
        ("COPY -x b", vec![], "-x b"),
        ("COPY b --link c", vec![], "b --link c"),
        ("COPY --from=\"open b c", vec!["--from=open b c"], ""),
        ("COPY --from=a\\", vec!["--from=a"], ""),
        (
            "# escape=`\nCOPY --from=a`'b\\ d",
            vec!["--from=a'b\\"],
            "d",
        ),
    ] {
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        assert_eq!(flags(source), (words, rest.to_owned()), "{source:?}");
    }
}

#[test]
fn bytes_of_flags_are_taken_for_latin1() {
    assert_eq!(flags("COPY --from=é b c").0, ["--from=Ã©"]);
    // The second byte of `à` is a no-break space then.
    assert_eq!(
        flags("COPY --from=àb c d"),
        (vec!["--from=Ã".to_owned()], "b c d".to_owned())
    );
    assert_eq!(flags("COPY --from='àb' c d").0, ["--from=Ã\u{a0}b"]);
    // Half a character is left over.
    assert_eq!(flags("COPY --from=\u{2140} c").1, "\u{fffd} c");
}

#[test]
fn flags_know_where_they_stand() {
    let source = "FROM a\nCOPY --from=\\\n# comment\nab --chown='x y' c d";
    let file = parse(source);
    let flags = &file.instructions[1].flags;
    let from = flags[0].value.as_ref().unwrap();
    assert_eq!(from.span().text(source), "ab");
    assert_eq!(flags[1].value.as_ref().unwrap().span().text(source), "x y");
    let ranges: Vec<&str> = flags[0]
        .word
        .source_ranges(0..9)
        .map(|it| it.text(source))
        .collect();
    assert_eq!(ranges, ["--from=", "ab"]);
}

#[test]
fn flags_are_checked() {
    for (source, message) in [
        (
            "COPY --form=a b c",
            "COPY has no flag --form, did you mean --from?",
        ),
        (
            "COPY --From=a b c",
            "COPY has no flag --From, did you mean --from?",
        ),
        ("COPY --from b c", "--from needs a value: --from=…"),
        ("COPY --from= b c", ""),
        ("COPY --from=a --from=a b c", "--from is given twice"),
        ("COPY --exclude=a --exclude=b c d", ""),
        ("COPY --link=TRUE b c", ""),
        ("COPY --link= b c", "--link needs a value: --link=…"),
        ("COPY --link=1 b c", "--link is true or false, not \"1\""),
        (
            "ADD --from=a b c",
            "ADD has no flag --from: it takes --chown, --chmod, --link, --keep-git-dir, --checksum, --unpack, --exclude",
        ),
        ("RUN --network=none a", ""),
        (
            "RUN --network= a",
            "--network is default, none, host, not \"\"",
        ),
        (
            "RUN --security=Sandbox a",
            "--security is sandbox, insecure, not \"Sandbox\", did you mean sandbox?",
        ),
        ("RUN --device=a.b/c,required a", ""),
        (
            "RUN --device=name=a,name=b a",
            "the device has a name already",
        ),
        ("RUN --device=a,required=2 a", "`required` is true or false"),
        ("ENV --x=y a=b", "ENV has no flag --x: it takes none"),
        // These two ignore flags.
        ("ARG --x a", ""),
        ("STOPSIGNAL --x SIGINT", ""),
        ("HEALTHCHECK --x NONE", ""),
    ] {
        assert_eq!(
            first_error(&format!("FROM a\n{source}")),
            message,
            "{source}"
        );
    }
}

#[test]
fn mounts_are_split_into_fields() {
    let source = "FROM a\nRUN --mount=Type=cache,TARGET=/x,ro,\\\"id=a,b\\\" c";
    let file = parse(source);
    let Command::Run(run) = &file.instructions[1].command else {
        panic!("{:?}", file.errors);
    };
    let [mount] = run.mounts.as_slice() else {
        panic!("{:?}", run.mounts);
    };
    assert_eq!(mount.kind, MountKind::Cache);
    let fields: Vec<(&str, Option<&str>)> = mount
        .fields
        .iter()
        .map(|field| (field.key.as_str(), field.value.as_ref().map(Text::as_str)))
        .collect();
    let expected = [
        ("type", Some("cache")),
        ("target", Some("/x")),
        ("ro", None),
        ("id", Some("a,b")),
    ];
    assert_eq!(fields, expected);
    assert_eq!(mount.fields[1].text.span().text(source), "TARGET=/x");
}

#[test]
fn mounts_that_are_no_csv_are_refused() {
    for (mount, message) in [
        ("", "there is nothing after `=`"),
        (
            r#"a=\"b"#,
            "a double quote must begin a field, end it, or be doubled within it",
        ),
        (
            r#"\"a=b\"c"#,
            "a double quote must begin a field, end it, or be doubled within it",
        ),
        (
            r#"\"a=b"#,
            "a double quote must begin a field, end it, or be doubled within it",
        ),
        (r#"\"a=\"\"b\""#, ""),
        ("from=a$", ""),
        (
            "from=$a",
            "`from` takes no variable here: name a stage that is FROM the variable instead",
        ),
        // Only the conversion to build operations refuses these.
        ("type=nonsense,uid=x,", ""),
    ] {
        let source = format!("FROM a\nRUN --mount={mount} b");
        assert_eq!(first_error(&source), message, "{mount}");
    }
}
