//! The edits that make two stages of one.

use std::fmt::Write as _;

use dflint_build::Step;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Dockerfile, Span};

use crate::lines::{lines_of, start_above};

use super::Ground;
use super::artefact::Made;
use super::division::Division;
use super::runtime::Runtime;

/// Names that say that a stage builds, the usual one first.
const BUILD_NAMES: [&str; 5] = ["build", "builder", "build-env", "build-stage", "compile"];

/// The fix that divides the stage.
///
/// # Errors
/// Why the file cannot be written so.
pub(super) fn fix(
    ground: &Ground,
    made: &Made,
    division: &Division,
    data: &[String],
    runtime: &Runtime,
) -> Result<Fix, String> {
    let file = ground.cx.dockerfile;
    let names = names(ground)?;
    let mut edits: Vec<Edit> = names.edit.iter().cloned().collect();
    let last = step(ground, division.last)?;
    let end = lines_of(file, last.instruction).end;
    let lower = ground.stage.instruction.keyword.as_str() == "from";
    let text = final_stage(ground, made, division, data, runtime, &names)?;
    let text = if lower {
        text.lowered()
    } else {
        text.written()
    };
    let ends_line = file
        .source
        .get(..end as usize)
        .is_some_and(|text| text.ends_with('\n'));
    edits.push(match ends_line {
        true => Edit::insert(end, text),
        false => Edit::insert(end, format!("\n{}", text.trim_end_matches('\n'))),
    });
    edits.extend(before_install(ground, made));
    for at in &division.moved {
        edits.push(Edit::delete(block(file, step(ground, *at)?)));
    }
    let paths: Vec<&str> = made.paths.iter().map(|(_, to)| to.as_str()).collect();
    let paths: Vec<&str> = paths
        .into_iter()
        .chain(data.iter().map(String::as_str))
        .collect();
    Ok(Fix {
        title: format!(
            "Build in a stage of its own and run on `{}` with {}; check that {}",
            runtime.base,
            listed(&paths),
            ground.call.language.check,
        ),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits,
    })
}

/// The lines in front of the first installation.
fn before_install(ground: &Ground, made: &Made) -> Option<Edit> {
    if made.before_install.is_empty() {
        return None;
    }
    let steps = ground.stage.steps.iter().take(ground.call.at + 1);
    let mut installs = steps.filter(|step| {
        let mut calls = ground.cx.package_calls(step);
        calls.any(|call| call.manager.name == ground.call.language.tool)
    });
    let place = start_above(ground.cx.dockerfile, installs.next()?.instruction);
    let lines = made
        .before_install
        .iter()
        .map(|(keyword, rest)| format!("{keyword} {rest}\n"));
    Some(Edit::insert(place, lines.collect::<String>()))
}

fn step<'m, 'a>(ground: &Ground<'m, 'a>, at: usize) -> Result<&'m Step<'a>, String> {
    let step = ground.stage.steps.get(at);
    step.ok_or_else(|| "an instruction is not there".to_owned())
}

/// "`a`, `b` and `c`".
fn listed(paths: &[&str]) -> String {
    let quoted: Vec<String> = paths.iter().map(|path| format!("`{path}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// What the two stages are called.
struct Names {
    build: String,
    /// The name of the final stage, with `AS`.
    last: String,
    /// What becomes of the `FROM` of the build stage.
    edit: Option<Edit>,
}

/// A name that the file has stays with the image that it named, unless it says that it builds.
///
/// # Errors
/// Every name for the build stage is another stage's.
fn names(ground: &Ground) -> Result<Names, String> {
    let stages = ground.cx.model.stages();
    let others = stages.iter().filter(|stage| stage.id != ground.stage.id);
    let taken: Vec<&str> = others.filter_map(|other| other.name.as_deref()).collect();
    let mut free = BUILD_NAMES.iter().filter(|name| !taken.contains(name));
    let build = *free.next().ok_or("no name is left for the build stage")?;
    let from = ground.stage.from;
    let lower = ground.stage.instruction.keyword.as_str() == "from";
    let word = if lower { "as" } else { "AS" };
    Ok(match &from.name {
        None => Names {
            build: build.to_owned(),
            last: String::new(),
            edit: Some(Edit::insert(
                from.base.span().end,
                format!(" {word} {build}"),
            )),
        },
        Some(name) if BUILD_NAMES.contains(&name.as_str()) => Names {
            build: name.as_str().to_owned(),
            last: String::new(),
            edit: None,
        },
        Some(name) => Names {
            build: build.to_owned(),
            last: format!(" {word} {}", name.as_str()),
            edit: Some(Edit::replace(name.span(), build)),
        },
    })
}

/// The lines that an instruction leaves behind when it goes: its comments and an empty line too.
fn block(file: &Dockerfile, step: &Step) -> Span {
    let start = start_above(file, step.instruction);
    let end = lines_of(file, step.instruction).end;
    let before = file.source.get(..start as usize).unwrap_or_default();
    let after = file.source.get(end as usize..).unwrap_or_default();
    let gap_before = ["\n\n", "\n\r\n"].iter().any(|gap| before.ends_with(gap));
    let gap_after = ["\n", "\r\n"].iter().find(|gap| after.starts_with(**gap));
    let gap = gap_after
        .filter(|_| gap_before)
        .map_or(0, |gap| gap.len() as u32);
    Span::new(start, end + gap)
}

/// The lines of the final stage, in front of those that stay where they are.
#[derive(Default)]
struct Lines {
    text: String,
    /// Byte ranges of the words that are instructions of ours.
    keywords: Vec<std::ops::Range<usize>>,
}

impl Lines {
    /// Adds an instruction.
    fn add(&mut self, keyword: &str, rest: &str) {
        let start = self.text.len();
        self.keywords.push(start..start + keyword.len());
        let _ = writeln!(self.text, "{keyword} {rest}");
    }

    /// Adds lines of the file.
    fn copy(&mut self, lines: &str) {
        self.text.push_str(&lines.replace("\r\n", "\n"));
        if !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    fn written(self) -> String {
        self.text
    }

    /// With instructions in lower case, as in a file that writes them so.
    fn lowered(mut self) -> String {
        for range in self.keywords {
            let lower = self
                .text
                .get(range.clone())
                .unwrap_or_default()
                .to_lowercase();
            self.text.replace_range(range, &lower);
        }
        self.text
    }
}

fn final_stage(
    ground: &Ground,
    made: &Made,
    division: &Division,
    data: &[String],
    runtime: &Runtime,
    names: &Names,
) -> Result<Lines, String> {
    let file = ground.cx.dockerfile;
    let mut lines = Lines::default();
    for command in &made.more_commands {
        lines.add("RUN", command);
    }
    lines.copy("\n");
    let platform = ground.stage.from.platform.as_ref();
    let platform = platform.map(|platform| format!("--platform={} ", platform.as_str()));
    let from = format!(
        "{}{}{}",
        platform.unwrap_or_default(),
        runtime.base,
        names.last
    );
    lines.add("FROM", &from);
    if let Some(install) = &runtime.install {
        lines.add("RUN", install);
    }
    for env in runtime.env {
        lines.add("ENV", env);
    }
    let divided = ground.stage.steps.get(division.last + 1);
    let state = divided.map_or(&ground.stage.end, |step| &step.state);
    let workdir = state.workdir();
    if workdir.as_str() != "/" {
        let workdir = workdir
            .to_known()
            .ok_or("the working directory is not known")?;
        lines.add("WORKDIR", workdir);
    }
    let mut early: Vec<(usize, bool)> = division.moved.iter().map(|at| (*at, true)).collect();
    early.extend(division.repeated.iter().map(|at| (*at, false)));
    early.sort_unstable();
    for (at, moved) in early {
        let instruction = step(ground, at)?.instruction;
        let span = match moved {
            true => Span::new(
                start_above(file, instruction),
                lines_of(file, instruction).end,
            ),
            false => lines_of(file, instruction),
        };
        lines.copy(span.text(file.source));
    }
    let flag = |owner: Option<String>| match owner {
        Some(owner) => format!("--chown={owner} "),
        None => String::new(),
    };
    let builder = flag(runtime.user.clone());
    let owner = flag(owner(ground)?);
    let data = data.iter().map(|path| (path, path, &owner));
    let paths = made.paths.iter().map(|(from, to)| (from, to, &builder));
    for (from, to, owner) in paths.chain(data) {
        if from.contains(char::is_whitespace) || from.contains('$') {
            return Err(format!("`{from}` cannot be written as a path of `COPY`"));
        }
        lines.add(
            "COPY",
            &format!("--from={} {owner}{from} {to}", names.build),
        );
    }
    for (_, env) in made
        .before_install
        .iter()
        .filter(|(keyword, _)| *keyword == "ENV")
    {
        lines.add("ENV", env);
    }
    if let Some(user) = &runtime.user {
        lines.add("USER", user);
    }
    Ok(lines)
}

/// The owner that the copies of source code give to their files.
fn owner(ground: &Ground) -> Result<Option<String>, String> {
    let steps = ground.stage.steps.iter().take(ground.call.at);
    let mut owners = steps.filter_map(|step| match &step.action {
        dflint_build::Action::Copy(copy) => copy.chown.as_ref(),
        _ => None,
    });
    let first = owners.next();
    if owners.any(|other| Some(other) != first) {
        return Err("the files of the project have several owners".to_owned());
    }
    match first.map(|owner| owner.to_known()) {
        Some(None) => Err("the owner of the files is not known".to_owned()),
        Some(Some(owner)) => Ok(Some(owner.to_owned())),
        None => Ok(None),
    }
}
