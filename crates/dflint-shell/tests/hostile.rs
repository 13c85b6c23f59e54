//! Input that is made to hurt ends in bounded time, without a panic.

use dflint_parser::Text;
use dflint_shell::{Script, Shell};
use proptest::prelude::*;

fn parse(text: &str) -> usize {
    [["/bin/sh", "-c"], ["/bin/bash", "-c"]]
        .iter()
        .map(|shell| {
            let shell = Shell::from_words(shell.iter().copied());
            let script = Script::parse(Text::contiguous(text, 0), &shell);
            for command in script.commands() {
                for word in command.words() {
                    let _ = (word.render(), word.variables(), word.splits());
                }
            }
            let _ = script.and_chain().map(|chain| chain.removal(1, text));
            script.commands().count()
        })
        .sum()
}

/// Openings without an end.
const OPENINGS: &[&str] = &[
    "$(",
    "`",
    "\"$(",
    "(",
    "{ ",
    "${x:-",
    "$((",
    "if a; then ",
    "'",
    "\"",
    "[[ ",
    "case a in x) ",
    "<(",
    "! ",
    "f() { ",
    "sh -c '",
    "a=(",
    "a[",
    "x <<E\n",
    "{a,",
    "!(",
    "$[",
    "${x/",
    "time ",
    "coproc ",
    "time ! ",
    "((",
    "a{",
    "{1..",
    "[",
    "a=b[",
    "\"\\",
    "time -p ",
    "time \\\n",
];

/// Pieces that repeat.
const PIECES: &[&str] = &[
    "a && ",
    "a | ",
    "a; ",
    "a\n",
    "a || ",
    "a & ",
    "a \\\n",
    "$x",
    "*",
    "x=1 ",
    "<<a ",
    ">a ",
    "a<<a\na\n",
    "\\",
    "# a\n",
    "{a,b}",
    "é",
    "a=$(b) ",
    "(a); ",
    "env ",
    "}",
    ")",
];

#[test]
fn wide_characters_in_backticks_are_survived() {
    for text in [
        "\\A\"\\\"`ዀ`\"a",
        "echo \"\\\"`echo é`\"",
        "echo \"\\\"\\\"`aé b`\"",
    ] {
        parse(text);
    }
}

#[test]
fn deep_and_long_input_is_survived() {
    for piece in OPENINGS.iter().chain(PIECES) {
        for count in [10, 150, 5_000] {
            parse(&piece.repeat(count));
        }
    }
    parse(&"x".repeat(200_000));
    parse(&format!("echo \"{}\"", "y".repeat(200_000)));
    parse(&"x".repeat(10_000_000));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}") {
        parse(&text);
    }

    #[test]
    fn any_shell_like_text_is_read(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "a", " ", "\n", "$", "(", ")", "{", "}", "'", "\"", "`", "\\", "&&", "||", ";", "|",
                "&", "<<E\n", "E\n", ">", "<", "$(", "${", "$((", "))", "if ", "then ", "fi", "for ",
                "in ", "do ", "done", "case ", "esac", ";;", "x=", "[[ ", " ]]", "#", "!", "*", "[",
                "]", "é", "sh -c ", "time ", "function ", "2>&1", "<(", "\t", "~", "exit ", "export ",
                "\\\n", "((", "\r", ":-", "/", "%", "alias ", "shopt -s expand_aliases\n", "coproc ", "time time ",
            ]),
            0..40,
        )
    ) {
        parse(&pieces.concat());
    }
}
