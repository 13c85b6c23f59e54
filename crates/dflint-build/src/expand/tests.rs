use proptest::prelude::*;

use super::{ExpandError, Expander};
use crate::env::{Env, NoVariables};
use crate::value::Value;

fn env() -> Env {
    let mut env = Env::default();
    for (name, value) in [
        ("A", "alpha"),
        ("EMPTY", ""),
        ("PATHS", "/a/b/c.tar.gz"),
        ("SPACED", "one two"),
        ("V", "v1.2.3"),
        ("é", "accent"),
        ("1", "one"),
    ] {
        env.set(name, value.into());
    }
    env
}

fn expand(word: &str) -> Result<String, ExpandError> {
    let expansion = Expander::new('\\').word(word, &env())?;
    Ok(expansion.value.to_known().unwrap_or("(unknown)").to_owned())
}

#[test]
fn values() {
    for (word, want) in [
        ("plain", "plain"),
        ("$A", "alpha"),
        ("${A}", "alpha"),
        ("x${A}y$A/z", "xalphayalpha/z"),
        ("$NONE|${NONE}", "|"),
        ("$é", "accent"),
        ("$1st", "onest"),
        ("$", "$"),
        ("a$", "a$"),
        ("$/x", "$/x"),
        ("$(date)", "$(date)"),
        ("`date`", "`date`"),
        ("$?$@$*$#$-$!", ""),
        ("'$A'", "$A"),
        ("'a\\'", "a\\"),
        ("\"$A\"", "alpha"),
        ("\"it's\"", "it's"),
        ("\"\\$A \\\" \\\\ \\n\"", "$A \" \\ \\n"),
        ("\\$A", "$A"),
        ("a\\b", "ab"),
        ("a\\\\b", "a\\b"),
        ("trailing\\", "trailing"),
        ("\u{feff}bom$A", "bomalpha"),
        ("${NONE-d}", "d"),
        ("${NONE:-d}", "d"),
        ("${EMPTY-d}", ""),
        ("${EMPTY:-d}", "d"),
        ("${A:-d}", "alpha"),
        ("${A-d}", "alpha"),
        ("${NONE:-$A}", "alpha"),
        ("${NONE:-${EMPTY:-${A}}}", "alpha"),
        ("${NONE:-a b}", "a b"),
        ("${NONE:-'a}b'}", "a}b"),
        ("${NONE:-a\\}b}", "a}b"),
        ("${A+d}", "d"),
        ("${A:+d}", "d"),
        ("${EMPTY+d}", "d"),
        ("${EMPTY:+d}", ""),
        ("${NONE+d}", ""),
        ("${A?no}", "alpha"),
        ("${EMPTY?no}", ""),
        ("${+x}", ""),
        ("${PATHS#*/}", "a/b/c.tar.gz"),
        ("${PATHS##*/}", "c.tar.gz"),
        ("${PATHS%.*}", "/a/b/c.tar"),
        ("${PATHS%%.*}", "/a/b/c"),
        ("${V#v}", "1.2.3"),
        ("${V:#v}", "1.2.3"),
        ("${NONE#v}", ""),
        ("${V%$NONE.3}", "v1.2"),
        ("${V/./-}", "v1-2.3"),
        ("${V//./-}", "v1-2-3"),
        ("${V//./}", "v123"),
        ("${V//./\\$0}", "v1\\.2\\.3"),
        ("${PATHS/\\/a/x}", "x/b/c.tar.gz"),
        ("${NONE/a/b}", ""),
    ] {
        assert_eq!(expand(word).as_deref(), Ok(want), "{word}");
    }
}

#[test]
fn errors() {
    let modifier = |text: &str| ExpandError::UnsupportedModifier(text.to_owned());
    for (word, want) in [
        ("${", ExpandError::MissingBrace),
        ("${}", ExpandError::BadSubstitution),
        ("${:x}", ExpandError::BadSubstitution),
        ("${{x}}", ExpandError::BadSubstitution),
        ("${A", modifier("\u{fffd}")),
        ("${A:-x", ExpandError::MissingBrace),
        ("${A:-'x}", ExpandError::MissingBrace),
        ("${A:1}", modifier(":1")),
        ("${A:=x}", modifier(":=")),
        ("${A^}", modifier("^")),
        ("${A,,}", modifier(",")),
        ("${!A}", modifier("A")),
        ("${#A}", modifier("A")),
        ("${A/b}", ExpandError::MissingSlash),
        ("${A/b/c", ExpandError::MissingBrace),
        ("'open", ExpandError::UnclosedQuote("single")),
        ("\"open", ExpandError::UnclosedQuote("double")),
        (
            "${NONE?}",
            ExpandError::Required {
                name: "NONE".into(),
                message: "may not be unset".into(),
            },
        ),
        (
            "${EMPTY:?say why}",
            ExpandError::Required {
                name: "EMPTY".into(),
                message: "say why".into(),
            },
        ),
        (
            "${A#\\x}",
            ExpandError::InvalidPattern {
                pattern: "\\x".into(),
                escape: 'x',
            },
        ),
    ] {
        assert_eq!(expand(word), Err(want), "{word}");
    }
}

#[test]
fn the_escape_is_the_files() {
    let expanded = Expander::new('`').word("`$A \\$A \"`\"\"", &env()).unwrap();
    assert_eq!(expanded.value, "$A \\alpha \"".into());
}

#[test]
fn heredoc_bodies_keep_quotes() {
    let expanded = Expander::for_heredoc()
        .word("'$A' \"\\$A\"\n", &env())
        .unwrap();
    assert_eq!(expanded.value, "'alpha' \"$A\"\n".into());
}

#[test]
fn names_are_told_apart() {
    let expansion = Expander::new('\\')
        .word("$A ${NONE:-$OTHER} $A $NONE", &env())
        .unwrap();
    assert_eq!(expansion.matched, ["A"]);
    assert_eq!(expansion.unmatched, ["OTHER", "NONE"]);
}

#[test]
fn words_split_outside_quotes() {
    let words = |word: &str| -> Vec<String> {
        let words = Expander::new('\\').words(word, &env()).unwrap();
        words.iter().map(ToString::to_string).collect()
    };
    assert_eq!(words("a $SPACED 'b c'"), ["a", "one", "two", "b c"]);
    assert_eq!(words("\"$SPACED\" x\\ y"), ["one two", "x y"]);
    assert_eq!(words(" $EMPTY "), Vec::<String>::new());
    // What stands in front of an operand in its word is lost.
    assert_eq!(words("a 80${NONE:-90}/tcp"), ["a", "90/tcp"]);
    assert_eq!(words("80\"${NONE:-90}x\" ${A#al}"), ["90x", "pha"]);
}

#[test]
fn unknown_variables_stay_as_written() {
    let mut env = Env::open();
    env.set("A", "alpha".into());
    env.set("MAYBE", Value::unresolved("${BASE}"));
    let expand = |word: &str| Expander::new('\\').word(word, &env).unwrap().value;
    for (word, want) in [
        ("/x/$BASE", "/x/${BASE}"),
        ("${BASE:-$A}", "${BASE:-alpha}"),
        ("${BASE:?why}", "${BASE:?why}"),
        ("${BASE%%-*}", "${BASE%%-*}"),
        ("${BASE//a/$A}", "${BASE//a/alpha}"),
        ("${MAYBE:-d}", "${${BASE}:-d}"),
    ] {
        let value = expand(word);
        assert_eq!(value.as_str(), want, "{word}");
        assert!(!value.is_known(), "{word}");
    }
    assert_eq!(expand("${MAYBE-d}"), Value::unresolved("${BASE}"));
    assert_eq!(expand("\\${BASE}"), Value::known("${BASE}"));
}

#[test]
fn deep_nesting_ends() {
    let word = format!("{}x{}", "${A:-".repeat(50_000), "}".repeat(50_000));
    assert!(Expander::new('\\').word(&word, &NoVariables).is_ok());
}

#[test]
fn doubling_values_end() {
    let expander = Expander::new('\\');
    let mut env = Env::default();
    env.set("X", "0123456789".into());
    for _ in 0..200 {
        let doubled = expander.word("$X$X$X", &env).unwrap().value;
        env.set("X", doubled);
    }
    let value = env.get("X").unwrap();
    assert!(value.as_str().len() <= super::MAX_RESULT);
}

proptest! {
    #[test]
    fn never_panics(word in "[$\\{}:\\-+?#%/a-cA\"'` \\\\é*]{0,40}") {
        let _ = Expander::new('\\').word(&word, &env());
        let _ = Expander::new('`').words(&word, &Env::open());
    }

    #[test]
    fn words_without_syntax_are_themselves(word in "[a-z/.=:_ -]{0,40}") {
        let expansion = Expander::new('\\').word(&word, &NoVariables).unwrap();
        prop_assert_eq!(expansion.value.as_str(), word.as_str());
    }

    #[test]
    fn single_quotes_protect_everything(text in "[^']{0,40}") {
        let word = format!("x'{text}'");
        let expansion = Expander::new('\\').word(&word, &env()).unwrap();
        prop_assert_eq!(expansion.value.as_str(), format!("x{text}"));
    }
}

#[test]
fn unset_names_are_told_before_an_error_too() {
    let expander = Expander::new('\\');
    for (word, want) in [
        ("plain", &[][..]),
        ("$A", &[]),
        ("$X$Y$X", &["X", "Y"]),
        ("$X${Y!}$Z", &["X"]),
        ("$X'", &["X"]),
        ("${X:?${Y}}", &["Y", "X"]),
    ] {
        assert_eq!(expander.unset_names(word, &env()), want, "{word}");
    }
}
