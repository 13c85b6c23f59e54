//! What `--from` of `COPY` and of mounts stands for: a stage, an image, nothing at all.

use dflint_parser::{Command, Instruction, Text, lowercase};

use super::build::{Builder, SCRATCH};
use super::stage::{Base, Origin, StageId};
use crate::env::NoVariables;
use crate::error::ErrorKind;
use crate::reference::ImageReference;

impl Builder<'_, '_> {
    /// The stage called `name`, whatever its case.
    pub(super) fn find_stage(&self, name: &str) -> Option<StageId> {
        self.names.get(&lowercase(name)).copied()
    }

    /// Resolves a name that a mount or `COPY --from` gives, other than a number.
    pub(super) fn origin(&self, name: &str) -> Result<Origin, ErrorKind> {
        if let Some(stage) = self.find_stage(name) {
            return Ok(Origin::Stage(stage));
        }
        if name == SCRATCH {
            return Ok(Origin::Scratch);
        }
        let reference = ImageReference::parse(name);
        reference
            .map(Origin::Image)
            .map_err(|error| ErrorKind::BadReference {
                name: name.to_owned(),
                error,
            })
    }

    /// Resolves `COPY --from`.
    pub(super) fn copy_origin(&self, written: &str) -> Result<Origin, ErrorKind> {
        let expanded = self.expander.word(written, &NoVariables)?;
        if expanded.value.as_str() != written {
            return Err(ErrorKind::VariableInFrom);
        }
        match parse_index(written) {
            None => self.origin(written),
            Some(index) => {
                let at = usize::try_from(index).ok();
                let origin = at.and_then(|at| self.counted_origin(at));
                origin.ok_or(ErrorKind::UnknownStageIndex(index))
            }
        }
    }

    /// What BuildKit finds at a number: the stages, then what commands named before.
    fn counted_origin(&self, at: usize) -> Option<Origin> {
        match at.checked_sub(self.stage_count) {
            None => Some(Origin::Stage(StageId(at))),
            Some(at) => self.other_origins.get(at).cloned(),
        }
    }

    /// Counts what `name` stands for behind the stages, unless it is one.
    fn count_origin(&mut self, name: &str) {
        let origin = self.origin(name);
        let origin = origin.unwrap_or_else(|_| Origin::Unknown(name.into()));
        if origin.stage().is_none() {
            self.other_origins.push(origin);
        }
    }

    /// Finds which stages the stages' own instructions need.
    pub(super) fn look_up_origins(&mut self) {
        let file = self.file;
        for at in 0..self.stages.len() {
            let Some(own) = self.stages.get(at).map(|stage| stage.own.clone()) else {
                continue;
            };
            for instruction in file.instructions.get(own).unwrap_or_default() {
                let needs = self.needs_of(instruction);
                if let Some(stage) = self.stages.get_mut(at) {
                    stage.needs.extend(needs);
                }
            }
        }
    }

    /// The stages that an instruction reads from; wrong `--from` values are refused here.
    pub(super) fn needs_of(&mut self, instruction: &Instruction<'_>) -> Vec<StageId> {
        match &instruction.command {
            Command::Copy(copy) => {
                let Some(from) = copy.from.as_ref().filter(|from| !from.is_empty()) else {
                    return Vec::new();
                };
                let origin = self.copy_origin(from.as_str());
                if parse_index(from.as_str()).is_none() {
                    self.count_origin(from.as_str());
                }
                match origin {
                    Ok(origin) => origin.stage().into_iter().collect(),
                    // A bad image name is found later, with those of FROM.
                    Err(ErrorKind::BadReference { .. }) => Vec::new(),
                    Err(kind) => {
                        self.refuse(kind, from.span(), instruction.start_line, None);
                        Vec::new()
                    }
                }
            }
            Command::Run(run) => {
                let froms = run.mounts.iter().map(super::mount::written_origin);
                froms.clone().for_each(|from| self.count_origin(from));
                froms.filter_map(|from| self.find_stage(from)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Reads the names of images: those of `FROM` first, then those that steps copy from.
    pub(super) fn read_references(&mut self) {
        for at in 0..self.stages.len() {
            let Some(stage) = self.stages.get(at) else {
                continue;
            };
            let (Base::Unknown(name), Some(_)) = (&stage.base, &stage.base_name) else {
                continue;
            };
            let Some(known) = name.to_known() else {
                continue;
            };
            let base = match ImageReference::parse(known) {
                Ok(reference) => Base::Image(reference),
                Err(error) => {
                    let name = known.to_owned();
                    let (span, line) = (stage.from.base.span(), stage.instruction.start_line);
                    self.refuse(ErrorKind::BadReference { name, error }, span, line, None);
                    Base::Invalid
                }
            };
            if let Some(stage) = self.stages.get_mut(at) {
                stage.base = base;
            }
        }
        let file = self.file;
        for instruction in &file.instructions {
            self.read_references_of(instruction);
        }
    }

    fn read_references_of(&mut self, instruction: &Instruction<'_>) {
        let is_written = |from: &&Text<'_>| !from.is_empty();
        let named: Vec<_> = match &instruction.command {
            Command::Copy(copy) => {
                let froms = copy.from.iter().filter(is_written);
                froms
                    .map(|from| (from, self.copy_origin(from.as_str())))
                    .collect()
            }
            Command::Run(run) => {
                let froms = run.mounts.iter().filter_map(super::mount::from_field);
                froms
                    .filter(is_written)
                    .map(|from| (from, self.origin(from.as_str())))
                    .collect()
            }
            _ => return,
        };
        for (from, origin) in named {
            if let Err(kind @ ErrorKind::BadReference { .. }) = origin {
                self.refuse(kind, from.span(), instruction.start_line, None);
            }
        }
    }
}

/// A number as Go's `strconv.Atoi` reads it.
fn parse_index(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}
