//! `COPY` and `ADD`.

use std::collections::{HashMap, VecDeque};

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
    let mut opened = OpenedHeredocs::new(instruction);
    let read = |word: &Text<'a>| {
        let Ok(Some(name)) = read_name(word.as_str()) else {
            return Source::Path(word.clone());
        };
        match opened.take(&name) {
            Some(index) => Source::Heredoc(index),
            None => Source::EmptyHeredoc {
                word: word.clone(),
                name: name.name,
                expand: name.expand,
            },
        }
    };
    words.iter().map(read).collect()
}

/// The heredocs of an instruction, to be taken in order by the words that open them.
struct OpenedHeredocs {
    /// Indices by name, expansion and chomping.
    indices: HashMap<(String, bool, bool), VecDeque<usize>>,
}

impl OpenedHeredocs {
    fn new(instruction: &Instruction<'_>) -> Self {
        let mut indices: HashMap<_, VecDeque<usize>> = HashMap::new();
        for (index, heredoc) in instruction.heredocs.iter().enumerate() {
            let key = (heredoc.name.clone(), heredoc.expand, heredoc.chomp);
            indices.entry(key).or_default().push_back(index);
        }
        Self { indices }
    }

    fn take(&mut self, word: &HeredocName) -> Option<usize> {
        let key = (word.name.clone(), word.expand, word.chomp);
        self.indices.get_mut(&key)?.pop_front()
    }
}
