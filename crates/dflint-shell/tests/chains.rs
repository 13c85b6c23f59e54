//! Chains and how to take a step out of one.

use dflint_parser::{Segment, Text};
use dflint_shell::{Script, Shell};

/// The text of a `RUN` as the parser joins it: continuations and comment lines dropped.
fn text_of(source: &str) -> Text<'_> {
    let mut value = String::new();
    let mut segments = Vec::new();
    let mut at = "RUN ".len();
    for line in source.split_inclusive('\n').collect::<Vec<_>>() {
        let offset = line.as_ptr() as usize - source.as_ptr() as usize;
        let line_end = offset + line.len();
        if line.trim_start().starts_with('#') {
            at = line_end;
            continue;
        }
        let from = at.max(offset);
        let kept = source[from..line_end].trim_end_matches(['\n', '\r']);
        let kept = kept.strip_suffix('\\').unwrap_or(kept);
        segments.push(Segment {
            text: value.len() as u32,
            text_len: kept.len() as u32,
            source: from as u32,
            source_len: kept.len() as u32,
        });
        value.push_str(kept);
        at = line_end;
    }
    Text::joined(source, value, segments)
}

fn without(source: &str, index: usize) -> Option<String> {
    let script = Script::parse(text_of(source), &Shell::default());
    let spans = script.sequence()?.removal(index, source)?;
    let mut out = String::new();
    let mut at = 0;
    for span in spans {
        out.push_str(&source[at..span.start as usize]);
        at = span.end as usize;
    }
    out.push_str(&source[at..]);
    Some(out)
}

#[test]
fn only_plain_chains_are_chains() {
    let cases = [
        ("a", Some(1), Some(1)),
        ("a && b && c", Some(3), Some(3)),
        ("a && (b || c) && d | e", Some(3), Some(3)),
        ("a && b;", Some(2), Some(2)),
        ("a; b", None, Some(2)),
        ("a\nb\n", None, Some(2)),
        ("a || b; c", None, Some(3)),
        ("a & b", None, None),
        ("a && b &", None, None),
        ("a && 'b", None, None),
        ("", None, None),
    ];
    for (text, and_chain, sequence) in cases {
        let script = Script::parse(Text::contiguous(text, 0), &Shell::default());
        assert_eq!(
            script.and_chain().map(|chain| chain.len()),
            and_chain,
            "{text}"
        );
        assert_eq!(
            script.sequence().map(|chain| chain.len()),
            sequence,
            "{text}"
        );
    }
}

#[test]
fn links_know_their_neighbours() {
    let text = "a && b | c && d";
    let script = Script::parse(Text::contiguous(text, 10), &Shell::default());
    let chain = script.and_chain().unwrap_or_else(|| panic!("no chain"));
    let links: Vec<_> = chain
        .links()
        .map(|link| {
            (
                link.range().of(text),
                link.span().start,
                link.command().is_some(),
            )
        })
        .collect();
    assert_eq!(
        links,
        [("a", 10, true), ("b | c", 15, false), ("d", 24, true)]
    );
    let d = script.commands().last().unwrap_or_else(|| panic!("no d"));
    assert_eq!(chain.position(d.id()), Some(2));
}

#[test]
fn a_step_is_taken_out_with_its_operator() {
    let cases = [
        ("RUN a && b && c", 0, Some("RUN b && c")),
        ("RUN a && b && c", 1, Some("RUN a && c")),
        ("RUN a && b && c", 2, Some("RUN a && b")),
        ("RUN a", 0, None),
        ("RUN a \\\n && b \\\n && c\n", 0, Some("RUN b \\\n && c\n")),
        ("RUN a \\\n && b \\\n && c\n", 1, Some("RUN a \\\n && c\n")),
        ("RUN a \\\n && b \\\n && c\n", 2, Some("RUN a \\\n && b\n")),
        (
            "RUN a && \\\n    b && \\\n    c\n",
            1,
            Some("RUN a && \\\n    c\n"),
        ),
        (
            "RUN a && \\\n    b && \\\n    c\n",
            2,
            Some("RUN a && \\\n    b\n"),
        ),
        ("RUN a; b; c", 1, Some("RUN a; c")),
        (
            "RUN a \\\n # why\n && b \\\n && c\n",
            1,
            Some("RUN a \\\n # why\n && c\n"),
        ),
        (
            "RUN a && \\\n # why\n b && \\\n c\n",
            1,
            Some("RUN a && \\\n # why\n c\n"),
        ),
        ("RUN a \\\n # why\n && b\n", 1, Some("RUN a\n # why\n")),
        ("RUN a && \\\n # why\n b\n", 1, Some("RUN a\n # why\n")),
        (
            "RUN a \\\r\n # why\r\n && b\r\n",
            1,
            Some("RUN a\r\n # why\r\n"),
        ),
        (
            "RUN a && b \\\n # why\n && c\n",
            1,
            Some("RUN a \\\n # why\n && c\n"),
        ),
        ("RUN a \\\n # one\n && b \\\n # two\n && c\n", 1, None),
        ("RUN a; b && c", 1, Some("RUN a; c")),
        ("RUN a && b; c", 1, Some("RUN a; c")),
        (
            "RUN a \\\n # one\n && b \\\n # two\n; c\n",
            1,
            Some("RUN a \\\n # one\n \\\n # two\n; c\n"),
        ),
        ("RUN a || b; c", 0, None),
        ("RUN a || b; c", 1, None),
        ("RUN a || b; c; d", 2, Some("RUN a || b; d")),
    ];
    for (source, index, expected) in cases {
        assert_eq!(
            without(source, index).as_deref(),
            expected,
            "{source:?} without {index}"
        );
    }
}

#[test]
fn a_step_that_decides_how_the_script_ends_is_told() {
    let cases = [
        ("a && b && c", 1, false),
        ("a && b && c", 2, false),
        ("a; b; c", 1, false),
        // Without the last step, the script ends with the status of the one before.
        ("a; b; c", 2, true),
        ("set -e; a; b; c", 3, false),
        ("set -e; a && b; c", 3, true),
        ("set -e; if a; then b; fi; c", 2, true),
        // `set -e` does not end the script where `a` fails, until `a` is the last of its list.
        ("set -e; a && b; c", 2, true),
        ("a && b; c", 1, false),
    ];
    for (text, index, expected) in cases {
        let script = Script::parse(Text::contiguous(text, 0), &Shell::default());
        let decides = script.sequence().map(|chain| chain.decides(index));
        assert_eq!(decides, Some(expected), "{text} without {index}");
    }
}

#[test]
fn lists_end_at_semicolons() {
    let text = "a; b && c || d; e";
    let script = Script::parse(Text::contiguous(text, 0), &Shell::default());
    let chain = script.sequence().unwrap_or_else(|| panic!("no chain"));
    let lists: Vec<_> = (0..chain.len())
        .filter_map(|index| chain.list_around(index))
        .map(|(first, last)| (first.index, last.index))
        .collect();
    assert_eq!(lists, [(0, 0), (1, 3), (1, 3), (1, 3), (4, 4)]);
}

#[test]
fn what_set_e_does_not_watch_is_told() {
    let cases = [
        ("a", true),
        ("! a", false),
        ("a | b", true),
        ("(a && b)", true),
        ("if a && b; then c; d; fi", true),
        ("if a; then b && c; fi", false),
        ("if a; then b; else c || d; fi", false),
        ("for x in y; do a; done", true),
        ("case x in y) a && b ;; esac", false),
        ("{ a; if b; then c && d; fi; }", false),
    ];
    for (text, expected) in cases {
        let script = Script::parse(Text::contiguous(text, 0), &Shell::default());
        let link = script.sequence().and_then(|chain| chain.get(0));
        let told = link.map(dflint_shell::Link::fails_only_by_errexit);
        assert_eq!(told, Some(expected), "{text}");
    }
}
