//! Scripts within scripts, exec forms and heredocs.

use dflint_parser::{CommandLine, Heredoc, Run, Span, Text};
use dflint_shell::{Certainty, Script, Shell};

fn names(script: &Script<'_>) -> Vec<String> {
    script
        .commands()
        .filter_map(|command| command.name().map(str::to_owned))
        .collect()
}

#[test]
fn scripts_handed_to_a_shell_are_read() {
    let cases: [(&str, &[&str]); 11] = [
        ("sh -c 'a && b'", &["sh", "a", "b"]),
        ("bash -lc \"a \\\"x y\\\" && b\"", &["bash", "a", "b"]),
        ("bash -o pipefail -c 'a | b'", &["bash", "a", "b"]),
        ("su - app -c 'a'", &["su", "a"]),
        ("sudo sh -c 'a'", &["sh", "a"]),
        ("sh -c \"bash -c 'a'\"", &["sh", "bash", "a"]),
        ("bash <<'EOF'\na\nb\nEOF\n", &["bash", "a", "b"]),
        ("python3 <<EOF\nimport os\nEOF\n", &["python3"]),
        ("bash script.sh", &["bash"]),
        ("sh -c 'a' && b", &["sh", "a", "b"]),
        (
            "x; sh -c \"sh -c 'a'; b\"; c",
            &["x", "sh", "sh", "a", "b", "c"],
        ),
    ];
    for (text, expected) in cases {
        let script = Script::parse(Text::contiguous(text, 0), &Shell::default());
        assert_eq!(names(&script), expected, "{text}");
    }
}

#[test]
fn nested_spans_lead_into_the_quotes() {
    let source = "RUN sh -c \"a \\\"x\\\" && pip install y\"";
    let text = source.strip_prefix("RUN ").unwrap_or_default();
    let script = Script::parse(Text::contiguous(text, 4), &Shell::default());
    let pip = script
        .commands()
        .find(|command| command.name() == Some("pip"));
    assert_eq!(
        pip.map(|pip| pip.span().text(source)),
        Some("pip install y")
    );
    assert!(pip.is_some_and(|pip| pip.script().is_certain()));
}

#[test]
fn a_script_that_is_expanded_before_is_not_certain() {
    let text = "sh -c \"pip install $X\"";
    let script = Script::parse(Text::contiguous(text, 0), &Shell::default());
    let nested = script
        .commands()
        .next()
        .and_then(|command| command.nested());
    assert_eq!(nested.map(Script::certainty), Some(&Certainty::Expanded));
}

#[test]
fn exec_forms_are_one_command() {
    let source = r#"RUN ["sh", "-c", "a && b"]"#;
    let words = vec![
        Text::contiguous("sh", 6),
        Text::contiguous("-c", 12),
        Text::contiguous("a && b", 18),
    ];
    let script = Script::of_command_line(&CommandLine::Exec(words), &Shell::default());
    assert!(script.is_exec() && script.is_certain());
    assert_eq!(names(&script), ["sh", "a", "b"]);
    let b = script
        .commands()
        .last()
        .map(|command| command.span().text(source));
    assert_eq!(b, Some("b"));
    let odd = vec![Text::contiguous("a", 0), Text::contiguous("$X && *", 4)];
    let script = Script::of_command_line(&CommandLine::Exec(odd), &Shell::default());
    let word = script
        .commands()
        .next()
        .and_then(|command| command.args().next());
    assert_eq!(word.and_then(|word| word.literal()), Some("$X && *"));
    assert!(word.is_some_and(|word| !word.splits()));
    let none = Script::of_command_line(&CommandLine::Exec(Vec::new()), &Shell::default());
    assert_eq!(none.commands().count(), 0);
}

fn heredoc<'a>(source: &'a str, body: &str, name: &str, chomp: bool) -> Heredoc<'a> {
    let at = source.find(body).unwrap_or_default();
    Heredoc {
        name: name.to_owned(),
        opener: Text::contiguous("", 0),
        body: Text::contiguous(&source[at..at + body.len()], at as u32),
        terminator: Span::new(
            (at + body.len()) as u32,
            (at + body.len() + name.len()) as u32,
        ),
        expand: true,
        chomp,
        fd: 0,
    }
}

fn run(text: Text<'_>, script_heredoc: bool) -> Run<'_> {
    Run {
        command: CommandLine::Shell(text),
        script_heredoc,
        mounts: Vec::new(),
        network: None,
        security: None,
        devices: Vec::new(),
    }
}

#[test]
fn a_heredoc_script_speaks_its_shebang() {
    let cases: [(&str, &str, bool, &[&str]); 5] = [
        ("RUN <<EOF\na\nb\nEOF\n", "a\nb\n", false, &["a", "b"]),
        (
            "RUN <<EOF\n#!/bin/bash -e\na\nEOF\n",
            "#!/bin/bash -e\na\n",
            false,
            &["a"],
        ),
        (
            "RUN <<EOF\n#!/usr/bin/env python3\na\nEOF\n",
            "#!/usr/bin/env python3\na\n",
            false,
            &[],
        ),
        (
            "RUN <<-EOF\n\ta\n\tcat <<X\n\tx\n\tX\n\tEOF\n",
            "\ta\n\tcat <<X\n\tx\n\tX\n",
            true,
            &["a", "cat"],
        ),
        (
            "RUN <<EOF\napt-get update\nEOF\n",
            "apt-get update\n",
            false,
            &["apt-get"],
        ),
    ];
    for (source, body, chomp, expected) in cases {
        let heredocs = [heredoc(source, body, "EOF", chomp)];
        let script = Script::of_run(
            &run(Text::contiguous("<<EOF", 4), true),
            &heredocs,
            &Shell::default(),
        );
        assert_eq!(names(&script), expected, "{source}");
        for command in script.commands() {
            let name = command.name().unwrap_or_default();
            assert!(command.span().text(source).starts_with(name), "{source}");
        }
    }
}

#[test]
fn a_heredoc_of_a_command_is_its_input() {
    let source = "RUN python3 <<EOF && b\nimport a; a\nEOF\n";
    let heredocs = [heredoc(source, "import a; a\n", "EOF", false)];
    let text = Text::contiguous("python3 <<EOF && b", 4);
    let script = Script::of_run(&run(text, false), &heredocs, &Shell::default());
    assert!(script.is_certain(), "{:?}", script.certainty());
    assert_eq!(names(&script), ["python3", "b"]);
    let source = "RUN bash <<EOF\na\nEOF\n";
    let heredocs = [heredoc(source, "a\n", "EOF", false)];
    let script = Script::of_run(
        &run(Text::contiguous("bash <<EOF", 4), false),
        &heredocs,
        &Shell::default(),
    );
    assert_eq!(names(&script), ["bash", "a"]);
    let a = script
        .commands()
        .last()
        .map(|command| command.span().text(source));
    assert_eq!(a, Some("a"));
}
