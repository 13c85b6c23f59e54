//! Stages as they are written, for tools that read no further.
//!
//! The model has no steps for what stands in front of the first `FROM`; hadolint judges that too.

use std::collections::HashMap;

use dflint_parser::{Command, Dockerfile, FromClause, Instruction, InstructionName, Text};

/// The instructions from one `FROM` to the next.
pub(crate) struct WrittenStage<'m, 'a> {
    /// `FROM`; `None` for what stands in front of the first one.
    pub(crate) instruction: Option<&'m Instruction<'a>>,
    /// What `FROM` says; `None` also where it cannot be read.
    pub(crate) from: Option<&'m FromClause<'a>>,
    /// What follows it.
    pub(crate) steps: &'m [Instruction<'a>],
}

impl<'m, 'a> WrittenStage<'m, 'a> {
    /// The stage name as written.
    pub(crate) fn name(&self) -> Option<&'m str> {
        self.from
            .and_then(|from| from.name.as_ref())
            .map(|name| name.as_str())
    }
}

/// The stages in file order.
pub(crate) fn written_stages<'m, 'a>(
    file: &'m Dockerfile<'a>,
) -> impl Iterator<Item = WrittenStage<'m, 'a>> {
    let is_from = |it: &Instruction| it.name == Some(InstructionName::From);
    let stages = file.instructions.chunk_by(move |_, next| !is_from(next));
    stages.map(move |chunk| match chunk {
        [first, steps @ ..] if is_from(first) => WrittenStage {
            instruction: Some(first),
            from: match &first.command {
                Command::From(from) => Some(from),
                _ => None,
            },
            steps,
        },
        steps => WrittenStage {
            instruction: None,
            from: None,
            steps,
        },
    })
}

/// For each stage the position of the one that its `FROM` names, by the name as it is written.
pub(crate) fn parents(stages: &[WrittenStage]) -> Vec<Option<usize>> {
    let mut by_name = HashMap::new();
    let mut parents = Vec::with_capacity(stages.len());
    for (at, stage) in stages.iter().enumerate() {
        let base = stage.from.map(|from| from.base.as_str());
        parents.push(base.and_then(|base| by_name.get(base).copied()));
        if let Some(name) = stage.name() {
            by_name.insert(name, at);
        }
    }
    parents
}

/// Spreads what holds for a stage to the stages it is based on and to those based on it.
pub(crate) fn spread_over_lineages(holds: &mut [bool], parents: &[Option<usize>]) {
    // A stage is based on an earlier one: upwards from the last, then downwards from the first.
    let own = holds.to_vec();
    for (at, parent) in parents.iter().enumerate() {
        if let Some(true) = parent.and_then(|parent| holds.get(parent).copied())
            && let Some(holds) = holds.get_mut(at)
        {
            *holds = true;
        }
    }
    let mut below = own;
    for (at, parent) in parents.iter().enumerate().rev() {
        if below.get(at) == Some(&true)
            && let Some(parent) = *parent
        {
            if let Some(below) = below.get_mut(parent) {
                *below = true;
            }
            if let Some(holds) = holds.get_mut(parent) {
                *holds = true;
            }
        }
    }
}

/// Whether a blank stands between a word and the line's end or whatever follows it.
pub(crate) fn has_blank_behind(file: &Dockerfile, word: &Text) -> bool {
    let behind = file.source.get(word.span().end as usize..);
    behind.is_some_and(|behind| behind.starts_with([' ', '\t']))
}

/// A word without the quotes around it.
pub(crate) fn unquoted(word: &str) -> &str {
    word.trim_matches(['"', '\''])
}

/// Whether a path as written cannot be relative: it begins with a slash, a variable or a drive.
pub(crate) fn may_be_absolute(path: &str) -> bool {
    let mut chars = path.chars();
    match chars.next() {
        Some('/' | '$') => true,
        Some(drive) => drive.is_ascii_alphabetic() && chars.next() == Some(':'),
        None => false,
    }
}
