//! What is known about a command when it runs.

use dflint_parser::Text;
use dflint_shell::{Directory, Script, Shell, SimpleCommand};

fn parse<'t>(text: &'t str, shell: &[&str]) -> Script<'t> {
    Script::parse(
        Text::contiguous(text, 0),
        &Shell::from_words(shell.iter().copied()),
    )
}

const SH: &[&str] = &["/bin/sh", "-c"];

/// The first command of that name.
fn named<'s>(script: &'s Script<'_>, name: &str) -> Option<SimpleCommand<'s>> {
    script
        .commands()
        .find(|command| command.name() == Some(name))
}

#[test]
fn commands_know_whether_they_run_and_matter() {
    // text, whether X always runs, whether the script fails with X
    let cases = [
        ("X", true, true),
        ("a && X", true, true),
        ("X && a", true, true),
        ("X; a", true, false),
        ("a; X", true, true),
        ("set -e; X; a", true, true),
        ("set -ex && X && a", true, true),
        ("set -e; a && X; b", false, true),
        ("set -e; X && a; b", true, false),
        ("a && X; b", false, false),
        ("a && X || true", false, false),
        ("a || X", false, true),
        ("X || true", true, false),
        ("(a || true) && X", true, true),
        ("(X || true) && a", true, false),
        ("(a && X) && b", true, true),
        ("{ a; X; } && b", true, true),
        ("if X; then a; fi", true, false),
        ("if a; then X; fi", false, true),
        ("for i in 1; do X; done", false, true),
        ("f() { X; }; f", false, false),
        ("! X", true, false),
        ("X | a", true, false),
        ("a | X", true, true),
        ("set -o pipefail; X | a", true, true),
        ("X & a", true, false),
        ("if a; then exit 0; fi; X", false, true),
        ("if a; then exit 1; fi; X", true, true),
        ("echo $(X)", true, false),
        ("sh -c 'X' && b", true, true),
        ("sh -c 'X; a' && b", true, false),
        ("a || sh -c 'X'", false, true),
        ("sh -ec 'X; a'", true, true),
    ];
    for (text, runs, matters) in cases {
        let script = parse(text, SH);
        assert!(script.is_certain(), "{text}: {:?}", script.certainty());
        let Some(command) = named(&script, "X") else {
            panic!("no X in {text}");
        };
        assert_eq!(!command.is_conditional(), runs, "{text}: runs");
        assert_eq!(command.must_succeed(), matters, "{text}: matters");
    }
    let script = parse("X; a", &["/bin/bash", "-e", "-c"]);
    assert!(named(&script, "X").is_some_and(SimpleCommand::must_succeed));
}

#[test]
fn directories_are_followed() {
    let changed = |path: &str| Directory::Changed(path.to_owned());
    let cases = [
        ("X", Directory::Unchanged),
        ("cd /a && X", changed("/a")),
        ("cd a && cd b && X", changed("a/b")),
        ("cd /a/; cd b; X", changed("/a/b")),
        ("cd \"$DIR/x\" && X", changed("${DIR}/x")),
        ("cd /a && cd $B && X", Directory::Unknown),
        ("cd && X", changed("~")),
        ("cd ~/b && X", changed("~/b")),
        ("cd - && X", Directory::Unknown),
        ("(cd /a && b) && X", Directory::Unchanged),
        ("{ cd /a; } && X", changed("/a")),
        ("if a; then cd /b; fi; X", Directory::Unknown),
        ("a && cd /b; X", Directory::Unknown),
        ("cd /a || exit 1; X", changed("/a")),
        ("pushd /a; X", Directory::Unknown),
        ("cd /a && sh -c 'cd b && X'", changed("/a/b")),
        ("cd /a | X", Directory::Unchanged),
    ];
    for (text, expected) in cases {
        let script = parse(text, SH);
        assert_eq!(
            named(&script, "X").map(SimpleCommand::directory),
            Some(&expected),
            "{text}"
        );
    }
}

#[test]
fn variables_set_by_the_script_are_known() {
    let cases = [
        ("X", None),
        ("V=1 X", Some(Some("1"))),
        ("env V='a b' X", Some(Some("a b"))),
        ("env V=$W X", Some(None)),
        ("export V=1 && X", Some(Some("1"))),
        ("export V=$W && X", Some(None)),
        ("export V=1; export V=2; X", Some(Some("2"))),
        ("(export V=1) && X", None),
        ("if a; then export V=1; fi; X", Some(None)),
        ("V=1; X", Some(None)),
        ("V=1 a && X", None),
        ("unset V; X", Some(None)),
        ("export V=1 && sh -c 'X'", Some(Some("1"))),
        ("VV=1 X", None),
    ];
    for (text, expected) in cases {
        let script = parse(text, SH);
        assert_eq!(
            named(&script, "X").map(|found| found.variable("V")),
            Some(expected),
            "{text}"
        );
    }
}

#[test]
fn options_in_force_are_known() {
    let script = parse("a; set -euxo pipefail; X; set +e; b", SH);
    let options =
        |name| named(&script, name).map(|found| (found.under_errexit(), found.under_pipefail()));
    assert_eq!(options("a"), Some((false, false)));
    assert_eq!(options("X"), Some((true, true)));
    assert_eq!(options("b"), Some((false, true)));
}
