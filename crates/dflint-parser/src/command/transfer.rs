//! `COPY` and `ADD`.

use crate::ast::{Command, Instruction, InstructionName, Source, Transfer};
use crate::heredoc::{HeredocName, read_name};
use crate::problem::Problem;
use crate::text::Text;

use super::flags::{FlagKind, FlagSpec, check_flags, switched, value, values};

const COPY_FLAGS: [FlagSpec; 6] = [
    ("from", FlagKind::Value),
    ("chown", FlagKind::Value),
    ("chmod", FlagKind::Value),
    ("link", FlagKind::Switch),
    ("parents", FlagKind::Switch),
    ("exclude", FlagKind::List),
];

const ADD_FLAGS: [FlagSpec; 7] = [
    ("chown", FlagKind::Value),
    ("chmod", FlagKind::Value),
    ("link", FlagKind::Switch),
    ("keep-git-dir", FlagKind::Switch),
    ("checksum", FlagKind::Value),
    ("unpack", FlagKind::Switch),
    ("exclude", FlagKind::List),
];

/// Reads a `COPY` or `ADD`, as `name` says.
pub(super) fn read<'a>(
    instruction: &Instruction<'a>,
    name: InstructionName,
) -> Result<Command<'a>, Problem> {
    let (destination, sources) = match instruction.args.split_last() {
        Some((destination, sources)) if !sources.is_empty() => (destination, sources),
        _ => return Err(too_few(instruction)),
    };
    let is_copy = name == InstructionName::Copy;
    check_flags(instruction, if is_copy { &COPY_FLAGS } else { &ADD_FLAGS })?;
    if matches!(read_name(destination.as_str()), Ok(Some(_))) {
        let message = "a heredoc cannot be the destination";
        return Err(Problem::new(destination.span(), message));
    }
    let transfer = Transfer {
        sources: read_sources(instruction, sources),
        destination: destination.clone(),
        from: value(instruction, "from"),
        chown: value(instruction, "chown"),
        chmod: value(instruction, "chmod"),
        link: switched(instruction, "link").unwrap_or_default(),
        parents: switched(instruction, "parents").unwrap_or_default(),
        exclude: values(instruction, "exclude").cloned().collect(),
        keep_git_dir: switched(instruction, "keep-git-dir"),
        checksum: value(instruction, "checksum"),
        unpack: switched(instruction, "unpack"),
    };
    Ok(if is_copy {
        Command::Copy(transfer)
    } else {
        Command::Add(transfer)
    })
}

fn too_few(instruction: &Instruction<'_>) -> Problem {
    let word = instruction.keyword.as_str();
    let span = match instruction.args.first() {
        Some(only) => only.span(),
        None => instruction.keyword.span(),
    };
    Problem::new(
        span,
        format!("{word} needs at least one source and a destination"),
    )
}

/// Reads the sources. BuildKit splits them at white space, without regard to quotes, and only
/// then looks which of them are heredocs.
fn read_sources<'a>(instruction: &Instruction<'a>, words: &[Text<'a>]) -> Vec<Source<'a>> {
    let mut opened = instruction.heredocs.iter().enumerate();
    let mut sources = Vec::with_capacity(words.len());
    for word in words {
        let Ok(Some(name)) = read_name(word.as_str()) else {
            sources.push(Source::Path(word.clone()));
            continue;
        };
        let HeredocName {
            name,
            expand,
            chomp,
            ..
        } = name;
        let own = opened.find(|(_, heredoc)| {
            heredoc.name == name && heredoc.expand == expand && heredoc.chomp == chomp
        });
        sources.push(match own {
            Some((index, _)) => Source::Heredoc(index),
            None => Source::EmptyHeredoc {
                word: word.clone(),
                name,
                expand,
            },
        });
    }
    sources
}
