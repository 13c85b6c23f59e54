//! From a copied file to a secret mount in exactly the `RUN`s that read it.

use dflint_build::packages::{UnknownProject, removal};
use dflint_build::path::base;
use dflint_build::{Action, Base, CopySource, CopyStep, Origin, Stage, Step};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_knowledge::package_manager::{Action as Call, ManagerKind, managers_of_command};
use dflint_knowledge::secret::SecretReader;
use dflint_parser::{Command, Dockerfile, MountKind, Source, Span, Text};
use dflint_shell::{Script, SimpleCommand};

use super::hand_over::place_of;
use crate::Context;
use crate::blind_command::is_blind;
use crate::cache_mounts::insert_mounts;
use crate::lines::{lines_of, start_above};
use crate::package_calls::{RunCommand, directory};
use crate::place::{folder, is_within, relative, resolve};

/// Characters that cannot stand in a mount as they are.
const SPECIAL: &[char] = &[',', ' ', '"', '\'', '$', '\\', '`'];

/// Files with more steps get no fix: each file with secrets takes looking at all of them.
const MOST_STEPS: usize = 400;

/// Commands whose last operand is a place that they only add to.
const ADD_TO_LAST: &[&str] = &["cp", "install", "ln", "mv"];

/// Commands that hand the files of a folder on to another place.
const PASS_ON: &[&str] = &["cp", "find", "install", "ln", "mv", "tar"];

/// Commands that may name a folder without working on the files in it.
const LOOK_ONLY: &[&str] = &[
    "[", "cat", "cd", "echo", "export", "id", "ls", "mkdir", "printf", "set", "test",
];

/// The fix that mounts the file `word` of `step`, of which `reader` tells who reads it.
pub(super) fn fix(
    cx: &Context,
    stage: &Stage,
    step: &Step,
    word: &Text,
    reader: &SecretReader,
) -> Result<Fix, String> {
    if cx.model.steps().nth(MOST_STEPS).is_some() {
        return Err("the file has too many steps to look at all".to_owned());
    }
    let (copy, source) = copied_file(step, word)?;
    let place = place_of(step, source, reader).ok_or("where the file ends up is not known")?;
    if place.contains(SPECIAL) || source.contains(SPECIAL) || word.as_str().contains('*') {
        return Err("a mount cannot name the file as it is".to_owned());
    }
    if copy.is_add && copy.unpack == Some(true) || stage.end.platform().is_windows() {
        return Err("what becomes of the file is not known".to_owned());
    }
    let handed = Handed {
        cx,
        reader,
        place: &place,
    };
    handed.stays_in(stage)?;
    let mut edits = Vec::new();
    let mut is_read = false;
    for other in stage.steps.iter().filter(|it| it.index > step.index) {
        let change = handed.change(other)?;
        is_read |= change.is_read;
        edits.extend(change.edits);
    }
    if !is_read {
        return Err(format!(
            "no `RUN` of this stage is known to read `{source}`"
        ));
    }
    edits.push(without_file(cx.dockerfile, copy, step, word)?);
    let id = reader.id;
    Ok(Fix {
        title: format!("Mount the file, and build with `--secret id={id},src={source}`"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits,
    })
}

/// The file of the context that `word` of a step names.
fn copied_file<'m>(step: &'m Step, word: &Text) -> Result<(&'m CopyStep, &'m str), &'static str> {
    let Action::Copy(copy) = &step.action else {
        return Err("the file comes by a mount");
    };
    let source = words(step).position(|other| other.span() == word.span());
    let source = source.and_then(|at| copy.sources.get(at));
    let Some(CopySource::Path { path, .. }) = source else {
        return Err("the instruction also writes other files");
    };
    let path = path.to_known().ok_or("the file is not known")?;
    Ok((copy, relative(path)))
}

/// The words of an instruction that name its sources, up to the first that is no path.
fn words<'m, 'a>(step: &'m Step<'a>) -> impl Iterator<Item = &'m Text<'a>> {
    let sources = match &step.instruction.command {
        Command::Copy(written) | Command::Add(written) => written.sources.as_slice(),
        _ => &[],
    };
    sources.iter().map_while(|source| match source {
        Source::Path(word) => Some(word),
        _ => None,
    })
}

/// The edit that takes the file out of a copy, or the copy where there is no other.
fn without_file(
    file: &Dockerfile,
    copy: &CopyStep,
    step: &Step,
    word: &Text,
) -> Result<Edit, &'static str> {
    let instruction = step.instruction;
    if copy.sources.len() == 1 {
        let start = start_above(file, instruction);
        return Ok(Edit::delete(Span::new(
            start,
            lines_of(file, instruction).end,
        )));
    }
    // A single file needs the slash to go into a folder.
    let goes_into_folder = copy
        .destination
        .to_known()
        .is_some_and(|to| to.ends_with('/'));
    if instruction.json || !goes_into_folder {
        return Err("the file cannot be taken out of the instruction");
    }
    let own = word.span();
    let before = words(step).take_while(|other| other.span().start < own.start);
    let after = words(step).find(|other| other.span().start > own.start);
    let gone = match (before.last(), after) {
        (Some(before), _) => Span::new(before.span().end, own.end),
        (None, Some(after)) => Span::new(own.start, after.span().start),
        (None, None) => return Err("the file cannot be taken out of the instruction"),
    };
    match gone.text(file.source).contains('#') {
        true => Err("a comment stands beside the file"),
        false => Ok(Edit::delete(gone)),
    }
}

/// A file that is to be mounted instead of copied.
struct Handed<'c, 'm, 'a> {
    cx: &'c Context<'m, 'a>,
    reader: &'c SecretReader,
    /// Where the image has had it.
    place: &'c str,
}

/// What becomes of a step.
#[derive(Default)]
struct Change {
    is_read: bool,
    edits: Vec<Edit>,
}

/// What a command does with the file.
enum Part {
    Reads,
    /// It removes the file and nothing else.
    Removes,
    /// It removes the file and more, and does not mind if the file is not there.
    RemovesMore,
    Nothing,
}

impl Handed<'_, '_, '_> {
    fn name(&self) -> &str {
        base(self.place)
    }

    /// Whether no other stage needs what `stage` has of the file.
    fn stays_in(&self, stage: &Stage) -> Result<(), String> {
        for other in self.cx.model.stages().iter() {
            let line = other.instruction.start_line;
            if other.base == Base::Stage(stage.id) {
                return Err(format!("the stage at line {line} gets the file, too"));
            }
            let from = other.steps.iter().position(|step| self.takes(step, stage));
            let Some(from) = from else { continue };
            for step in other.steps.iter().skip(from) {
                let is_read = self.change(step).map_or(true, |change| change.is_read);
                if is_read {
                    let line = step.instruction.start_line;
                    return Err(format!(
                        "line {line} may read the file, which another stage hands on"
                    ));
                }
            }
        }
        Ok(())
    }

    /// Whether a step takes a folder of `stage` that the file is in, or the file itself.
    fn takes(&self, step: &Step, stage: &Stage) -> bool {
        let holds = |path: Option<&str>| {
            // What a pattern matches lies in the folder in front of it.
            let path = path.map(|path| path.split(['*', '?', '[']).next().unwrap_or(path));
            path.is_none_or(|path| is_within(self.place, path) || path == folder(self.place))
        };
        match &step.action {
            Action::Copy(copy) if copy.from == Origin::Stage(stage.id) => {
                copy.sources.iter().any(|source| match source {
                    CopySource::Path { path, .. } => holds(path.to_known()),
                    _ => false,
                })
            }
            Action::Run(run) => run.mounts.iter().any(|mount| {
                mount.from == Origin::Stage(stage.id) && holds(mount.source.to_known())
            }),
            _ => false,
        }
    }

    /// What becomes of a step behind the copy.
    fn change(&self, step: &Step) -> Result<Change, String> {
        let line = step.instruction.start_line;
        let text = step.instruction.span.text(self.cx.dockerfile.source);
        let script = match &step.action {
            Action::Run(_) => step.script(),
            // They say where the file is, if anything.
            Action::Arg(_) | Action::Env(_) | Action::Label(_) | Action::Workdir { .. } => {
                return Ok(Change::default());
            }
            Action::Copy(copy) if copy.from == Origin::Context => return Ok(Change::default()),
            _ if text.contains(self.name()) => return Err(format!("line {line} names the file")),
            _ => return Ok(Change::default()),
        };
        let script = script
            .filter(|script| !script.is_exec() && script.is_certain())
            .ok_or_else(|| format!("the command at line {line} is not wholly understood"))?;
        let mut parts = Vec::new();
        for command in self.cx.run_commands(step) {
            parts.push((command, self.part(step, command)?));
        }
        let is_read = parts.iter().any(|(_, part)| matches!(part, Part::Reads));
        let removes = |(_, part): &&(&RunCommand, Part)| matches!(part, Part::Removes);
        if parts.iter().filter(removes).count() > 1 {
            return Err(format!("line {line} removes the file more than once"));
        }
        let mut edits = Vec::new();
        for (command, part) in &parts {
            match part {
                Part::Removes => edits.extend(self.without(step, script, command.command)?),
                Part::RemovesMore if is_read => {
                    return Err(format!("line {line} removes the file and more"));
                }
                Part::Nothing if is_read => self.leaves_mount_alone(step, command)?,
                _ => {}
            }
        }
        if is_read {
            edits.extend(self.mount(step)?);
        }
        Ok(Change { is_read, edits })
    }

    fn part(&self, step: &Step, of: &RunCommand) -> Result<Part, String> {
        let command = of.command;
        let line = step.instruction.start_line;
        let refusal = || {
            let name = command.name().unwrap_or("a command");
            Err(format!(
                "`{name}` at line {line} may read the file, or work on it"
            ))
        };
        let is_named = command
            .span()
            .text(self.cx.dockerfile.source)
            .contains(self.name());
        if command.words().len() == 0 && !is_named {
            return Ok(Part::Nothing);
        }
        let is_written = command.redirects().any(|redirect| {
            let target = redirect.target();
            target.is_some_and(|target| target.render().contains(self.name()))
        });
        if is_written || command.wrappers().changes_user {
            return refusal();
        }
        if let Some(call) = &of.call {
            let reads = self.reader.managers.contains(&call.manager.name);
            return match (reads, call.manager.kind) {
                (true, _) if call.action() != Call::Configure => Ok(Part::Reads),
                (false, ManagerKind::System) if !is_named => Ok(Part::Nothing),
                _ => refusal(),
            };
        }
        let Some(name) = command.name() else {
            return refusal();
        };
        if self.is_reader(name) {
            return Ok(Part::Reads);
        }
        let site = step.state.site(&UnknownProject);
        if let Some(removal) = removal(command, &site) {
            let is_own = |path: &str| path == self.place;
            let mut operands = removal.operands.iter();
            let is_exact = operands.all(|(_, removed)| {
                matches!(removed, Ok(removed) if removed.pattern.is_none() && is_own(&removed.path))
            });
            return match (is_exact, is_named) {
                (true, _) => Ok(Part::Removes),
                (false, true) if removal.is_forced => Ok(Part::RemovesMore),
                (false, true) => refusal(),
                (false, false) => Ok(Part::Nothing),
            };
        }
        let passes_on = PASS_ON.contains(&name) && self.is_touched(step, command);
        match is_blind(name) && !is_named && !passes_on {
            true => Ok(Part::Nothing),
            false => refusal(),
        }
    }

    /// Whether the command `name` is one that reads the file, whatever it is told to do.
    fn is_reader(&self, name: &str) -> bool {
        let mut managers = managers_of_command(name);
        self.reader.commands.contains(&name)
            || managers.any(|manager| self.reader.managers.contains(&manager.name))
    }

    /// Whether `command` names a folder that the file is in, or one that is not known.
    fn is_touched(&self, step: &Step, command: SimpleCommand) -> bool {
        let Some(directory) = directory(&step.state, command) else {
            return true;
        };
        let adds_to_last = command
            .name()
            .is_some_and(|name| ADD_TO_LAST.contains(&name));
        let count = command.args().len() - usize::from(adds_to_last).min(command.args().len());
        command.args().take(count).any(|word| {
            let Some(literal) = word.literal() else {
                return true;
            };
            if literal.starts_with('-') {
                return false;
            }
            let path = literal.split(['*', '?', '[']).next().unwrap_or(literal);
            is_within(self.place, &resolve(&directory, path))
        })
    }

    /// Whether `command` neither changes nor removes the mounted file: it can be neither.
    fn leaves_mount_alone(&self, step: &Step, of: &RunCommand) -> Result<(), String> {
        let command = of.command;
        let name = command.name().unwrap_or_default();
        if of.call.is_some() || LOOK_ONLY.contains(&name) || !self.is_touched(step, command) {
            return Ok(());
        }
        let line = step.instruction.start_line;
        Err(format!(
            "`{name}` at line {line} works on the folder of the file"
        ))
    }

    /// The edits that take `command` out, an `rm` of the file alone.
    fn without(
        &self,
        step: &Step,
        script: &Script,
        command: SimpleCommand,
    ) -> Result<Vec<Edit>, String> {
        let file = self.cx.dockerfile;
        let line = step.instruction.start_line;
        let refusal = || format!("the `rm` at line {line} cannot be taken out");
        let chain = script.sequence().ok_or_else(refusal)?;
        let at = chain.position(command.id()).ok_or_else(refusal)?;
        if chain.len() == 1 {
            let start = start_above(file, step.instruction);
            let end = lines_of(file, step.instruction).end;
            return Ok(vec![Edit::delete(Span::new(start, end))]);
        }
        if chain.decides(at) {
            return Err(refusal());
        }
        let spans = chain.removal(at, file.source).ok_or_else(refusal)?;
        Ok(spans.into_iter().map(Edit::delete).collect())
    }

    /// The mount of the file in a `RUN`, unless it is there.
    fn mount(&self, step: &Step) -> Result<Option<Edit>, String> {
        let line = step.instruction.start_line;
        let Action::Run(run) = &step.action else {
            return Ok(None);
        };
        for mount in &run.mounts {
            let target = mount.target.as_ref();
            let target = target.map(|target| target.to_known());
            match target {
                Some(Some(target)) if target == self.place && mount.kind == MountKind::Secret => {
                    return Ok(None);
                }
                Some(Some(target)) if !is_within(self.place, target) => {}
                None => {}
                _ => return Err(format!("another mount at line {line} may hide the file")),
            }
        }
        let user = step.state.user();
        let mut flag = format!(
            "--mount=type=secret,id={},target={}",
            self.reader.id, self.place
        );
        if !user.is_root() {
            let (Some(uid), Some(gid)) = (user.uid, user.gid) else {
                return Err(format!(
                    "which user may read the file at line {line} is not known"
                ));
            };
            let parent = folder(self.place);
            let is_own = step.state.home().as_deref() == Some(parent)
                || step.state.workdir().to_known() == Some(parent);
            if !is_own {
                return Err(format!(
                    "`{parent}` would belong to root while line {line} runs"
                ));
            }
            flag.push_str(&format!(",uid={uid},gid={gid}"));
        }
        Ok(insert_mounts(self.cx.dockerfile, step.instruction, &[flag]))
    }
}
