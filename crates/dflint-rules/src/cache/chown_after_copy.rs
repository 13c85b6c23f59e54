//! `chown` of files that an earlier step copied.

use dflint_build::path::join;
use dflint_build::{Action, Stage};
use dflint_shell::SimpleCommand;

use crate::package_calls::directory;
use crate::place::is_within;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct ChownAfterCopy;

impl Rule for ChownAfterCopy {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for stage in cx.model.stages() {
            check_stage(stage, findings);
        }
    }
}

/// How many copies of one stage are looked at; more than any Dockerfile has.
const MAX_COPIES: usize = 500;

fn check_stage(stage: &Stage, findings: &mut Findings) {
    let mut places = Vec::new();
    for step in stage.steps.iter().skip(stage.first_own_step) {
        match &step.action {
            Action::Copy(copy) if places.len() < MAX_COPIES => {
                let place = copy.destination.to_known();
                places.extend(place.map(|place| (place, step.instruction.span)));
            }
            Action::Run(_) => {
                let commands = step
                    .script()
                    .into_iter()
                    .flat_map(|script| script.commands());
                for chown in commands.filter_map(Chown::of) {
                    let workdir = directory(&step.state, chown.command);
                    let path = |place: &String| match &workdir {
                        _ if place.starts_with('/') => Some(join("/", place)),
                        Some(workdir) => Some(join(workdir, place)),
                        None => None,
                    };
                    let paths: Vec<String> = chown.paths.iter().filter_map(path).collect();
                    let touched = places.iter().find_map(|(place, span)| {
                        let path = paths.iter().find(|path| chown.touches(path, place))?;
                        Some((path, *span))
                    });
                    let Some((path, span)) = touched else {
                        continue;
                    };
                    let owner = &chown.owner;
                    findings
                        .report(
                            chown.command.span(),
                            format!(
                                "this puts the files below `{path}` into the image a second time, \
                                 give them their owner as they are copied: `COPY --chown={owner}`",
                            ),
                        )
                        .related(span, "files that are copied first");
                }
            }
            _ => {}
        }
    }
}

/// A call of `chown`.
struct Chown<'s> {
    command: SimpleCommand<'s>,
    /// `user:group` as written.
    owner: String,
    /// The paths as written, those that depend on variables left out.
    paths: Vec<String>,
    recursive: bool,
}

impl<'s> Chown<'s> {
    fn of(command: SimpleCommand<'s>) -> Option<Self> {
        if command.name() != Some("chown") {
            return None;
        }
        let mut recursive = false;
        let mut operands = Vec::new();
        for word in command.args() {
            match word.render() {
                flag if flag == "--recursive" => recursive = true,
                // The owner is that of a file.
                flag if flag.starts_with("--reference") => return None,
                flag if flag.starts_with("--") => {}
                flag if flag.starts_with('-') => recursive |= flag.contains('R'),
                operand => operands.push(operand),
            }
        }
        let (owner, paths) = operands.split_first()?;
        let paths = paths.iter().filter(|path| !path.contains('$')).cloned();
        Some(Self {
            command,
            owner: owner.clone(),
            paths: paths.collect(),
            recursive,
        })
    }

    /// Whether it changes what was copied to `place`.
    fn touches(&self, path: &str, place: &str) -> bool {
        let path = path.trim_end_matches("/*");
        match self.recursive {
            true => is_within(place, path) || place != "/" && is_within(path, place),
            false => path == place,
        }
    }
}
