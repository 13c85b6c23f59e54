//! The `FROM` lines: every base and platform expanded, every stage named.

use dflint_parser::{Command, FromClause, Instruction, Span, did_you_mean, lowercase};

use super::build::{Builder, Draft, SCRATCH};
use super::stage::{Base, StageId, StagePlatform};
use crate::error::ErrorKind;
use crate::platform::{Platform, is_target_platform};
use crate::value::Value;

impl<'a> Builder<'a, '_> {
    /// Expands every `FROM` and finds which stage is based on which.
    pub(super) fn stages(&mut self) {
        for (index, instruction) in self.file.instructions.iter().enumerate() {
            let Some((instruction, from)) = from_clause(instruction) else {
                continue;
            };
            if let Some(previous) = self.stages.last_mut() {
                previous.own.end = index;
            }
            let id = StageId(self.stages.len());
            let base_name = self.base_name(instruction, from);
            let base = match &base_name {
                None => Base::Invalid,
                Some(name) => self.base(name),
            };
            let platform = self.platform(instruction, from);
            let needs = match base {
                Base::Stage(needed) => vec![needed],
                _ => Vec::new(),
            };
            let name = stage_name(from);
            if let Some(name) = &name {
                self.names.insert(name.clone(), id);
            }
            self.stages.push(Draft {
                id,
                name,
                base_name,
                base,
                platform,
                instruction,
                from,
                from_index: index,
                own: index + 1..self.file.instructions.len(),
                needs,
            });
        }
        self.stage_count = self.stages.len();
    }

    fn base_name(&mut self, instruction: &Instruction<'_>, from: &FromClause<'_>) -> Option<Value> {
        let (span, line) = (from.base.span(), instruction.start_line);
        match self.expander.word(from.base.as_str(), &self.global_args) {
            Err(error) => {
                self.refuse(error, span, line, None);
                None
            }
            Ok(expansion) if expansion.value.as_str().is_empty() => {
                let written = from.base.as_str().to_owned();
                self.refuse(ErrorKind::BlankBase(written), span, line, None);
                None
            }
            Ok(expansion) => Some(expansion.value),
        }
    }

    /// What a name after `FROM` stands for; references are read in a later phase.
    fn base(&self, name: &Value) -> Base {
        let Some(known) = name.to_known() else {
            return Base::Unknown(name.clone());
        };
        // BuildKit looks the name up as it is: `FROM Base` does not find the stage `base`.
        match self.names.get(known) {
            Some(id) => Base::Stage(*id),
            None if known == SCRATCH => Base::Scratch,
            None => Base::Unknown(name.clone()),
        }
    }

    fn platform(&mut self, instruction: &Instruction<'_>, from: &FromClause<'_>) -> StagePlatform {
        let Some(written) = &from.platform else {
            return StagePlatform::Inherited;
        };
        let (span, line) = (written.span(), instruction.start_line);
        let value = match self.expander.word(written.as_str(), &self.global_args) {
            Ok(expansion) => expansion.value,
            Err(error) => {
                self.refuse(error, span, line, None);
                return StagePlatform::Invalid;
            }
        };
        let Some(known) = value.to_known() else {
            // Whatever the target platform is, it is what a stage has without the flag.
            return match is_target_platform(written.as_str()) {
                true => StagePlatform::Inherited,
                false => StagePlatform::Unknown(value),
            };
        };
        let written = written.as_str().to_owned();
        if known.is_empty() {
            self.refuse(ErrorKind::EmptyPlatform(written), span, line, None);
            return StagePlatform::Invalid;
        }
        match Platform::parse(known) {
            Ok(platform) => StagePlatform::Given(platform),
            Err(error) => {
                self.refuse(ErrorKind::BadPlatform { written, error }, span, line, None);
                StagePlatform::Invalid
            }
        }
    }

    pub(super) fn target(&mut self) -> Option<StageId> {
        let last = self.stages.len().checked_sub(1).map(StageId);
        let Some(name) = self.options.named_target() else {
            return last;
        };
        let found = self.find_stage(name);
        if found.is_none() {
            let mut known: Vec<&str> = self.names.keys().map(String::as_str).collect();
            known.sort_unstable();
            let kind = ErrorKind::UnknownTarget {
                name: name.to_owned(),
                suggestion: did_you_mean(name, known),
            };
            self.refuse(kind, Span::empty(0), 1, None);
        }
        found
    }
}

pub(super) fn from_clause<'a>(
    instruction: &'a Instruction<'a>,
) -> Option<(&'a Instruction<'a>, &'a FromClause<'a>)> {
    match &instruction.command {
        Command::From(from) => Some((instruction, from)),
        _ => None,
    }
}

pub(super) fn stage_name(from: &FromClause<'_>) -> Option<String> {
    let name = from.name.as_ref()?;
    Some(lowercase(name.as_str()))
}
