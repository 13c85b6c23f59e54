//! Converting the instructions of one stage into steps, as BuildKit's `dispatch` does.

use std::cell::OnceCell;
use std::rc::Rc;

use dflint_parser::{
    ArgDefinition, Command, CommandLine, HealthTest, Healthcheck, Instruction, KeyValues, Span,
    Text,
};

use crate::error::ErrorKind;
use crate::expand::Expansion;
use crate::value::Value;

use super::arguments::symbol;
use super::build::{Builder, Draft};
use super::image::HealthcheckConfig;
use super::stage::{Stage, StageId};
use super::state::State;
use super::step::{Action, Argument, Assignment, Step};
use super::{Arguments, limits, port, run, signal, transfer};

/// An instruction that is refused; the error is already recorded.
pub(super) struct Refused;

/// Converts one stage.
pub(super) struct Converter<'b, 'a, 'o> {
    pub(super) builder: &'b mut Builder<'a, 'o>,
    draft: Draft<'a>,
    pub(super) state: State,
    initial: State,
    steps: Vec<Step<'a>>,
    needs: Vec<StageId>,
    /// Whether this stage (not one below) has had a `CMD`.
    has_cmd: bool,
}

impl<'b, 'a, 'o> Converter<'b, 'a, 'o> {
    pub(super) fn new(builder: &'b mut Builder<'a, 'o>, draft: Draft<'a>, initial: State) -> Self {
        Self {
            builder,
            needs: draft.needs.clone(),
            draft,
            state: initial.clone(),
            initial,
            steps: Vec::new(),
            has_cmd: false,
        }
    }

    /// Converts all instructions, triggers first.
    pub(super) fn stage(mut self) -> Stage<'a> {
        for (index, trigger) in self.triggers() {
            let needs = self.builder.needs_of(trigger);
            self.needs.extend(needs);
            self.step(trigger, index, true);
        }
        let first_own_step = self.steps.len();
        let file = self.builder.file;
        for index in self.draft.own.clone() {
            if let Some(instruction) = file.instructions.get(index) {
                self.step(instruction, index, false);
            }
        }
        self.needs.sort_unstable();
        self.needs.dedup();
        Stage {
            id: self.draft.id,
            name: self.draft.name,
            base: self.draft.base,
            platform: self.draft.platform,
            instruction: self.draft.instruction,
            from_index: self.draft.from_index,
            first_own_step,
            from: self.draft.from,
            steps: self.steps,
            initial: self.initial,
            end: self.state,
            needs: self.needs,
            reachable: false,
        }
    }

    /// The triggers that the stage below leaves, with the positions of their `ONBUILD`s.
    fn triggers(&mut self) -> Vec<(usize, &'a Instruction<'a>)> {
        let super::Base::Stage(base) = self.draft.base else {
            return Vec::new();
        };
        let Some(base) = self.builder.done.get(base.0) else {
            return Vec::new();
        };
        let steps = base.steps.iter();
        let triggers = steps.filter_map(|step| match &step.instruction.command {
            Command::Onbuild(inner) => Some((step.index, &**inner)),
            _ => None,
        });
        let triggers: Vec<_> = triggers.collect();
        let Some(left) = self.builder.triggers_left.checked_sub(triggers.len()) else {
            let (instruction, base) = (self.draft.instruction, &self.draft.from.base);
            self.refuse(instruction, base.span(), ErrorKind::TooManyTriggers);
            return Vec::new();
        };
        self.builder.triggers_left = left;
        triggers
    }

    fn step(&mut self, instruction: &'a Instruction<'a>, index: usize, is_trigger: bool) {
        let state = self.state.clone();
        let action = self.action(instruction).unwrap_or(Action::Invalid);
        self.steps.push(Step {
            instruction,
            index,
            is_trigger,
            state,
            action,
            script: OnceCell::new(),
        });
    }

    fn action(&mut self, instruction: &'a Instruction<'a>) -> Result<Action<'a>, Refused> {
        match &instruction.command {
            Command::From(_) | Command::Invalid => Err(Refused),
            Command::Arg(definitions) => self.arg(instruction, definitions),
            Command::Env(pairs) => self.env(instruction, pairs),
            Command::Label(pairs) => self.label(instruction, pairs),
            Command::Run(run) => run::convert(self, instruction, run),
            Command::Copy(copy) => transfer::convert(self, instruction, copy, false),
            Command::Add(add) => transfer::convert(self, instruction, add, true),
            Command::Cmd(line) => Ok(self.cmd(line)),
            Command::Entrypoint(line) => Ok(self.entrypoint(line)),
            Command::Workdir(path) => self.workdir(instruction, path),
            Command::User(user) => self.user(instruction, user),
            Command::Volume(paths) => self.volume(instruction, paths),
            Command::Expose(ports) => self.expose(instruction, ports),
            Command::Stopsignal(name) => self.stop_signal(instruction, name),
            Command::Shell(words) => {
                let words: Rc<[Value]> = words.iter().map(|word| word.as_str().into()).collect();
                self.state.image.shell = Some(Rc::clone(&words));
                Ok(Action::Shell(words))
            }
            Command::Healthcheck(check) => Ok(self.healthcheck(check)),
            Command::Maintainer(name) => {
                let name = Value::from(name.as_str());
                self.state.image.author = name.clone();
                Ok(Action::Maintainer(name))
            }
            Command::Onbuild(inner) => Ok(self.onbuild(instruction, inner)),
        }
    }

    /// Records an error of this stage.
    pub(super) fn refuse(
        &mut self,
        instruction: &Instruction<'_>,
        span: Span,
        kind: impl Into<ErrorKind>,
    ) -> Refused {
        let stage = Some(self.draft.id);
        self.builder
            .refuse(kind, span, instruction.start_line, stage);
        Refused
    }

    /// Expands a word with what holds here.
    pub(super) fn expand(
        &mut self,
        instruction: &Instruction<'_>,
        text: &Text<'_>,
    ) -> Result<Expansion, Refused> {
        let expanded = self.builder.expander.word(text.as_str(), &self.state.env);
        expanded.map_err(|error| self.refuse(instruction, text.span(), error))
    }

    /// [`Converter::expand`] where only the value matters.
    pub(super) fn expand_value(
        &mut self,
        instruction: &Instruction<'_>,
        text: &Text<'_>,
    ) -> Result<Value, Refused> {
        self.expand(instruction, text)
            .map(|expansion| expansion.value)
    }

    /// Whether `id` is a stage that is complete here.
    pub(super) fn is_built(&self, id: StageId) -> bool {
        id < self.draft.id
    }

    /// What a stage is called, for messages.
    pub(super) fn label_of(&self, id: StageId) -> String {
        if id == self.draft.id {
            return self.draft.label();
        }
        if let Some(done) = self.builder.done.get(id.0) {
            return done.label();
        }
        let mut names = self.builder.names.iter();
        let named = names.find(|(_, named)| **named == id);
        named.map_or_else(|| id.0.to_string(), |(name, _)| name.clone())
    }

    fn arg(
        &mut self,
        instruction: &Instruction<'_>,
        definitions: &[ArgDefinition<'_>],
    ) -> Result<Action<'a>, Refused> {
        let mut arguments = Vec::with_capacity(definitions.len());
        for definition in definitions {
            let name: Rc<str> = definition.key.as_str().into();
            let value = self.arg_value(instruction, definition)?;
            self.state.set_arg(&name, value.as_ref());
            arguments.push(Argument { name, value });
        }
        Ok(Action::Arg(arguments))
    }

    fn arg_value(
        &mut self,
        instruction: &Instruction<'_>,
        definition: &ArgDefinition<'_>,
    ) -> Result<Option<Value>, Refused> {
        let name = definition.key.as_str();
        if let Some(given) = self.builder.options.build_arg(name) {
            return Ok(Some(given.into()));
        }
        let arguments = self.builder.options.arguments;
        if let Some(default) = &definition.value {
            let value = self.expand_value(instruction, default)?;
            return Ok(Some(match arguments {
                Arguments::Unknown => symbol(name),
                _ => value,
            }));
        }
        if let Some(global) = self.builder.global_args.get(name) {
            return Ok(Some(global.clone()));
        }
        Ok((arguments != Arguments::Defaults).then(|| symbol(name)))
    }

    fn assignments(
        &mut self,
        instruction: &Instruction<'_>,
        pairs: &KeyValues<'_>,
    ) -> Result<Vec<Assignment>, Refused> {
        let pairs = pairs.pairs.iter().map(|pair| {
            let key = self.expand(instruction, &pair.key)?;
            let value = self.expand(instruction, &pair.value)?;
            let mut unmatched = key.unmatched;
            unmatched.extend(value.unmatched);
            Ok(Assignment {
                key: key.value,
                value: value.value,
                unmatched,
            })
        });
        pairs.collect()
    }

    fn env(
        &mut self,
        instruction: &Instruction<'_>,
        pairs: &KeyValues<'_>,
    ) -> Result<Action<'a>, Refused> {
        let assignments = self.assignments(instruction, pairs)?;
        for assignment in &assignments {
            self.state
                .set_env(assignment.key.as_str(), &assignment.value);
        }
        Ok(Action::Env(assignments))
    }

    fn label(
        &mut self,
        instruction: &Instruction<'_>,
        pairs: &KeyValues<'_>,
    ) -> Result<Action<'a>, Refused> {
        let assignments = self.assignments(instruction, pairs)?;
        for assignment in &assignments {
            let (key, value) = (assignment.key.as_str(), assignment.value.clone());
            self.state.image.labels.set(key, value);
        }
        Ok(Action::Label(assignments))
    }

    /// The words of a command line, the shell in front of one that is not in JSON form.
    fn words(&self, line: &CommandLine<'_>) -> Rc<[Value]> {
        match line {
            CommandLine::Exec(words) => words.iter().map(|word| word.as_str().into()).collect(),
            CommandLine::Shell(text) => {
                let mut words = self.state.shell_or_default();
                words.push(text.as_str().into());
                words.into()
            }
        }
    }

    fn cmd(&mut self, line: &CommandLine<'_>) -> Action<'a> {
        let words = self.words(line);
        self.has_cmd = true;
        self.state.image.cmd = Some(Rc::clone(&words));
        self.state.image.args_escaped = true;
        Action::Cmd(words)
    }

    fn entrypoint(&mut self, line: &CommandLine<'_>) -> Action<'a> {
        let words = self.words(line);
        self.state.image.entrypoint = Some(Rc::clone(&words));
        // A CMD of a stage below was meant for its own ENTRYPOINT.
        if !self.has_cmd {
            self.state.image.cmd = None;
        }
        Action::Entrypoint(words)
    }

    fn workdir(
        &mut self,
        instruction: &Instruction<'_>,
        path: &Text<'_>,
    ) -> Result<Action<'a>, Refused> {
        let written = self.expand_value(instruction, path)?;
        self.state.workdir_set = true;
        let style = self.state.path_style();
        let normalized = style.normalize_value(&self.state.image.workdir, &written, false);
        let path = normalized.map_err(|_| {
            let kind = ErrorKind::BadDrive(written.to_string());
            self.refuse(instruction, path.span(), kind)
        })?;
        let path = limits::directory(path);
        self.state.image.workdir = match path.to_known() {
            Some(known) => style.native(known).into(),
            None => path.clone(),
        };
        self.state.workdir = path.clone();
        Ok(Action::Workdir { written, path })
    }

    fn user(
        &mut self,
        instruction: &Instruction<'_>,
        user: &Text<'_>,
    ) -> Result<Action<'a>, Refused> {
        let user = self.expand_value(instruction, user)?;
        self.state.image.user = user.clone();
        Ok(Action::User(user))
    }

    fn volume(
        &mut self,
        instruction: &Instruction<'_>,
        paths: &[Text<'_>],
    ) -> Result<Action<'a>, Refused> {
        let mut volumes = Vec::with_capacity(paths.len());
        for path in paths {
            volumes.push(self.expand_value(instruction, path)?);
        }
        for (volume, path) in volumes.iter().zip(paths) {
            if volume.as_str().is_empty() {
                return Err(self.refuse(instruction, path.span(), ErrorKind::EmptyVolume));
            }
            self.state
                .image
                .volumes
                .set(volume.as_str(), Value::default());
        }
        Ok(Action::Volume(volumes))
    }

    fn expose(
        &mut self,
        instruction: &Instruction<'_>,
        ports: &[Text<'_>],
    ) -> Result<Action<'a>, Refused> {
        let mut sorted: Vec<&Text<'_>> = ports.iter().collect();
        sorted.sort_by_key(|port| port.as_str());
        let mut words = Vec::with_capacity(ports.len());
        for port in sorted {
            let expanded = self.builder.expander.words(port.as_str(), &self.state.env);
            let expanded =
                expanded.map_err(|error| self.refuse(instruction, port.span(), error))?;
            words.extend(expanded.into_iter().map(|word| (word, port.span())));
        }
        for (word, span) in &words {
            let Some(known) = word.to_known() else {
                self.state
                    .image
                    .exposed_ports
                    .set(word.as_str(), Value::default());
                continue;
            };
            let Some(range) = port::parse(known) else {
                let kind = ErrorKind::BadPort(known.to_owned());
                return Err(self.refuse(instruction, *span, kind));
            };
            let exposed = &mut self.state.image.exposed_ports;
            let Some(left) = self.builder.ports_left.checked_sub(range.ports.len()) else {
                exposed.set(known, Value::default());
                continue;
            };
            self.builder.ports_left = left;
            for port in range.ports {
                exposed.set(&format!("{port}/{}", range.protocol), Value::default());
            }
        }
        Ok(Action::Expose(
            words.into_iter().map(|(word, _)| word).collect(),
        ))
    }

    fn stop_signal(
        &mut self,
        instruction: &Instruction<'_>,
        name: &Text<'_>,
    ) -> Result<Action<'a>, Refused> {
        let value = self.expand_value(instruction, name)?;
        if value
            .to_known()
            .is_some_and(|known| !signal::is_signal(known))
        {
            let kind = ErrorKind::BadSignal(value.to_string());
            return Err(self.refuse(instruction, name.span(), kind));
        }
        self.state.image.stop_signal = value.clone();
        Ok(Action::Stopsignal(value))
    }

    fn healthcheck(&mut self, check: &Healthcheck<'_>) -> Action<'a> {
        let test = match &check.test {
            HealthTest::None => vec!["NONE".to_owned()],
            HealthTest::Cmd(CommandLine::Shell(text)) => {
                vec!["CMD-SHELL".to_owned(), text.as_str().to_owned()]
            }
            HealthTest::Cmd(CommandLine::Exec(words)) => std::iter::once("CMD")
                .chain(words.iter().map(Text::as_str))
                .map(str::to_owned)
                .collect(),
        };
        let config = Rc::new(HealthcheckConfig {
            test,
            interval: check.interval.unwrap_or_default(),
            timeout: check.timeout.unwrap_or_default(),
            start_period: check.start_period.unwrap_or_default(),
            start_interval: check.start_interval.unwrap_or_default(),
            retries: check.retries.unwrap_or_default(),
        });
        self.state.image.healthcheck = Some(Rc::clone(&config));
        Action::Healthcheck(config)
    }

    fn onbuild(&mut self, instruction: &Instruction<'_>, inner: &Instruction<'_>) -> Action<'a> {
        let trigger: Rc<str> = trigger_text(instruction, inner).into();
        let triggers = &mut self.state.image.on_build;
        let number = triggers.len().to_string();
        triggers.set(&number, Value::known(Rc::clone(&trigger)));
        Action::Onbuild(trigger)
    }
}

/// The trigger as the image's configuration holds it: the logical line without `ONBUILD`, and its
/// heredocs.
fn trigger_text(instruction: &Instruction<'_>, inner: &Instruction<'_>) -> String {
    let line = instruction.logical.as_str().trim_start();
    // `ONBUİLD` is read as the instruction, and left in the text.
    let keyword = instruction.keyword.as_str();
    let keyword = if keyword.is_ascii() { keyword } else { "" };
    let is_space = |ch| matches!(ch, '\t' | '\n' | '\u{c}' | '\r' | ' ');
    let mut text = line
        .strip_prefix(keyword)
        .unwrap_or_default()
        .trim_start_matches(is_space)
        .to_owned();
    let heredocs = if inner.heredocs.is_empty() {
        &instruction.heredocs
    } else {
        &inner.heredocs
    };
    for heredoc in heredocs {
        text.push('\n');
        text.push_str(heredoc.body.as_str());
        text.push_str(&heredoc.name);
    }
    text
}
