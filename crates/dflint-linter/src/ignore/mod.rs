//! Which findings a Dockerfile's own comments and directives leave out.

mod check_options;
mod pragma;
#[cfg(test)]
mod tests;
mod unused;

use std::collections::HashMap;

use dflint_parser::{Dockerfile, InstructionName, Span};

use crate::finding::Finding;
use crate::selection::{Name, Origin};
use crate::settings::Settings;
use check_options::CheckOptions;
pub(crate) use check_options::EXPERIMENTAL;
use pragma::Pragma;
pub use pragma::{Scope, Tool};

/// The build argument that takes the place of the `check` directive.
const CHECK_ARGUMENT: &str = "BUILDKIT_DOCKERFILE_CHECK";

/// Where an ignore comment applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Instruction(usize),
    /// Counted from 1; 0 stands for the instructions in front of the first `FROM`.
    Stage(usize),
    File,
}

/// A name in an ignore comment that left out nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnusedIgnore {
    /// Whose comment it is.
    pub tool: Tool,
    /// What the comment would have covered.
    pub scope: Scope,
    /// The name as written.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// Whether anything answers to the name.
    pub known: bool,
}

#[derive(Debug)]
struct Entry {
    ignore: UnusedIgnore,
    /// The comment, from its `#` on.
    comment: Span,
    /// What the name stands for.
    name: Option<Name>,
    used: bool,
}

/// The ignore comments and `check` settings of a file.
#[derive(Debug, Default)]
pub(crate) struct Ignores<'s> {
    entries: Vec<Entry>,
    by_place: HashMap<(Place, Name), usize>,
    check: Option<CheckOptions<'s>>,
    /// What BuildKit refuses in the `check` directive, and where.
    check_error: Option<(Span, String)>,
    check_on_instruction: HashMap<usize, CheckOptions<'s>>,
    /// For each instruction, one past its last byte and its stage.
    instructions: Vec<(u32, usize)>,
}

impl<'s> Ignores<'s> {
    /// Reads them from `file`. BuildKit's build argument for checks takes the place of the file's
    /// directive; dflint's and hadolint's comments count unless the settings forbid it.
    pub(crate) fn of(file: &Dockerfile<'s>, settings: &'s Settings) -> Self {
        let mut ignores = Self {
            instructions: ends_and_stages(file),
            ..Self::default()
        };
        ignores.read_check(file, settings.model.build_arg(CHECK_ARGUMENT));
        if settings.pragmas {
            ignores.read_pragmas(file);
        }
        ignores
    }

    /// What makes BuildKit refuse the file's `check` directive, and where it stands.
    pub(crate) fn check_error(&self) -> Option<(Span, &str)> {
        self.check_error
            .as_ref()
            .map(|(span, error)| (*span, error.as_str()))
    }

    /// Whether the file asks for BuildKit's experimental check.
    pub(crate) fn wants_experimental(&self) -> bool {
        self.check
            .as_ref()
            .is_some_and(CheckOptions::wants_experimental)
    }

    /// Whether the file makes errors of BuildKit's warnings.
    pub(crate) fn makes_errors(&self) -> bool {
        self.check.as_ref().is_some_and(|options| options.error)
    }

    /// Whether the file leaves `finding` out. Remembers which comment did it.
    pub(crate) fn cover(&mut self, finding: &Finding) -> bool {
        let instruction = self.instruction_at(finding.span.start);
        if self.is_skipped(finding, self.instruction_judged(finding).or(instruction)) {
            return true;
        }
        if self.entries.is_empty() {
            return false;
        }
        let stage = instruction
            .and_then(|index| self.instructions.get(index))
            .map(|(_, stage)| Place::Stage(*stage));
        let places = [
            instruction.map(Place::Instruction),
            stage,
            Some(Place::File),
        ];
        for place in places.into_iter().flatten() {
            for name in Name::of_finding(finding.rule, &finding.codes) {
                if let Some(entry) = self
                    .by_place
                    .get(&(place, name))
                    .and_then(|index| self.entries.get_mut(*index))
                {
                    entry.used = true;
                    return true;
                }
            }
        }
        false
    }

    /// The names that left out nothing, in file order.
    pub(crate) fn into_unused(self) -> Vec<UnusedIgnore> {
        self.entries
            .into_iter()
            .filter(|entry| !entry.used)
            .map(|entry| entry.ignore)
            .collect()
    }

    /// The instruction at which BuildKit makes a finding that points at another one: of two
    /// instructions it reports the earlier, but goes by the settings above the later.
    fn instruction_judged(&self, finding: &Finding) -> Option<usize> {
        let (later, _) = finding.related.first()?;
        let is_such = finding.codes.contains(&"MultipleInstructionsDisallowed");
        is_such.then(|| self.instruction_at(later.start)).flatten()
    }

    /// The instruction that byte `at` belongs to: the one around it, else the one after it.
    fn instruction_at(&self, at: u32) -> Option<usize> {
        let index = self.instructions.partition_point(|(end, _)| *end <= at);
        (index < self.instructions.len()).then_some(index)
    }

    fn is_skipped(&self, finding: &Finding, instruction: Option<usize>) -> bool {
        let own = instruction.and_then(|index| self.check_on_instruction.get(&index));
        if self.check.is_none() && own.is_none() {
            return false;
        }
        let mut codes = finding
            .codes
            .iter()
            .filter(|code| Origin::of(code) == Origin::Buildkit);
        codes.any(|code| {
            self.check
                .as_ref()
                .is_some_and(|options| options.skips(code))
                || own.is_some_and(|options| options.skips_on_instruction(code))
        })
    }

    fn read_check(&mut self, file: &Dockerfile<'s>, argument: Option<&'s str>) {
        let directive = file.directives.check.as_ref();
        let written = match argument {
            Some(argument) => Some((argument, Span::empty(0))),
            None => directive.map(|directive| (directive.value, directive.value_span)),
        };
        if let Some((value, span)) = written {
            match CheckOptions::read(value) {
                Ok(options) => self.check = Some(options),
                Err(error) => self.check_error = Some((span, error.to_string())),
            }
        }
        for (index, instruction) in file.instructions.iter().enumerate() {
            let comments = file
                .comments
                .get(instruction.doc_comments.clone())
                .unwrap_or_default();
            let texts = comments
                .iter()
                .map(|comment| comment.span.text(file.source));
            if let Some(options) = CheckOptions::in_comments(texts) {
                self.check_on_instruction.insert(index, options);
            }
        }
    }

    fn read_pragmas(&mut self, file: &Dockerfile<'s>) {
        // hadolint's own comments count only in a run of comment lines that ends right above the
        // instruction, so the lines are looked at from below.
        let mut run_starts = None;
        for comment in file.comments.iter().rev() {
            let index = self.instruction_at(comment.span.start);
            let instruction = index.and_then(|index| file.instructions.get(index));
            let above = instruction.map(|instruction| instruction.start_line);
            let adjoins = !comment.inside_instruction
                && (above == Some(comment.line + 1) || run_starts == Some(comment.line + 1));
            run_starts = adjoins.then_some(comment.line);
            let Some(pragma) = Pragma::read(comment.span.text(file.source), comment.span.start)
            else {
                continue;
            };
            let attached = index.filter(|_| adjoins || pragma.tool == Tool::Dflint);
            let from = instruction.is_some_and(|it| it.name == Some(InstructionName::From));
            let place = match pragma.scope {
                Scope::Global => Some(Place::File),
                Scope::Instruction => attached.map(Place::Instruction),
                Scope::Stage => attached
                    .filter(|_| from)
                    .and_then(|index| self.instructions.get(index))
                    .map(|(_, stage)| Place::Stage(*stage)),
            };
            self.add(&pragma, comment.span, place);
        }
        self.entries.reverse();
        let last = self.entries.len().saturating_sub(1);
        for index in self.by_place.values_mut() {
            *index = last - *index;
        }
    }

    fn add(&mut self, pragma: &Pragma<'_>, comment: Span, place: Option<Place>) {
        for listed in pragma.names.iter().rev() {
            let name = Name::find(listed.text);
            if let (Some(place), Some(name)) = (place, name) {
                self.by_place.insert((place, name), self.entries.len());
            }
            self.entries.push(Entry {
                ignore: UnusedIgnore {
                    tool: pragma.tool,
                    scope: pragma.scope,
                    name: listed.text.to_owned(),
                    span: listed.span,
                    known: name.is_some(),
                },
                comment,
                name,
                used: false,
            });
        }
    }
}

fn ends_and_stages(file: &Dockerfile<'_>) -> Vec<(u32, usize)> {
    let mut stage = 0;
    let instructions = file.instructions.iter();
    instructions
        .map(|instruction| {
            if instruction.name == Some(InstructionName::From) {
                stage += 1;
            }
            (instruction.span.end, stage)
        })
        .collect()
}
