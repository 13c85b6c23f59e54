//! Building a [`Model`] from a syntax tree: arguments, stages, and how they need each other.
//!
//! The phases stand in BuildKit's order (`dockerfile2llb/convert.go`), because the first error is
//! the one that a build ends with: every `FROM` is expanded, then every `--from` is looked up,
//! then circles are refused, then names of images are read, then stages are converted one by one.

use std::collections::HashMap;

use dflint_parser::{Command, Dockerfile, FromClause, Instruction, Span};

use crate::env::{Env, NoVariables};
use crate::error::{ConversionError, ErrorKind};
use crate::expand::Expander;
use crate::platform::{Platform, is_target_platform};
use crate::reference::ImageReference;
use crate::value::Value;

use super::base::BaseFacts;
use super::convert::Converter;
use super::stage::{Base, Origin, Stage, StageId, StagePlatform};
use super::state::State;
use super::{Arguments, BaseImages, Model, ModelOptions};

/// The name of the base that is nothing.
pub(super) const SCRATCH: &str = "scratch";

/// Works out what the file does.
pub(super) fn model<'a>(file: &'a Dockerfile<'a>, options: &ModelOptions) -> Model<'a> {
    let mut builder = Builder::new(file, options);
    builder.global_args();
    builder.stages();
    let target = builder.target();
    builder.look_up_origins();
    builder.refuse_circles();
    builder.read_references();
    builder.convert();
    builder.finish(target)
}

/// The arguments in front of the first `FROM` as if no build argument were given; `None` where a
/// default does not expand.
pub(super) fn default_args(file: &Dockerfile<'_>, options: &ModelOptions) -> Option<Env> {
    let options = ModelOptions {
        build_args: Vec::new(),
        arguments: Arguments::Defaults,
        ..options.clone()
    };
    let mut builder = Builder::new(file, &options);
    builder.global_args();
    builder.errors.is_empty().then_some(builder.global_args)
}

/// What all phases share.
pub(super) struct Builder<'a, 'o> {
    pub(super) file: &'a Dockerfile<'a>,
    pub(super) options: &'o ModelOptions,
    pub(super) expander: Expander,
    pub(super) global_args: Env,
    pub(super) stages: Vec<Draft<'a>>,
    stage_count: usize,
    pub(super) done: Vec<Stage<'a>>,
    /// Stage names, lower case, each with the last stage of that name.
    names: HashMap<String, StageId>,
    pub(super) errors: Vec<ConversionError>,
}

/// A stage before its steps are known.
pub(super) struct Draft<'a> {
    pub(super) id: StageId,
    pub(super) name: Option<String>,
    /// The base after expansion; `None` where it does not expand.
    base_name: Option<Value>,
    pub(super) base: Base,
    pub(super) platform: StagePlatform,
    pub(super) instruction: &'a Instruction<'a>,
    pub(super) from: &'a FromClause<'a>,
    pub(super) from_index: usize,
    /// Positions of the stage's own instructions in the file.
    pub(super) own: std::ops::Range<usize>,
    pub(super) needs: Vec<StageId>,
}

impl<'a, 'o> Builder<'a, 'o> {
    fn new(file: &'a Dockerfile<'a>, options: &'o ModelOptions) -> Self {
        Self {
            file,
            options,
            expander: Expander::new(file.directives.escape),
            global_args: Env::default(),
            stages: Vec::new(),
            stage_count: 0,
            done: Vec::new(),
            names: HashMap::new(),
            errors: Vec::new(),
        }
    }

    /// Records an error.
    pub(super) fn refuse(
        &mut self,
        kind: impl Into<ErrorKind>,
        span: Span,
        line: u32,
        stage: Option<StageId>,
    ) {
        self.errors.push(ConversionError {
            kind: kind.into(),
            span,
            line,
            stage,
        });
    }

    /// The predefined arguments, then the `ARG`s in front of the first `FROM`.
    fn global_args(&mut self) {
        let last_name = self.file.instructions.iter().rev().find_map(from_clause);
        let last_name = last_name.and_then(|(_, from)| stage_name(from));
        let target = self.options.target.clone().or(last_name);
        for (name, value) in predefined_args(self.options, target.as_deref()) {
            let given = self.options.build_arg(name).map(Value::from);
            let value = match (given, self.options.arguments) {
                (Some(given), _) => given,
                (None, Arguments::Unknown) => symbol(name),
                (None, _) => value.into(),
            };
            self.global_args.set(name, value);
        }
        for instruction in &self.file.instructions {
            match &instruction.command {
                Command::From(_) => break,
                Command::Arg(definitions) => {
                    for definition in definitions {
                        self.global_arg(instruction, definition);
                    }
                }
                _ => {}
            }
        }
    }

    fn global_arg(
        &mut self,
        instruction: &Instruction<'_>,
        definition: &dflint_parser::ArgDefinition<'_>,
    ) {
        let name = definition.key.as_str();
        if let Some(given) = self.options.build_arg(name) {
            self.global_args.set(name, given.into());
            return;
        }
        let Some(default) = &definition.value else {
            if self.options.arguments == Arguments::DefaultsOrUnknown
                && self.global_args.get(name).is_none()
                || self.options.arguments == Arguments::Unknown
            {
                self.global_args.set(name, symbol(name));
            }
            return;
        };
        match self.expander.word(default.as_str(), &self.global_args) {
            Ok(_) if self.options.arguments == Arguments::Unknown => {
                self.global_args.set(name, symbol(name));
            }
            Ok(expansion) => self.global_args.set(name, expansion.value),
            Err(error) => self.refuse(error, default.span(), instruction.start_line, None),
        }
    }

    /// Expands every `FROM` and finds which stage is based on which.
    fn stages(&mut self) {
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

    fn target(&mut self) -> Option<StageId> {
        let last = self.stages.len().checked_sub(1).map(StageId);
        let Some(name) = &self.options.target else {
            return last;
        };
        let found = self.find_stage(name);
        if found.is_none() {
            let kind = ErrorKind::UnknownTarget(name.clone());
            self.refuse(kind, Span::empty(0), 1, None);
        }
        found
    }

    /// The stage called `name`, whatever its case.
    pub(super) fn find_stage(&self, name: &str) -> Option<StageId> {
        self.names.get(&name.to_lowercase()).copied()
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
            Some(index) => match usize::try_from(index) {
                Ok(at) if at < self.stage_count => Ok(Origin::Stage(StageId(at))),
                _ => Err(ErrorKind::UnknownStageIndex(index)),
            },
        }
    }

    /// Finds which stages the stages' own instructions need.
    fn look_up_origins(&mut self) {
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
                match self.copy_origin(from.as_str()) {
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
                let froms = run.mounts.iter().filter_map(super::mount::written_origin);
                froms.filter_map(|from| self.find_stage(from)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Refuses stages that wait for each other, as `validateCircularDependency` does.
    fn refuse_circles(&mut self) {
        for at in 0..self.stages.len() {
            let Some(stage) = self.stages.get_mut(at) else {
                continue;
            };
            stage.needs.sort_unstable();
            stage.needs.dedup();
        }
        let Some(on_circle) = self.find_circle() else {
            return;
        };
        let Some(stage) = self.stages.get(on_circle.0) else {
            return;
        };
        let kind = ErrorKind::CircularDependency(stage.label());
        let (span, line) = (stage.instruction.span, stage.instruction.start_line);
        self.refuse(kind, span, line, None);
    }

    /// A stage that needs itself, directly or through others.
    fn find_circle(&self) -> Option<StageId> {
        #[derive(Clone, Copy, PartialEq)]
        enum Mark {
            New,
            Open,
            Closed,
        }
        let mut marks = vec![Mark::New; self.stages.len()];
        for start in 0..self.stages.len() {
            let mut path: Vec<(usize, usize)> = vec![(start, 0)];
            while let Some((stage, next)) = path.pop() {
                let mark = marks.get_mut(stage)?;
                if *mark == Mark::Closed {
                    continue;
                }
                *mark = Mark::Open;
                let Some(needed) = self.stages.get(stage)?.needs.get(next) else {
                    *mark = Mark::Closed;
                    continue;
                };
                if marks.get(needed.0) == Some(&Mark::Open) {
                    return Some(*needed);
                }
                path.push((stage, next + 1));
                path.push((needed.0, 0));
            }
        }
        None
    }

    /// Reads the names of images: those of `FROM` first, then those that steps copy from.
    fn read_references(&mut self) {
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
        let froms: Vec<_> = match &instruction.command {
            Command::Copy(copy) => copy.from.iter().filter(|from| !from.is_empty()).collect(),
            Command::Run(run) => run
                .mounts
                .iter()
                .filter(|mount| super::mount::written_origin(mount).is_some())
                .filter_map(super::mount::from_field)
                .collect(),
            _ => return,
        };
        for from in froms {
            if parse_index(from.as_str()).is_some()
                && matches!(instruction.command, Command::Copy(_))
            {
                continue;
            }
            if let Err(kind @ ErrorKind::BadReference { .. }) = self.origin(from.as_str()) {
                self.refuse(kind, from.span(), instruction.start_line, None);
            }
        }
    }

    /// Converts the stages in file order.
    fn convert(&mut self) {
        for draft in std::mem::take(&mut self.stages) {
            let initial = self.initial_state(&draft);
            let stage = Converter::new(self, draft, initial).stage();
            self.done.push(stage);
        }
    }

    /// What holds before the first step of a stage.
    fn initial_state(&self, draft: &Draft<'a>) -> State {
        if let Base::Stage(base) = draft.base
            && let Some(base) = self.done.get(base.0)
        {
            return base.end.inherited();
        }
        let facts = match (&draft.base, self.options.base_images) {
            (Base::Scratch, _) => BaseFacts::Scratch,
            (_, BaseImages::Empty) => BaseFacts::Empty,
            (Base::Image(reference), BaseImages::Known) => BaseFacts::of(reference),
            (Base::Unknown(name), BaseImages::Known) => BaseFacts::of_unknown(name),
            _ => BaseFacts::Unknown,
        };
        State::at_base(facts, self.platform_of(draft))
    }

    /// The platform of a stage that is based on an image; one that is not known counts as the
    /// target's.
    fn platform_of(&self, draft: &Draft<'a>) -> Platform {
        match &draft.platform {
            StagePlatform::Given(platform) if draft.base != Base::Scratch => platform.clone(),
            _ => self.options.target_platform.clone(),
        }
    }

    fn finish(mut self, target: Option<StageId>) -> Model<'a> {
        if let Some(target) = target {
            let mut pending = vec![target];
            while let Some(id) = pending.pop() {
                if let Some(stage) = self.done.get_mut(id.0).filter(|stage| !stage.reachable) {
                    stage.reachable = true;
                    pending.extend(&stage.needs);
                }
            }
        }
        Model {
            file: self.file,
            options: self.options.clone(),
            expander: self.expander,
            global_args: self.global_args,
            stages: self.done,
            target,
            errors: self.errors,
        }
    }
}

impl Draft<'_> {
    pub(super) fn label(&self) -> String {
        self.name.clone().unwrap_or_else(|| self.id.0.to_string())
    }
}

fn from_clause<'a>(
    instruction: &'a Instruction<'a>,
) -> Option<(&'a Instruction<'a>, &'a FromClause<'a>)> {
    match &instruction.command {
        Command::From(from) => Some((instruction, from)),
        _ => None,
    }
}

fn stage_name(from: &FromClause<'_>) -> Option<String> {
    let name = from.name.as_ref()?;
    Some(name.as_str().to_lowercase())
}

/// A number as Go's `strconv.Atoi` reads it.
fn parse_index(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// What stands for an argument that may have any value.
pub(super) fn symbol(name: &str) -> Value {
    Value::unresolved(format!("${{{name}}}"))
}

/// The arguments that BuildKit sets itself, in its order.
fn predefined_args(options: &ModelOptions, target: Option<&str>) -> [(&'static str, String); 11] {
    let (build, target_platform) = (&options.build_platform, &options.target_platform);
    let target = target.filter(|name| !name.is_empty()).unwrap_or("default");
    [
        ("BUILDPLATFORM", build.to_string()),
        ("BUILDOS", build.os.clone()),
        ("BUILDOSVERSION", build.os_version.clone()),
        ("BUILDARCH", build.architecture.clone()),
        ("BUILDVARIANT", build.variant.clone()),
        ("TARGETPLATFORM", target_platform.to_string()),
        ("TARGETOS", target_platform.os.clone()),
        ("TARGETOSVERSION", target_platform.os_version.clone()),
        ("TARGETARCH", target_platform.architecture.clone()),
        ("TARGETVARIANT", target_platform.variant.clone()),
        ("TARGETSTAGE", target.to_owned()),
    ]
}
