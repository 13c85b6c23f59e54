//! Installations that read a few files of the project.

use dflint_build::packages::{Flag, Invocation};
use dflint_build::path::{base, join};
use dflint_build::{State, Step};
use dflint_knowledge::package_manager::{Action, CopyOrder, Stop};

use crate::package_calls::{self, RunCommand};

/// Flags that make a package manager work in another directory.
const DIRECTORY_FLAGS: &[&str] = &[
    "--prefix",
    "-C",
    "--cwd",
    "--dir",
    "--directory",
    "--working-dir",
    "--project",
    "--manifest-path",
];

/// Flags by which Maven and Gradle are told another build file or directory.
const BUILD_FILE_FLAGS: &[&str] = &["-f", "--file", "-p", "--project-dir", "-b", "--build-file"];

/// Flags behind which pip and its kin take a package as a folder or archive.
const EDITABLE_FLAGS: &[&str] = &["-e", "--editable"];

/// The file whose groups pip and uv install, unless they are told another.
const GROUPS_FILE: &str = "pyproject.toml";

/// A command that installs what manifests of the project name.
pub(super) struct Install<'m> {
    /// Position in the stage's steps.
    pub(super) at: usize,
    pub(super) call: &'m Invocation<'m>,
    pub(super) order: &'static CopyOrder,
    /// The directory it runs in, where it is known.
    pub(super) directory: Option<String>,
    /// The files it must find, absolute in the image.
    pub(super) needs: Needs,
}

/// The files that an installation must find.
pub(super) enum Needs {
    /// These, absolute in the image.
    Files(Vec<String>),
    /// The ones of this name or pattern, one of which is enough, in the directory.
    OneOf(&'static [&'static str]),
    /// It cannot be told which.
    Unknown,
}

impl<'m> Install<'m> {
    /// The installation that `command` of `step` is.
    pub(super) fn of(at: usize, step: &Step<'_>, command: &'m RunCommand<'m>) -> Option<Self> {
        let call = command.call.as_ref()?;
        let words = call.subcommand.words;
        let mut orders = call.manager.copy_orders.iter();
        let order = orders.find(|order| order.subcommands.contains(&words))?;
        if call.is_offline || is_vendored(call) {
            return None;
        }
        if call.is_global() {
            return None;
        }
        let directory = directory(&step.state, call);
        let place = directory.as_deref();
        let needs = match (order.by_hand, order.needs_from) {
            (Some(_), _) => needs_of_build(call, order, place)?,
            (None, []) => needs_of_project(call, order, place)?,
            (None, _) => needs_of_flags(call, order, place)?,
        };
        Some(Self {
            at,
            call,
            order,
            directory,
            needs,
        })
    }

    /// The installation of the project in the working directory that `command` is: `pip install .`.
    pub(super) fn of_own_project(
        at: usize,
        step: &Step<'_>,
        command: &'m RunCommand<'m>,
    ) -> Option<Self> {
        let call = command.call.as_ref()?;
        let words = call.subcommand.words;
        let mut orders = call.manager.copy_orders.iter();
        let order = orders.find(|order| {
            order.subcommands.contains(&words) && order.stops.contains(&Stop::InstallsProject)
        })?;
        let operands = call.operands.iter().map(|word| word.render());
        let editables = call.flags.iter().filter(is_editable);
        let editables = editables.filter_map(|flag| flag.value.clone());
        let is_own = |package: String| package == "." || package.starts_with(".[");
        let installs_own = operands.chain(editables).any(is_own);
        if !installs_own || call.flag("--no-deps").is_some() || call.is_offline {
            return None;
        }
        let directory = directory(&step.state, call);
        Some(Self {
            at,
            call,
            order,
            directory,
            needs: Needs::Unknown,
        })
    }

    /// How people call it: `uv sync`, `mvn clean package`.
    pub(super) fn name(&self) -> String {
        let written = match self.call.subcommand.words {
            "*" => self.goals(),
            words => words.to_owned(),
        };
        format!("{} {written}", self.call.name)
            .trim_end()
            .to_owned()
    }

    /// The words of a manager whose subcommands are names of the project's own.
    fn goals(&self) -> String {
        let words = self.call.subcommand_words.iter().chain(&self.call.operands);
        let words: Vec<&str> = words.filter_map(|word| word.literal()).collect();
        words.join(" ")
    }

    /// Whether it installs what `other` installs, as the second of two steps does.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        if self.call.manager.name != other.call.manager.name {
            return false;
        }
        match (&self.needs, &other.needs) {
            (Needs::Files(own), Needs::Files(others)) if !self.order.needs_from.is_empty() => {
                !own.is_empty() && own.iter().all(|file| others.contains(file))
            }
            _ => self.order.needs_from.is_empty(),
        }
    }
}

fn directory(state: &State, call: &Invocation<'_>) -> Option<String> {
    if call
        .flags
        .iter()
        .any(|flag| DIRECTORY_FLAGS.contains(&flag.name.as_str()))
    {
        return None;
    }
    package_calls::directory(state, call.command)
}

/// Whether it takes the dependencies from the source (`go build -mod=vendor`).
fn is_vendored(call: &Invocation<'_>) -> bool {
    let mode = call.flag("-mod").and_then(|flag| flag.value.as_deref());
    mode == Some("vendor")
}

/// What a command needs that builds the project; `None` where it installs a named package.
fn needs_of_build(
    call: &Invocation<'_>,
    order: &CopyOrder,
    directory: Option<&str>,
) -> Option<Needs> {
    let is_own = |operand: &str| operand.starts_with('.');
    let mut operands = call.operands.iter().filter_map(|word| word.literal());
    let names_package = matches!(call.action(), Action::Install)
        && (call.flag("--git").is_some() || operands.any(|operand| !is_own(operand)));
    // `mvn --version` has no goal.
    let is_idle = call.subcommand.words == "*" && call.operands.is_empty();
    if names_package || is_idle {
        return None;
    }
    let elsewhere = BUILD_FILE_FLAGS
        .iter()
        .any(|flag| call.flag(flag).is_some());
    Some(match directory.filter(|_| !elsewhere) {
        None => Needs::Unknown,
        Some(directory) => needs_in(order, directory),
    })
}

/// What a manager needs that installs what its manifest names; `None` where the call names
/// packages instead.
fn needs_of_project(
    call: &Invocation<'_>,
    order: &CopyOrder,
    directory: Option<&str>,
) -> Option<Needs> {
    if !call.operands.is_empty() {
        return needs_of_operands(call, order, directory);
    }
    Some(match directory {
        None => Needs::Unknown,
        Some(directory) => needs_in(order, directory),
    })
}

/// The manifests of the table, in `directory`.
pub(super) fn needs_in(order: &CopyOrder, directory: &str) -> Needs {
    if order.needs.is_empty() {
        return Needs::OneOf(order.needs_one);
    }
    let files = order.needs.iter().map(|name| join(directory, name));
    Needs::Files(files.collect())
}

/// `dotnet restore app/app.csproj`.
fn needs_of_operands(
    call: &Invocation<'_>,
    order: &CopyOrder,
    directory: Option<&str>,
) -> Option<Needs> {
    let mut files = Vec::new();
    for operand in &call.operands {
        let operand = operand.literal()?;
        let mut patterns = order.needs.iter().chain(order.needs_one);
        if !patterns.any(|pattern| matches(pattern, base(operand))) {
            return None;
        }
        files.push(join(directory?, operand));
    }
    Some(Needs::Files(files))
}

/// What a manager needs that is told its files; `None` where it installs the project itself.
fn needs_of_flags(
    call: &Invocation<'_>,
    order: &CopyOrder,
    directory: Option<&str>,
) -> Option<Needs> {
    let mut packages = call.operands.iter().map(|word| word.render());
    let mut editables = call.flags.iter().filter(is_editable);
    if packages.any(|package| is_local(&package))
        || editables.any(|flag| flag.value.as_deref().is_none_or(is_local))
    {
        return None;
    }
    let mut files = Vec::new();
    for flag in &call.flags {
        let Some(value) = value_of_file_flag(flag, order) else {
            continue;
        };
        if value.contains("://") {
            continue;
        }
        let Some(directory) = directory.filter(|_| !value.contains('$')) else {
            return Some(Needs::Unknown);
        };
        match value.starts_with('/') {
            true => files.push(value.to_owned()),
            false => files.push(join(directory, value)),
        }
    }
    if files.is_empty() && call.operands.is_empty() {
        return None;
    }
    Some(Needs::Files(files))
}

fn is_editable(flag: &&Flag<'_>) -> bool {
    EDITABLE_FLAGS.contains(&flag.name.as_str())
}

/// The file that a flag names: `-r file`, `-rfile`, `--requirement=file`, `--group file:name`.
fn value_of_file_flag<'f>(flag: &'f Flag<'_>, order: &CopyOrder) -> Option<&'f str> {
    if order.group_flags.contains(&flag.name.as_str()) {
        let group = flag.value.as_deref()?;
        return Some(group.rsplit_once(':').map_or(GROUPS_FILE, |(file, _)| file));
    }
    if order.needs_from.contains(&flag.name.as_str()) {
        return flag.value.as_deref();
    }
    let short = |known: &&&str| known.len() == 2 && flag.name.starts_with(**known);
    let known = order.needs_from.iter().find(short)?;
    flag.name
        .strip_prefix(known)
        .filter(|rest| !rest.is_empty())
}

/// Whether pip would take the word for a folder or archive of its own disk.
pub(super) fn is_local(package: &str) -> bool {
    let archive = [".whl", ".tar.gz", ".zip", ".tar.bz2"]
        .iter()
        .any(|end| package.ends_with(end));
    package == "."
        || [".[", "./", "../", "/", "file:", "~/"]
            .iter()
            .any(|start| package.starts_with(start))
        || archive && !package.contains("://")
}

/// `*.csproj`
fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => name.ends_with(end),
        None => pattern == name,
    }
}
