//! How scripts come apart into commands, operators and words.

use dflint_parser::Text;
use dflint_shell::{Certainty, Construct, OperatorKind, RedirectKind, Script, Shell};

fn parse(text: &str) -> Script<'_> {
    Script::parse(Text::contiguous(text, 0), &Shell::default())
}

fn bash(text: &str) -> Script<'_> {
    let shell = Shell::from_words(["/bin/bash", "-c"]);
    Script::parse(Text::contiguous(text, 0), &shell)
}

/// Each command as `range text`.
fn commands<'s>(script: &'s Script<'_>) -> Vec<&'s str> {
    script
        .commands()
        .map(|command| command.range().of(command.script().as_str()))
        .collect()
}

#[test]
fn a_brace_in_a_word_closes_nothing() {
    for (text, want) in [
        ("echo $x} && ls", &["echo $x}", "ls"][..]),
        ("{ echo ${x}}; }; ls", &["echo ${x}}", "ls"]),
        ("case $x} in a}) ls >b};; esac", &["ls >b}"]),
        ("if true; then echo }a; fi", &["true", "echo }a"]),
        (
            "ls `f() { a }; }; f`",
            &["ls `f() { a }; }; f`", "a }", "f"],
        ),
    ] {
        let script = parse(text);
        assert_eq!(script.certainty(), &Certainty::Certain, "{text}");
        assert_eq!(commands(&script), want, "{text}");
    }
    // Alone in front of a command it is a keyword.
    assert!(!parse("} && ls").is_certain());
}

#[test]
fn commands_have_exact_ranges() {
    let cases: [(&str, &[&str]); 17] = [
        ("a b && c d", &["a b", "c d"]),
        ("a;b ; c & d", &["a", "b", "c", "d"]),
        ("a | b |& c", &["a", "b", "c"]),
        ("! a && b", &["a", "b"]),
        (
            "X=1 Y='a b' a >f 2>&1 && b",
            &["X=1 Y='a b' a >f 2>&1", "b"],
        ),
        ("a 2>&1 >/dev/null || true", &["a 2>&1 >/dev/null", "true"]),
        (">f a", &[">f a"]),
        ("(a && b) || { c; }", &["a", "b", "c"]),
        (
            "if a; then b; elif c; then d; else e; fi && f",
            &["a", "b", "c", "d", "e", "f"],
        ),
        (
            "for x in $(a) y; do b; done; while c; do d; done",
            &["a", "b", "c", "d"],
        ),
        ("case $(a) in x|y) b;; *) c;; esac", &["a", "b", "c"]),
        ("f() { a; }; f", &["a", "f"]),
        (
            "a \"$(b `c`)\" ${X:-$(d)}",
            &["a \"$(b `c`)\" ${X:-$(d)}", "b `c`", "c", "d"],
        ),
        ("export X=$(a) && exit 1", &["export X=$(a)", "a", "exit 1"]),
        ("a \\\n  b \\\n  && c", &["a \\\n  b", "c"]),
        (
            "cat <<EOF && b\n$(a)\nEOF\nc",
            &["cat <<EOF", "a", "b", "c"],
        ),
        ("# comment\na # b\n\nc", &["a", "c"]),
    ];
    for (text, expected) in cases {
        let script = parse(text);
        assert!(script.is_certain(), "{text}: {:?}", script.certainty());
        assert_eq!(commands(&script), expected, "{text}");
    }
}

#[test]
fn operators_stand_where_they_are_written() {
    let text = "a && b || c; d & e\nf # x\ng";
    let script = parse(text);
    let operators: Vec<_> = script
        .body()
        .items
        .iter()
        .filter_map(|item| item.operator)
        .map(|operator| (operator.kind, operator.range.of(text)))
        .collect();
    assert_eq!(
        operators,
        [
            (OperatorKind::And, "&&"),
            (OperatorKind::Or, "||"),
            (OperatorKind::Semicolon, ";"),
            (OperatorKind::Background, "&"),
            (OperatorKind::Newline, "\n"),
            (OperatorKind::Newline, "\n"),
        ]
    );
}

#[test]
fn constructs_around_a_command_are_known() {
    let cases = [
        ("a && X", vec![]),
        ("(X)", vec![Construct::Subshell]),
        ("{ X; }", vec![Construct::Group]),
        ("if X; then a; fi", vec![Construct::Condition]),
        ("if a; then X; fi", vec![Construct::Branch]),
        ("for i in 1; do X; done", vec![Construct::Loop]),
        ("f() { X; }", vec![Construct::Function, Construct::Group]),
        ("a $(X)", vec![Construct::Substitution]),
        ("a | X", vec![Construct::Pipeline]),
        ("! X", vec![Construct::Negation]),
        ("X &", vec![Construct::Background]),
        ("sh -c 'a && X'", vec![Construct::NestedScript]),
        (
            "(a | sh -c 'X')",
            vec![
                Construct::Subshell,
                Construct::Pipeline,
                Construct::NestedScript,
            ],
        ),
    ];
    for (text, expected) in cases {
        let script = parse(text);
        let command = script
            .commands()
            .find(|command| command.name() == Some("X"));
        let command = command.unwrap_or_else(|| panic!("{text} has no X"));
        for construct in &expected {
            assert!(
                command.inside().contains(*construct),
                "{text}: {construct:?}"
            );
        }
        assert_eq!(command.depth(), expected.len(), "{text}");
    }
}

#[test]
fn effective_commands_are_behind_their_wrappers() {
    let cases: [(&str, &str, &[&str]); 8] = [
        ("/usr/bin/apt-get update", "apt-get", &["update"]),
        ("sudo -E apt-get update", "apt-get", &["update"]),
        ("A=1 env B=2 'pip' install x", "pip", &["install", "x"]),
        ("exec time -p make all", "make", &["all"]),
        ("time make all", "make", &["all"]),
        ("find . | xargs -r rm -f", "rm", &["-f"]),
        ("command -v curl", "command", &["-v", "curl"]),
        ("p\\ip3 \"install\"", "pip3", &["install"]),
    ];
    for (text, name, args) in cases {
        let script = parse(text);
        let command = script.commands().last().unwrap_or_else(|| panic!("{text}"));
        assert_eq!(command.name(), Some(name), "{text}");
        let found: Vec<_> = command.args().filter_map(|word| word.literal()).collect();
        assert_eq!(found, args, "{text}");
    }
}

#[test]
fn redirections_keep_descriptor_and_target() {
    let text = "a >out 2>>err <in 2>&1 <<'X' &>all\n$y\nX\n";
    let script = bash(text);
    let command = script
        .commands()
        .next()
        .unwrap_or_else(|| panic!("no command"));
    let found: Vec<_> = command
        .redirects()
        .map(|redirect| {
            (
                redirect.kind(),
                redirect.fd(),
                redirect.target().map(|word| word.raw()),
                redirect.range().of(text),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            (RedirectKind::Output, None, Some("out"), ">out"),
            (RedirectKind::Append, Some(2), Some("err"), "2>>err"),
            (RedirectKind::Input, None, Some("in"), "<in"),
            (RedirectKind::DuplicateOutput, Some(2), Some("1"), "2>&1"),
            (RedirectKind::HereDocument, None, None, "<<'X'"),
            (RedirectKind::OutputBoth, None, Some("all"), "&>all"),
        ]
    );
    let document = command
        .redirects()
        .find_map(|redirect| redirect.here_document());
    assert!(document.is_some_and(|it| it.quoted && it.body == "$y\n"));
}

#[test]
fn bash_syntax_under_sh_is_read_as_bash() {
    for text in [
        "[[ a == b && c == d ]] && e",
        "for ((i=0;i<3;i++)); do e; done",
        "a=(1 2); e",
    ] {
        let script = parse(text);
        assert!(script.is_certain(), "{text}: {:?}", script.certainty());
        let names: Vec<_> = script
            .commands()
            .filter_map(|command| command.name())
            .collect();
        assert_eq!(names, ["e"], "{text}");
    }
}

#[test]
fn broken_scripts_say_so_and_give_what_they_have() {
    for text in [
        "a && ",
        "if a; then b",
        "a 'b",
        "(a",
        "a )",
        "a $(b",
        "a && && b",
        "}",
    ] {
        let script = parse(text);
        assert!(!script.is_certain(), "{text}");
        assert!(matches!(script.certainty(), Certainty::Broken(_)), "{text}");
        assert!(script.and_chain().is_none(), "{text}");
    }
}

#[test]
fn what_is_for_no_shell_has_no_commands() {
    let shell = Shell::from_words(["powershell", "-Command"]);
    let script = Script::parse(Text::contiguous("apt-get install x", 0), &shell);
    assert_eq!(script.certainty(), &Certainty::NotShell);
    assert_eq!(script.commands().count(), 0);
    assert!(!script.is_certain());
}
