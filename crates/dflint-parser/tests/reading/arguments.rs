//! Arguments: JSON and plain forms, pairs, and what the typed level makes of them.

use dflint_parser::{Command, CommandLine, HealthTest, parse};

use crate::{first_error, strings};

fn args(source: &str) -> (Vec<String>, bool) {
    let file = parse(source);
    let instruction = file.instructions.last().unwrap();
    (
        strings(&instruction.args)
            .into_iter()
            .map(str::to_owned)
            .collect(),
        instruction.json,
    )
}

#[test]
fn json_arrays_are_read_and_everything_else_is_plain() {
    for (source, words, json) in [
        (r#"CMD ["a", "b c"]"#, vec!["a", "b c"], true),
        (r#"CMD [ ]"#, vec![], true),
        (r#"CMD ["a\tb", "\u0041"]"#, vec!["a\tb", "A"], true),
        (r#"CMD ["C:\x"]"#, vec![r#"["C:\x"]"#], false),
        ("CMD ['a']", vec!["['a']"], false),
        (r#"CMD ["a"] b"#, vec![r#"["a"] b"#], false),
        ("CMD a  b ", vec!["a  b"], false),
        ("CMD", vec![], false),
        (r#"COPY ["a b", "c"]"#, vec!["a b", "c"], true),
        (r#"COPY "a b" c"#, vec!["\"a", "b\"", "c"], false),
        ("EXPOSE 80\t 81", vec!["80", "81"], false),
        ("USER a b", vec!["a b"], false),
        (r#"USER ["a"]"#, vec![r#"["a"]"#], false),
        (r#"HEALTHCHECK CMD ["a"]"#, vec!["CMD", "a"], true),
        (
            "HEALTHCHECK cmd\u{a0}a b",
            vec!["cmd\u{fffd}", "a b"],
            false,
        ),
        ("HEALTHCHECK NONE", vec!["NONE"], false),
    ] {
        let words: Vec<String> = words.into_iter().map(str::to_owned).collect();
        assert_eq!(args(source), (words, json), "{source}");
    }
}

#[test]
fn json_strings_know_where_they_stand() {
    let source = "FROM a\nCMD [\"a\\tb\", \\\n# no\n \"c\\u00\\\n41d\"]";
    let file = parse(source);
    let args = &file.instructions[1].args;
    assert_eq!(strings(args), ["a\tb", "cAd"]);
    assert_eq!(args[0].span().text(source), "a\\tb");
    assert_eq!(args[0].span_of(1..2).text(source), "\\t");
    let ranges: Vec<&str> = args[1]
        .source_ranges(1..2)
        .map(|it| it.text(source))
        .collect();
    assert_eq!(ranges, ["\\u00", "41"]);
    let ranges: Vec<&str> = args[1]
        .source_ranges(2..3)
        .map(|it| it.text(source))
        .collect();
    assert_eq!(ranges, ["d"]);
}

#[test]
fn pairs_are_triples_in_the_arguments() {
    for (source, triples) in [
        ("ENV a=b c=d", vec!["a", "b", "=", "c", "d", "="]),
        ("ENV a b c", vec!["a", "b c", ""]),
        ("ENV k = v", vec!["k", "= v", ""]),
        ("LABEL \"a b\"=\"c d\"", vec!["\"a b\"", "\"c d\"", "="]),
        ("ENV a= b=", vec!["a", "", "=", "b", "", "="]),
        ("ENV a==b", vec!["a", "=b", "="]),
        ("ENV \"a b\" c", vec!["\"a", "b\" c", ""]),
        ("ENV a='b", vec!["a", "'b", "="]),
        ("ENV", vec![]),
    ] {
        let triples: Vec<String> = triples.into_iter().map(str::to_owned).collect();
        assert_eq!(args(source).0, triples, "{source}");
    }
}

#[test]
fn commands_are_typed() {
    let source = "ARG a b=c\nFROM --platform=p x As Y\nRUN [\"r\"]\nHEALTHCHECK --retries=3 --timeout=1m30s CMD h\nVOLUME [\" v \"]\n";
    let file = parse(source);
    assert_eq!(file.errors, []);
    let Command::Arg(definitions) = &file.instructions[0].command else {
        panic!()
    };
    assert_eq!(definitions[0].value, None);
    assert_eq!(definitions[1].value.as_ref().unwrap().as_str(), "c");
    let Command::From(from) = &file.instructions[1].command else {
        panic!()
    };
    assert_eq!(from.base.as_str(), "x");
    assert_eq!(from.platform.as_ref().unwrap().as_str(), "p");
    assert_eq!(from.as_keyword.as_ref().unwrap().as_str(), "As");
    assert_eq!(from.name.as_ref().unwrap().as_str(), "Y");
    let Command::Run(run) = &file.instructions[2].command else {
        panic!()
    };
    assert!(matches!(&run.command, CommandLine::Exec(words) if strings(words) == ["r"]));
    let Command::Healthcheck(check) = &file.instructions[3].command else {
        panic!()
    };
    assert_eq!(
        (check.retries, check.timeout, check.interval),
        (Some(3), Some(90_000_000_000), None)
    );
    assert!(
        matches!(&check.test, HealthTest::Cmd(CommandLine::Shell(line)) if line.as_str() == "h")
    );
    let Command::Volume(paths) = &file.instructions[4].command else {
        panic!()
    };
    assert_eq!(strings(paths), ["v"]);
}

#[test]
fn what_the_typed_level_demands() {
    for (source, message) in [
        ("RUN", ""),
        ("RUN []", ""),
        ("CMD", ""),
        (
            "SHELL",
            "SHELL needs a JSON array, such as [\"/bin/sh\", \"-c\"]",
        ),
        (
            "SHELL sh -c",
            "SHELL needs a JSON array, such as [\"/bin/sh\", \"-c\"]",
        ),
        ("VOLUME []", "VOLUME needs a path"),
        ("VOLUME [\" \"]", "a VOLUME path is empty"),
        ("EXPOSE", "EXPOSE needs a port"),
        ("copy a", "copy needs at least one source and a destination"),
        ("ADD", "ADD needs at least one source and a destination"),
        ("ARG", "ARG needs a name"),
        ("ARG =a", "there is no name in front of `=`"),
        ("ENV =a", "there is no name in front of `=`"),
        ("LABEL", "LABEL needs name=value"),
        ("USER", "USER needs a user"),
        ("MAINTAINER", "MAINTAINER needs a name"),
        ("STOPSIGNAL", "STOPSIGNAL needs a signal"),
        ("WORKDIR", "WORKDIR needs a path"),
        (
            "HEALTHCHECK",
            "HEALTHCHECK needs CMD and a command, or NONE",
        ),
        ("HEALTHCHECK NONE a", "nothing can follow HEALTHCHECK NONE"),
        ("HEALTHCHECK CMD", "HEALTHCHECK CMD needs a command"),
        ("HEALTHCHECK CMD []", "HEALTHCHECK CMD needs a command"),
        ("HEALTHCHECK a b", "HEALTHCHECK takes CMD or NONE, not a"),
        ("HEALTHCHECK --interval=0s CMD a", ""),
        (
            "HEALTHCHECK --interval=1us CMD a",
            "--interval must be at least 1ms",
        ),
        (
            "HEALTHCHECK --timeout=-1s CMD a",
            "--timeout must be at least 1ms",
        ),
        (
            "HEALTHCHECK --timeout=1 CMD a",
            "--timeout is a duration such as 30s or 1m30s, not \"1\"",
        ),
        ("HEALTHCHECK --retries=+0 CMD a", ""),
        (
            "HEALTHCHECK --retries=-1 CMD a",
            "--retries cannot be negative",
        ),
        (
            "HEALTHCHECK --retries=2147483648 CMD a",
            "--retries is a whole number, not \"2147483648\"",
        ),
        (
            "FROM",
            "FROM takes an image, or an image, AS and a stage name",
        ),
        (
            "FROM a b",
            "FROM takes an image, or an image, AS and a stage name, not b",
        ),
        (
            "FROM a is b",
            "FROM takes an image, or an image, AS and a stage name, not is, did you mean AS?",
        ),
        (
            "FROM a # b",
            "a comment must stand on a line of its own: here `#` is part of FROM",
        ),
        ("FROM a aſ Bu\u{212a}k-1_.", ""),
        (
            "FROM a AS 1",
            "\"1\" is no name for a stage: it begins with a letter, and holds letters, digits, `-`, `_` and `.`",
        ),
        (
            "FROM a AS b/c",
            "\"b/c\" is no name for a stage: it begins with a letter, and holds letters, digits, `-`, `_` and `.`",
        ),
        ("FROM $A AS b", ""),
    ] {
        assert_eq!(
            first_error(&format!("FROM x\n{source}")),
            message,
            "{source}"
        );
    }
}
