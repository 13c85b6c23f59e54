//! Places that no fix may edit.

use dflint_fix::{Fix, Target};
use dflint_parser::{Command, Dockerfile, Heredoc, Instruction, Span};

/// A place that no fix may edit, and why.
#[derive(Debug, Clone, Copy)]
struct Protected {
    span: Span,
    /// The instruction around it: a fix may take it away as a whole.
    owner: Span,
    why: &'static str,
}

/// The places of a file that no fix may edit: stages on Windows, and heredocs that are not shell
/// scripts.
#[derive(Debug, Default)]
pub(crate) struct ProtectedPlaces {
    /// In file order, not overlapping.
    places: Vec<Protected>,
}

impl ProtectedPlaces {
    pub(crate) fn of(file: &Dockerfile<'_>) -> Self {
        let places = file
            .instructions
            .iter()
            .flat_map(|instruction| {
                let owner = instruction.span;
                data_heredocs(instruction).map(move |heredoc| Protected {
                    span: heredoc.body.span(),
                    owner,
                    why: "the heredoc is not a shell script",
                })
            })
            .collect();
        Self { places }
    }

    /// Why `fix` must not be made; `None` where it edits no protected place.
    pub(crate) fn refuse(&self, fix: &Fix) -> Option<&'static str> {
        let edits = fix
            .edits
            .iter()
            .filter(|edit| edit.target == Target::Dockerfile);
        edits.map(|edit| edit.span).find_map(|edit| {
            let from = self
                .places
                .partition_point(|place| place.span.end < edit.start);
            let near = self
                .places
                .iter()
                .skip(from)
                .take_while(|place| place.span.start <= edit.end);
            near.filter(|place| touches(edit, place.span) && !edit.contains(place.owner))
                .map(|place| place.why)
                .next()
        })
    }
}

/// Whether `edit` changes what stands in `place`. Text that is inserted at its very end is inside
/// too: a heredoc's body ends where its terminator begins.
fn touches(edit: Span, place: Span) -> bool {
    if edit.is_empty() {
        return place.start <= edit.start && edit.start <= place.end;
    }
    edit.start < place.end && place.start < edit.end
}

/// The heredocs of an instruction (or of the one under `ONBUILD`) whose bodies are not scripts
/// for a shell.
fn data_heredocs<'i>(instruction: &'i Instruction<'_>) -> impl Iterator<Item = &'i Heredoc<'i>> {
    let inner = match &instruction.command {
        Command::Onbuild(inner) => inner,
        _ => instruction,
    };
    let script = matches!(&inner.command, Command::Run(run) if run.script_heredoc);
    let heredocs = instruction.heredocs.iter();
    heredocs.filter(move |heredoc| !script || is_for_another_interpreter(heredoc.body.as_str()))
}

/// Whether the script begins with the name of an interpreter that is no shell.
fn is_for_another_interpreter(script: &str) -> bool {
    let Some(line) = script
        .strip_prefix("#!")
        .and_then(|rest| rest.lines().next())
    else {
        return false;
    };
    let mut words = line
        .split_whitespace()
        .map(|word| word.rsplit('/').next().unwrap_or(word));
    let interpreter = match words.next() {
        Some("env") => words.find(|word| !word.starts_with('-') && !word.contains('=')),
        other => other,
    };
    !matches!(
        interpreter,
        Some("sh" | "bash" | "dash" | "ash" | "ksh" | "zsh")
    )
}
