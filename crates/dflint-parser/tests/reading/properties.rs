//! What holds for every file: texts and spans lie where they say, nothing is lost, no panic.

use dflint_parser::{Command, Dockerfile, Instruction, Level, Span, Text, parse};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Pieces of Dockerfiles, from which files are put together.
const PIECES: [&str; 64] = [
    "FROM alpine\n",
    "FROM a AS b\n",
    "RUN ",
    "COPY ",
    "ENV ",
    "LABEL ",
    "ARG a=1\n",
    "ONBUILD ",
    "HEALTHCHECK ",
    "CMD ",
    "USER x\n",
    "--from=b ",
    "--mount=type=cache,target=/x ",
    "--link ",
    "--chown='a b' ",
    "--é=ü ",
    "-- ",
    "<<EOF",
    "<<-\"E F\" ",
    "<< X",
    "EOF\n",
    "E F\n",
    "X\n",
    "\tEOF\n",
    "# comment\n",
    "  # indented\n",
    "#\n",
    "# escape=`\n",
    "# syntax=a/b\n",
    "# check=skip=all\n",
    "\n",
    "\r\n",
    "  \n",
    "\\\n",
    " \\ \n",
    "`\n",
    "\\",
    "`",
    "\"",
    "'",
    "$",
    "${a:-b}",
    "${",
    "}",
    "[\"a\", \"b\"]\n",
    "[\"\\u00e9\\n\", ",
    "]",
    "a=b ",
    "a ",
    "b\n",
    "é",
    "\u{a0}",
    "\u{feff}",
    "à",
    "\u{2140}",
    "NONE",
    "CMD ",
    "--interval=5s ",
    "\0",
    "\t",
    "\u{85}",
    "#!/bin/sh\n",
    "=",
    ",",
];

fn files() -> impl Strategy<Value = String> {
    let pieces = vec(select(&PIECES[..]), 0..40).prop_map(|pieces| pieces.concat());
    let anything = "\\PC{0,80}";
    prop_oneof![4 => pieces, 1 => anything]
}

/// Every text of an instruction and of the one under it.
fn texts<'i, 'a>(instruction: &'i Instruction<'a>) -> Vec<&'i Text<'a>> {
    let mut texts = vec![
        &instruction.keyword,
        &instruction.logical,
        &instruction.rest,
    ];
    for flag in &instruction.flags {
        texts.extend([&flag.name, &flag.word]);
        texts.extend(&flag.value);
    }
    texts.extend(&instruction.args);
    for heredoc in &instruction.heredocs {
        texts.extend([&heredoc.opener, &heredoc.body]);
    }
    match &instruction.command {
        Command::Onbuild(inner) => texts.extend(self::texts(inner)),
        Command::Run(run) => {
            let fields = run.mounts.iter().flat_map(|mount| &mount.fields);
            texts.extend(
                fields
                    .flat_map(|field| [Some(&field.text), field.value.as_ref()])
                    .flatten(),
            );
        }
        Command::Volume(paths) => texts.extend(paths),
        _ => {}
    }
    texts
}

fn check_text(text: &Text<'_>, source: &str, within: Span, comments: &[Span]) {
    let value = text.as_str();
    if text.is_contiguous() {
        assert_eq!(text.span().text(source), value);
        assert_eq!(text.in_source(), Some(value));
    }
    let borders: Vec<usize> = (0..=value.len())
        .filter(|at| value.is_char_boundary(*at))
        .collect();
    let step = borders.len() / 8 + 1;
    for from in borders.iter().step_by(step) {
        for to in borders.iter().step_by(step).filter(|to| *to >= from) {
            check_range(text, *from..*to, source, within, comments);
        }
    }
    check_range(text, 0..value.len(), source, within, comments);
}

fn check_range(
    text: &Text<'_>,
    range: std::ops::Range<usize>,
    source: &str,
    within: Span,
    comments: &[Span],
) {
    let slice = text.slice(range.clone());
    assert_eq!(slice.as_str(), &text.as_str()[range.clone()]);
    let spans: Vec<Span> = text.source_ranges(range.clone()).collect();
    assert_eq!(
        slice.source_ranges(0..slice.len()).collect::<Vec<_>>(),
        spans
    );
    let whole = text.span_of(range);
    assert!(within.contains(whole), "{whole:?} in {within:?}");
    let mut end = within.start;
    for span in &spans {
        assert!(!span.is_empty() && source.get(span.range()).is_some());
        assert!(span.start >= end && whole.contains(*span));
        end = span.end;
        let touches = |comment: &&Span| comment.start < span.end && span.start < comment.end;
        assert_eq!(comments.iter().find(touches), None);
    }
    if let (Some(first), Some(last)) = (spans.first(), spans.last()) {
        assert_eq!(first.to(*last), whole);
    }
}

fn check_file(file: &Dockerfile<'_>) {
    let source = file.source;
    let inside = file
        .comments
        .iter()
        .filter(|comment| comment.inside_instruction);
    let inside: Vec<Span> = inside.map(|comment| comment.span).collect();
    for instruction in &file.instructions {
        let span = instruction.span;
        assert_eq!(file.lines.line(span.start), instruction.start_line);
        assert_eq!(file.lines.line(span.end), instruction.end_line);
        assert!(instruction.doc_comments.end <= file.comments.len());
        for text in texts(instruction) {
            check_text(text, source, span, &inside);
        }
        check_logical(instruction, file);
    }
    check_gaps(file);
    for error in &file.errors {
        assert!(source.get(error.span.range()).is_some(), "{error:?}");
        assert!(error.line >= 1 && error.line <= file.lines.count());
    }
    assert!(file.errors.is_sorted_by_key(|error| error.level));
    assert_eq!(
        file.instructions
            .iter()
            .any(|it| matches!(it.command, Command::Invalid)),
        file.errors
            .iter()
            .any(|error| concerns_instruction(error, file)),
    );
}

/// Whether the error is of the kind that makes an instruction invalid.
fn concerns_instruction(error: &dflint_parser::SyntaxError, file: &Dockerfile<'_>) -> bool {
    let only_elsewhere = [
        "no instructions",
        "a line may have",
        "a second `",
        "the escape character",
    ];
    let elsewhere = only_elsewhere
        .iter()
        .any(|start| error.message.starts_with(start));
    let no_stage = error.level == Level::Typed && error.message.contains("before the first FROM");
    !elsewhere && !no_stage && !file.instructions.is_empty()
}

/// The logical line is the instruction's lines but for continuations, comments and empty lines.
fn check_logical(instruction: &Instruction<'_>, file: &Dockerfile<'_>) {
    let ranges = instruction
        .logical
        .source_ranges(0..instruction.logical.len());
    let mut rebuilt = String::new();
    let mut end = instruction.span.start;
    for span in ranges {
        check_gap(Span::new(end, span.start), file);
        rebuilt.push_str(span.text(file.source));
        end = span.end;
    }
    assert_eq!(rebuilt, instruction.logical.as_str());
}

/// Whatever stands between instructions, comments and directives is white space.
fn check_gaps(file: &Dockerfile<'_>) {
    let mut spans: Vec<Span> = file.instructions.iter().map(|it| it.span).collect();
    spans.extend(file.directives.consumed.iter().map(|it| it.span));
    let outside = file
        .comments
        .iter()
        .filter(|comment| !comment.inside_instruction);
    spans.extend(outside.map(|comment| comment.span));
    spans.sort_unstable();
    let mut end = 0;
    for span in spans {
        assert!(span.start >= end, "{span:?} overlaps");
        let gap = Span::new(end, span.start).text(file.source);
        assert!(
            gap.trim_start_matches('\u{feff}').trim().is_empty(),
            "{gap:?}"
        );
        end = span.end;
    }
    assert!(
        file.source[end as usize..]
            .trim_start_matches('\u{feff}')
            .trim()
            .is_empty()
    );
}

fn check_gap(gap: Span, file: &Dockerfile<'_>) {
    let mut rest = gap.text(file.source).to_owned();
    for comment in file
        .comments
        .iter()
        .rev()
        .filter(|comment| gap.contains(comment.span))
    {
        let start = (comment.span.start - gap.start) as usize;
        rest.replace_range(start..start + comment.span.len() as usize, "");
    }
    let left = rest.replace(file.directives.escape, "");
    assert!(left.trim().is_empty(), "{left:?} is lost");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_file_is_read_whole(source in files()) {
        check_file(&parse(&source));
    }

    #[test]
    fn damage_does_no_harm(at in 0usize..SAMPLE.len(), len in 0usize..12, piece in select(&PIECES[..])) {
        let borders: Vec<usize> = (0..=SAMPLE.len()).filter(|at| SAMPLE.is_char_boundary(*at)).collect();
        let border = |at: usize| borders[at.min(borders.len() - 1)];
        let (start, end) = (border(at), border(at + len));
        let source = [&SAMPLE[..start], piece, &SAMPLE[end..]].concat();
        check_file(&parse(&source));
    }
}

/// A file with a little of everything.
const SAMPLE: &str = r#"# syntax=docker/dockerfile:1
# check=skip=all

ARG VERSION=3.20
# build builds
FROM --platform=$BUILDPLATFORM alpine:${VERSION} AS build
ENV A=1 B="two words" \
    # why C
    C=été

LABEL legacy some text
RUN --mount=type=cache,target=/var/cache/apk,sharing=locked \
    --mount=type=bind,source=.,target=/src \
    apk add --no-cache \

        curl && echo "it's ${A:-b}"
RUN <<-'EOF' cat > /x
	# not a comment
	echo \
	EOF
COPY --from=build --chown=1000:1000 ["a\tb", "/c d/"]
COPY <<one <<two /etc/
1
one
2
two
ONBUILD RUN <<X
x
X
HEALTHCHECK --interval=1m30s --retries=3 CMD curl -f http://localhost/ || exit 1
SHELL ["/bin/sh", "-c"]
VOLUME /a /b
EXPOSE 80/tcp 443
CMD ["run", "--flag"]
"#;

#[test]
fn the_sample_is_accepted() {
    let file = parse(SAMPLE);
    assert_eq!(file.errors, []);
    check_file(&file);
}
