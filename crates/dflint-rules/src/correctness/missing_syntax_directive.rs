//! Features that need a newer Dockerfile frontend than the one that reads the file.

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Dockerfile, Instruction, Span};

use crate::{Context, Findings, Rule};

/// Version of a frontend.
type Version = (u32, u32);

/// The frontend of the engines in use (BuildKit 0.25, engine 28.5).
const BUILT_IN: Version = (1, 19);

/// See the page.
pub(crate) struct MissingSyntaxDirective;

impl Rule for MissingSyntaxDirective {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let file = cx.dockerfile;
        let Some(frontend) = frontend(file) else {
            return;
        };
        let mut newest: Option<(Version, &'static str, Span)> = None;
        for instruction in &file.instructions {
            for (needs, feature, span) in features(instruction) {
                if needs > frontend && newest.is_none_or(|(known, ..)| needs > known) {
                    newest = Some((needs, feature, span));
                }
            }
        }
        let Some(((major, minor), feature, span)) = newest else {
            return;
        };
        let how = match &file.directives.syntax {
            Some(directive) => format!("but `{}` is older", directive.value),
            None => "which not every engine brings".to_owned(),
        };
        findings
            .report(
                span,
                format!(
                    "{feature} needs frontend {major}.{minor}, {how}: begin the file with \
                     `# syntax=docker/dockerfile:1`",
                ),
            )
            .fix(fix(file));
    }
}

/// The version of the frontend that reads the file; `None` where that is not known or is the
/// newest.
fn frontend(file: &Dockerfile) -> Option<Version> {
    let Some(directive) = &file.directives.syntax else {
        return Some(BUILT_IN);
    };
    let image = directive
        .value
        .strip_prefix("docker.io/")
        .unwrap_or(directive.value);
    let tag = image.strip_prefix("docker/dockerfile:")?;
    let mut numbers = tag.split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => Some((major, minor)),
        _ => None,
    }
}

/// The features an instruction uses, each with the frontend that brought it.
///
/// Versions are those of the Dockerfile reference.
fn features<'i>(
    instruction: &'i Instruction<'_>,
) -> impl Iterator<Item = (Version, &'static str, Span)> + 'i {
    let instruction = match &instruction.command {
        Command::Onbuild(inner) => inner,
        _ => instruction,
    };
    let heredoc = instruction
        .heredocs
        .first()
        .map(|it| ((1, 4), "a heredoc", it.opener.span()));
    let flags = instruction.flags.iter().filter_map(|flag| {
        let (version, feature) = match (&instruction.command, flag.name.as_str()) {
            (Command::Run(_), "mount") => ((1, 2), "`RUN --mount`"),
            (Command::Run(_), "network") => ((1, 3), "`RUN --network`"),
            (Command::Run(_), "security") => ((1, 20), "`RUN --security`"),
            (_, "link") => ((1, 4), "`--link`"),
            (Command::Add(_), "checksum") => ((1, 6), "`ADD --checksum`"),
            (Command::Add(_), "unpack") => ((1, 17), "`ADD --unpack`"),
            (_, "exclude") => ((1, 19), "`--exclude`"),
            (Command::Copy(_), "parents") => ((1, 20), "`COPY --parents`"),
            _ => return None,
        };
        Some((version, feature, flag.word.span()))
    });
    heredoc.into_iter().chain(flags)
}

fn fix(file: &Dockerfile) -> Fix {
    let edit = match &file.directives.syntax {
        Some(directive) => Edit::replace(directive.value_span, "docker/dockerfile:1"),
        None => Edit::insert(start(file), "# syntax=docker/dockerfile:1\n"),
    };
    Fix {
        title: "Read the file with the newest frontend".to_owned(),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![edit],
    }
}

/// Where the first directive goes: behind a byte order mark and a `#!` line.
fn start(file: &Dockerfile) -> u32 {
    let mark = match file.source.starts_with('\u{feff}') {
        true => '\u{feff}'.len_utf8(),
        false => 0,
    };
    let text = file.source.get(mark..).unwrap_or_default();
    match text
        .split_inclusive('\n')
        .next()
        .filter(|line| line.starts_with("#!"))
    {
        Some(line) => (mark + line.len()) as u32,
        None => mark as u32,
    }
}
