//! What steps need of a build context without taking it from there themselves: what they copy from
//! a stage that has it from the context, and what their commands name.

use std::cell::Cell;

use dflint_knowledge::leftovers::leftover_folders;
use dflint_knowledge::package_manager::Action as Does;
use dflint_parser::MountKind;
use dflint_shell::{RedirectKind, SimpleCommand, Word};

use crate::context::{BuildContext, Entry, EntryKind};
use crate::model::{Action, Base, CopySource, CopyStep, Model, Origin, ResolvedMount, Stage, Step};
use crate::packages::{UnknownProject, invocation};
use crate::path::{base, below, clean, join};

/// The most copies of one stage that are followed. Every word is held against them.
const MAX_ARRIVALS_IN_STAGE: usize = 100;

/// The most copies of a file that are followed.
const MAX_ARRIVALS: usize = 20_000;

/// Characters of a word behind which another path may begin: `--cert=ca.pem`, `-F file=@a`,
/// `${DIR}/ca.pem`, `a:b`.
const DIVIDERS: &[char] = &['=', ',', ':', ';', '@', '}'];

/// The folders that the steps of `model` make in the project, by the names of the tables.
pub(crate) fn made(model: &Model) -> Vec<&'static str> {
    let mut made: Vec<&str> = Vec::new();
    for (_, step) in model.steps().filter(|(_, step)| !step.is_trigger) {
        if !matches!(step.action, Action::Run(_)) {
            continue;
        }
        let commands = step.script().map(|script| script.commands());
        for command in commands.into_iter().flatten() {
            made.extend(made_by(step, command));
        }
    }
    made.sort_unstable();
    made.dedup();
    made
}

fn made_by(step: &Step, command: SimpleCommand<'_>) -> Vec<&'static str> {
    let written: Vec<&str> = command.words().filter_map(Word::literal).collect();
    let says = |phrase: &&str| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        written.windows(phrase.len()).any(|words| words == phrase)
    };
    let by_word = leftover_folders()
        .iter()
        .filter(|folder| folder.made_with.iter().any(says));
    let mut made: Vec<&str> = by_word.map(|folder| folder.name).collect();
    let Some(call) = invocation(command, &step.state.site(&UnknownProject)) else {
        return made;
    };
    let fills = matches!(
        call.action(),
        Does::Install | Does::Download | Does::Build | Does::Upgrade
    );
    if fills && !call.is_global() {
        made.extend(call.manager.outputs);
    }
    made
}

/// Whether `path` is or lies in a folder called one of `made`.
pub(crate) fn is_made(path: &str, made: &[&str]) -> bool {
    made.iter().any(|name| {
        path.match_indices(name).any(|(at, _)| {
            let before = path.get(..at).unwrap_or_default();
            let after = path.get(at + name.len()..).unwrap_or_default();
            (before.is_empty() || before.ends_with('/'))
                && (after.is_empty() || after.starts_with('/'))
        })
    })
}

/// The entries of `context` that the steps of `model`, built with `folder` of it, copy from stages
/// or name, and the patterns that they name them by; nothing of what its steps make.
pub(crate) fn named<C: BuildContext + ?Sized>(
    model: &Model,
    folder: &str,
    context: &C,
    made: &[&str],
) -> Vec<String> {
    let search = Search {
        entries: context.entries().unwrap_or_default(),
        folder,
        left: Cell::new(MAX_ARRIVALS),
        is_lost: Cell::new(false),
    };
    let mut found = Vec::new();
    let mut stages: Vec<Vec<Arrival>> = Vec::new();
    for stage in model.stages() {
        let arrivals = search.stage(stage, &stages, &mut found);
        stages.push(arrivals);
    }
    if search.is_lost.get() {
        found.extend(search.entries.iter().map(|entry| entry.path.clone()));
    }
    found.retain(|path| !is_made(path, made));
    found.sort_unstable();
    found.dedup();
    found
}

/// Something of the context that stands in an image.
#[derive(Debug, Clone)]
struct Arrival {
    /// Relative to the context; empty for all of it.
    context: String,
    /// Absolute.
    image: String,
}

struct Search<'c> {
    entries: &'c [Entry],
    folder: &'c str,
    /// How many arrivals may still be followed in all stages.
    left: Cell<usize>,
    /// Whether there were too many to follow: then everything may be needed.
    is_lost: Cell<bool>,
}

impl Search<'_> {
    /// What of the context is in a stage at its end; adds to `found` what its steps need.
    fn stage(
        &self,
        stage: &Stage,
        before: &[Vec<Arrival>],
        found: &mut Vec<String>,
    ) -> Vec<Arrival> {
        let mut arrivals = match stage.base {
            Base::Stage(id) => {
                let inherited = before.get(id.0).map(Vec::as_slice).unwrap_or_default();
                let mut own = Vec::new();
                self.arrive(&mut own, inherited.iter().cloned());
                own
            }
            _ => Vec::new(),
        };
        for step in stage.steps.iter().filter(|step| !step.is_trigger) {
            match &step.action {
                Action::Copy(copy) => self.copy(copy, before, &mut arrivals, found),
                Action::Env(variables) => {
                    for value in variables.iter().map(|variable| variable.value.as_str()) {
                        self.word(value, step, None, &arrivals, found);
                    }
                }
                Action::Run(run) => {
                    let kept = arrivals.len();
                    for mount in &run.mounts {
                        self.mount(mount, before, &mut arrivals, found);
                    }
                    self.script(step, &arrivals, found);
                    arrivals.truncate(kept);
                }
                _ => self.script(step, &arrivals, found),
            }
        }
        arrivals
    }

    fn copy(
        &self,
        copy: &CopyStep,
        before: &[Vec<Arrival>],
        arrivals: &mut Vec<Arrival>,
        found: &mut Vec<String>,
    ) {
        let Some(destination) = copy.destination.to_known() else {
            return;
        };
        for source in &copy.sources {
            let CopySource::Path { path, .. } = source else {
                continue;
            };
            let Some(path) = path.to_known() else {
                continue;
            };
            let into = match copy.parents {
                true => join(destination, path.trim_start_matches('/')),
                false => destination.to_owned(),
            };
            match copy.from {
                Origin::Context => self.arrive(arrivals, [self.arrival(path, &into)]),
                Origin::Stage(id) => {
                    let there = before.get(id.0).map(Vec::as_slice).unwrap_or_default();
                    self.hand_on(there, path, &into, arrivals, found);
                }
                _ => {}
            }
        }
    }

    fn mount(
        &self,
        mount: &ResolvedMount,
        before: &[Vec<Arrival>],
        arrivals: &mut Vec<Arrival>,
        found: &mut Vec<String>,
    ) {
        let target = mount.target.as_ref().and_then(|target| target.to_known());
        let (Some(source), Some(target)) = (mount.source.to_known(), target) else {
            return;
        };
        match mount.from {
            Origin::Context if mount.kind == MountKind::Bind => {
                self.arrive(arrivals, [self.arrival(source, target)]);
            }
            Origin::Stage(id) => {
                let there = before.get(id.0).map(Vec::as_slice).unwrap_or_default();
                self.hand_on(there, source, target, arrivals, found);
            }
            _ => {}
        }
    }

    /// What a step takes from a stage that has it from the context.
    fn hand_on(
        &self,
        there: &[Arrival],
        path: &str,
        destination: &str,
        arrivals: &mut Vec<Arrival>,
        found: &mut Vec<String>,
    ) {
        let path = clean(path);
        for origin in origins(there, &path) {
            if !origin.is_empty() && (is_pattern(&origin) || self.kind(&origin).is_some()) {
                found.push(origin.clone());
            }
            self.arrive(arrivals, [self.arrival_of(origin, destination)]);
        }
        let within = there.iter().filter_map(|arrival| {
            let rest = below(&arrival.image, &path)?;
            Some(Arrival {
                context: arrival.context.clone(),
                image: join(destination, rest),
            })
        });
        self.arrive(arrivals, within);
    }

    /// Notes what arrives in a stage, as far as it can be followed: stages that copy each other
    /// whole would have ever more of it.
    fn arrive(&self, arrivals: &mut Vec<Arrival>, new: impl IntoIterator<Item = Arrival>) {
        for arrival in new {
            if arrivals.len() == MAX_ARRIVALS_IN_STAGE || self.left.get() == 0 {
                return self.is_lost.set(true);
            }
            self.left.set(self.left.get() - 1);
            arrivals.push(arrival);
        }
    }

    fn arrival(&self, source: &str, destination: &str) -> Arrival {
        let source = clean(source.trim_start_matches('/'));
        let source = match source.as_str() {
            "." => self.folder.to_owned(),
            path => join(self.folder, path),
        };
        self.arrival_of(source, destination)
    }

    /// Folders are copied by what they hold, files by their name.
    fn arrival_of(&self, context: String, destination: &str) -> Arrival {
        if is_pattern(&context) {
            let folder = context.rsplit_once('/').map_or("", |(folder, _)| folder);
            return Arrival {
                context: folder.to_owned(),
                image: clean(destination),
            };
        }
        let is_file = self
            .kind(&context)
            .is_some_and(|it| it != EntryKind::Directory);
        let image = match is_file && destination.ends_with('/') {
            true => join(destination, base(&context)),
            false => clean(destination),
        };
        Arrival { context, image }
    }

    fn script(&self, step: &Step, arrivals: &[Arrival], found: &mut Vec<String>) {
        let commands = step.script().map(|script| script.commands());
        for command in commands.into_iter().flatten() {
            if removes_what_may_be_there(command) {
                continue;
            }
            let site = step.state.site(&UnknownProject);
            let directory = site.directory(command).ok();
            let read = command
                .redirects()
                .filter(|redirect| redirect.kind() == RedirectKind::Input)
                .filter_map(|redirect| redirect.target());
            let values = command.assignments().filter_map(|it| it.value());
            for word in command.words().chain(read).chain(values) {
                let text = text(word);
                self.word(&text, step, directory.as_deref(), arrivals, found);
            }
        }
    }

    /// Adds what a word names: as it is, or any part of it.
    fn word(
        &self,
        word: &str,
        step: &Step,
        directory: Option<&str>,
        arrivals: &[Arrival],
        found: &mut Vec<String>,
    ) {
        self.path(word, step, directory, arrivals, found);
        if word.contains(DIVIDERS) {
            for part in word.split(DIVIDERS) {
                self.path(part, step, directory, arrivals, found);
                // What stood in front of it is not known.
                self.path(
                    part.trim_start_matches('/'),
                    step,
                    directory,
                    arrivals,
                    found,
                );
            }
        }
    }

    fn path(
        &self,
        path: &str,
        step: &Step,
        directory: Option<&str>,
        arrivals: &[Arrival],
        found: &mut Vec<String>,
    ) {
        if path.is_empty() || path.starts_with('-') || path.contains(char::is_whitespace) {
            return;
        }
        if !path.starts_with('/') {
            self.keep(join(self.folder, path), found);
        }
        let workdir = directory.or_else(|| step.state.workdir().to_known());
        let absolute = match (path.starts_with('/'), workdir) {
            (true, _) => clean(path),
            (false, Some(workdir)) => join(workdir, path),
            (false, None) => return,
        };
        for origin in origins(arrivals, &absolute) {
            self.keep(origin, found);
        }
    }

    fn keep(&self, path: String, found: &mut Vec<String>) {
        let is_there =
            is_pattern(&path) && path.contains(char::is_alphanumeric) || self.kind(&path).is_some();
        if is_there {
            found.push(path);
        }
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let at = self
            .entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path))
            .ok()?;
        self.entries.get(at).map(|entry| entry.kind)
    }
}

/// `rm -f` minds nothing that is not there.
fn removes_what_may_be_there(command: SimpleCommand<'_>) -> bool {
    let is_forced = |flag: &str| flag == "--force" || !flag.starts_with("--") && flag.contains('f');
    command.name() == Some("rm")
        && command
            .args()
            .filter_map(Word::literal)
            .any(|arg| arg.starts_with('-') && is_forced(arg))
}

fn text(word: Word<'_>) -> String {
    word.literal().map_or_else(|| word.render(), str::to_owned)
}

fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?', '['])
}

/// What of the context an absolute path of an image is.
fn origins(arrivals: &[Arrival], path: &str) -> Vec<String> {
    let found = arrivals.iter().filter_map(|arrival| {
        if arrival.image == path {
            return Some(arrival.context.clone());
        }
        let rest = below(path, &arrival.image)?;
        Some(match arrival.context.as_str() {
            "" => rest.to_owned(),
            context => join(context, rest),
        })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::named;
    use crate::context::MemoryContext;
    use crate::model::{Model, ModelOptions};

    #[test]
    fn stages_that_copy_each_other_whole_come_to_an_end() {
        let mut text = "FROM a AS s0\nCOPY . /x\n".to_owned();
        for stage in 1..40 {
            let before = stage - 1;
            text.push_str(&format!(
                "FROM a AS s{stage}\nCOPY --from=s{before} / /a\nCOPY --from=s{before} / /b\n"
            ));
        }
        let file = dflint_parser::parse(&text);
        let model = Model::new(&file, &ModelOptions::default());
        let context = MemoryContext::new([("nobody/names/it", "")]);
        let found = named(&model, "", &context, &[]);
        assert!(found.contains(&"nobody/names/it".to_owned()), "{found:?}");
    }
}
