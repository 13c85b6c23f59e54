//! Stages that nothing is built from.

use dflint_build::{Base, OutsideTarget, Place, ProjectFacts, Stage, StageId};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_knowledge::Severity;
use dflint_parser::{Command, Span, Text};

use crate::lines::{lines_of, start_above};
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct UnusedStage;

impl Rule for UnusedStage {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let stages = cx.model.stages();
        let Some(last) = stages.last() else {
            return;
        };
        let mut needed = vec![false; stages.len()];
        for id in stages.iter().flat_map(|stage| &stage.needs) {
            if let Some(needed) = needed.get_mut(id.0) {
                *needed = true;
            }
        }
        let computed = names_are_computed(stages);
        let numbers = Numbers::of(cx);
        for stage in stages
            .iter()
            .filter(|stage| stage.name.is_none() || !computed)
        {
            let is_used = needed.get(stage.id.0).copied().unwrap_or(true)
                || stage.id == last.id
                || Some(stage.id) == cx.model.target();
            if !is_used {
                report(cx, stage, &numbers, findings);
            }
        }
    }
}

/// Whether a stage is chosen by a build argument, so that any may be meant.
fn names_are_computed(stages: &[Stage]) -> bool {
    let of_base = |stage: &Stage| {
        let written = stage.from.base.as_str();
        let may_be_stage = match &stage.base {
            Base::Stage(_) => true,
            Base::Unknown(_) => !written.contains(['/', ':']),
            _ => false,
        };
        written.contains('$') && may_be_stage
    };
    stages.iter().any(of_base)
}

/// What other files of the project say about a stage.
enum Outside<'p> {
    /// It is asked for.
    Asked,
    /// It may be asked for here.
    Perhaps(&'p Place),
    /// No file asks for it.
    Nothing,
    /// Not all files are known.
    Unknown,
}

fn outside<'m>(cx: &Context<'m, '_>, stage: &Stage) -> Outside<'m> {
    let Some(project) = cx.project else {
        return Outside::Unknown;
    };
    let number = stage.id.0.to_string();
    let means = |target: &&OutsideTarget| match &target.stage {
        Some(asked) => Some(asked) == stage.name.as_ref() || *asked == number,
        None => true,
    };
    let asking: Vec<&OutsideTarget> = project.targets().iter().filter(means).collect();
    let surely = |target: &&OutsideTarget| target.is_certain && target.stage.is_some();
    match asking.first() {
        _ if asking.iter().any(surely) => Outside::Asked,
        Some(first) => Outside::Perhaps(&first.place),
        None if project.is_complete() => Outside::Nothing,
        None => Outside::Unknown,
    }
}

fn report(cx: &Context, stage: &Stage, numbers: &Numbers, findings: &mut Findings) {
    let outside = outside(cx, stage);
    if matches!(outside, Outside::Asked) {
        return;
    }
    let from = stage.from;
    let message = match &from.name {
        Some(name) => format!(
            "nothing in this file uses the stage `{}`: remove it, unless it is built with `--target {}`",
            name.as_str(),
            name.as_str(),
        ),
        None => {
            "nothing uses this stage, so it is never built: remove it or give it a name".to_owned()
        }
    };
    let span = from.name.as_ref().map_or(from.base.span(), Text::span);
    let finding = findings.report(cx.anchor(stage.instruction, span), message);
    if from.name.is_some() {
        finding.severity(Severity::Info);
    }
    if let Outside::Perhaps(place) = outside {
        let label = format!("`{place}` asks for a stage that may be this one");
        finding.related(stage.instruction.keyword.span(), label);
    }
    let safety = match outside {
        Outside::Nothing => Safety::Unsafe,
        _ => Safety::Manual,
    };
    finding.fix_or_withhold(removal(cx, stage, numbers, safety));
}

fn removal(cx: &Context, stage: &Stage, numbers: &Numbers, safety: Safety) -> Result<Fix, String> {
    if let Some(place) = numbers.behind(stage.id) {
        return Err(format!(
            "{place} counts the stages, and would mean another one"
        ));
    }
    let file = cx.dockerfile;
    let next = cx
        .model
        .stage(StageId(stage.id.0 + 1))
        .ok_or("it is the last stage")?;
    let own = file.instructions.get(stage.from_index..next.from_index);
    let last = own.and_then(<[_]>::last).unwrap_or(stage.instruction);
    let start = start_above(file, stage.instruction);
    let end = blank_lines_end(file.source, lines_of(file, last).end);
    Ok(Fix {
        title: format!("Remove the stage {}", stage.label()),
        safety,
        keeps: Keeps::Nothing,
        edits: vec![Edit::delete(Span::new(start, end))],
    })
}

/// Where the blank lines that begin at byte `at` end.
fn blank_lines_end(source: &str, at: u32) -> u32 {
    let rest = source.get(at as usize..).unwrap_or_default();
    let blank = rest
        .split_inclusive('\n')
        .take_while(|line| line.trim().is_empty());
    at + blank.map(|line| line.len() as u32).sum::<u32>()
}

/// Where stages are referred to by number: each place that names a later stage than all places
/// before it.
struct Numbers(Vec<(usize, String)>);

impl Numbers {
    fn of(cx: &Context) -> Self {
        let mut highest = Self(Vec::new());
        let asked = cx.project.map(ProjectFacts::targets).unwrap_or_default();
        for target in asked {
            if let Some(stage) = &target.stage {
                highest.note(stage, || format!("`{}`", target.place));
            }
        }
        for instruction in &cx.dockerfile.instructions {
            let inner = match &instruction.command {
                Command::Onbuild(inner) => inner,
                _ => instruction,
            };
            for from in sources(&inner.command) {
                let line = || cx.dockerfile.lines.line(from.span().start);
                highest.note(from.as_str(), || format!("line {}", line()));
            }
        }
        highest
    }

    fn note(&mut self, text: &str, place: impl FnOnce() -> String) {
        let Ok(number) = text.parse::<usize>() else {
            return;
        };
        if self.0.last().is_none_or(|(known, _)| number > *known) {
            self.0.push((number, place()));
        }
    }

    /// The first place that refers to a stage behind `removed`, which would mean another one.
    fn behind(&self, removed: StageId) -> Option<&str> {
        let at = self.0.partition_point(|(number, _)| *number <= removed.0);
        self.0.get(at).map(|(_, place)| place.as_str())
    }
}

/// What an instruction takes files from, as written.
fn sources<'c, 'a>(command: &'c Command<'a>) -> Vec<&'c Text<'a>> {
    match command {
        Command::Copy(copy) | Command::Add(copy) => copy.from.iter().collect(),
        Command::Run(run) => {
            let fields = run.mounts.iter().flat_map(|mount| &mount.fields);
            fields
                .filter(|field| field.key == "from")
                .filter_map(|field| field.value.as_ref())
                .collect()
        }
        _ => Vec::new(),
    }
}
