//! Copies from the build context: what they bring, and where it lands.

use dflint_build::path::{base, join};
use dflint_build::{Action, BuildContext, CopySource, CopyStep, EntryKind, Origin, Step};
use dflint_knowledge::package_manager::{CopyOrder, package_managers};
use dflint_parser::{Command, Flag};

use crate::place::{below, folder, relative};
use crate::sent_files::kind_of;

/// Endings of files that people change all day.
const SOURCE_ENDINGS: &[&str] = &[
    "c", "cc", "clj", "cpp", "cs", "css", "ex", "exs", "fs", "go", "h", "hs", "html", "java", "js",
    "jsx", "kt", "mjs", "php", "pl", "py", "r", "rb", "rs", "scala", "svelte", "swift", "ts",
    "tsx", "vue",
];

/// Folders that hold what an installation may need, or what hardly ever changes.
const SUPPORT_FOLDERS: &[&str] = &[
    ".cargo",
    ".devcontainer",
    ".docker",
    ".mvn",
    ".npm",
    ".ssh",
    ".yarn",
    "bin",
    "certs",
    "conf",
    "conf.d",
    "config",
    "configs",
    "constraints",
    "deps",
    "dist",
    "docker",
    "docker-entrypoint.d",
    "entrypoint.d",
    "etc",
    "gradle",
    "hooks",
    "jars",
    "licenses",
    "nginx",
    "patches",
    "prisma",
    "requirements",
    "reqs",
    "root",
    "rootfs",
    "scripts",
    "setup",
    "third_party",
    "tools",
    "vendor",
    "wheels",
];

/// A copy from the build context in one stage.
#[derive(Clone, Copy)]
pub(super) struct ContextCopy<'m> {
    /// Position in the stage's steps.
    pub(super) at: usize,
    pub(super) copy: &'m CopyStep,
    /// The instruction word as written.
    pub(super) keyword: &'m str,
    /// The destination as written.
    pub(super) written_destination: &'m str,
    flags: &'m [Flag<'m>],
}

impl<'m> ContextCopy<'m> {
    /// The copy that the step at position `at` is, where it takes files from the build context.
    pub(super) fn new(at: usize, step: &'m Step<'_>) -> Option<Self> {
        let (Action::Copy(copy), Command::Copy(written) | Command::Add(written)) =
            (&step.action, &step.instruction.command)
        else {
            return None;
        };
        let from_context = copy.from == Origin::Context;
        from_context.then_some(Self {
            at,
            copy,
            keyword: step.instruction.keyword.as_str(),
            written_destination: written.destination.as_str(),
            flags: &step.instruction.flags,
        })
    }

    /// Whether it brings source code: files that change with every commit.
    pub(super) fn brings_source(self, context: Option<&dyn BuildContext>) -> bool {
        self.sources()
            .any(|path| is_source(path, self.destination(), context))
    }

    /// The destination, absolute; empty where it is not known.
    pub(super) fn destination(self) -> &'m str {
        self.copy.destination.to_known().unwrap_or_default()
    }

    /// The flags as written, without quotes.
    pub(super) fn flags(self) -> impl Iterator<Item = &'m str> {
        self.flags.iter().map(|flag| flag.word.as_str())
    }

    /// Where it puts a file of the context, absolute in the image.
    pub(super) fn place_of(self, file: &str, context: &dyn BuildContext) -> Option<String> {
        let destination = self.destination();
        let places = self.sources().filter_map(|source| {
            let root = relative(source).trim_end_matches('/');
            match root.is_empty() {
                true => Some(join(destination, file)),
                false => match below(&format!("/{file}"), source) {
                    Some(inside) => Some(join(destination, inside)),
                    None => (root == file).then(|| join(destination, base(file))),
                },
            }
        });
        let mut places = places.filter(|place| {
            let brought = self.brings_to(place, Some(context));
            brought.is_some_and(|brought| brought == file)
        });
        places.next()
    }

    /// The known paths it takes, absolute inside the context.
    pub(super) fn sources(self) -> impl Iterator<Item = &'m str> {
        self.copy.sources.iter().filter_map(|source| match source {
            CopySource::Path { path, .. } => path.to_known(),
            _ => None,
        })
    }

    /// The file of the context that it puts at `place` in the image, relative to the context.
    ///
    /// Patterns are matched with the context's files; without a context they bring nothing.
    pub(super) fn brings_to(
        self,
        place: &str,
        context: Option<&dyn BuildContext>,
    ) -> Option<String> {
        if self.copy.parents || !self.copy.exclude.is_empty() {
            return None;
        }
        let destination = self.destination();
        let into_directory = destination.ends_with('/') || self.copy.sources.len() > 1;
        self.sources().find_map(|source| {
            if source.contains(['*', '?', '[']) {
                let file = join(folder(source), base(place));
                let lands = join(destination, base(place)) == place;
                let there = context.is_some_and(|context| context.is_sent(relative(&file)));
                let matches =
                    dflint_build::dockerignore::selects(relative(source), relative(&file));
                return (lands && there && matches).then(|| relative(&file).to_owned());
            }
            if is_directory(source, destination, context) {
                let inside = below(place, destination)?;
                return Some(relative(&join(source, inside)).to_owned());
            }
            let lands = match into_directory {
                true => join(destination, base(source)),
                false => destination.to_owned(),
            };
            (lands == place).then(|| relative(source).to_owned())
        })
    }
}

/// Whether the source is a directory, as far as that can be told.
fn is_directory(source: &str, destination: &str, context: Option<&dyn BuildContext>) -> bool {
    if relative(source).is_empty() || source.ends_with('/') {
        return true;
    }
    match context.and_then(|context| kind_of(context, source)) {
        Some(kind) => kind == EntryKind::Directory,
        None => looks_like_directory(source, destination),
    }
}

/// `src` in `COPY src ./src`: a name without ending that the destination repeats.
fn looks_like_directory(source: &str, destination: &str) -> bool {
    let name = base(source);
    let repeated = destination.trim_end_matches('/').rsplit('/').next() == Some(name);
    let usual = matches!(
        name,
        "src" | "app" | "lib" | "source" | "cmd" | "pkg" | "internal"
    );
    let plain = name
        .chars()
        .all(|c| !c.is_ascii_uppercase() && !".*?[".contains(c));
    (repeated || usual) && plain && !is_manifest(name)
}

fn is_source(path: &str, destination: &str, context: Option<&dyn BuildContext>) -> bool {
    let name = base(path.trim_end_matches('/'));
    if relative(path).is_empty() {
        return true;
    }
    if is_directory(path, destination, context) {
        return !SUPPORT_FOLDERS.contains(&name) && !is_read_by_managers(path);
    }
    if name == "*" {
        return true;
    }
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    let settings = name.contains(".config.") || name.contains("rc.");
    ending.is_some_and(|ending| SOURCE_ENDINGS.contains(&ending)) && !settings && !is_manifest(name)
}

/// Whether a package manager reads this folder before it installs: `.yarn/cache`.
fn is_read_by_managers(folder: &str) -> bool {
    let folder = relative(folder).trim_end_matches('/');
    let mut orders = package_managers()
        .iter()
        .flat_map(|manager| manager.copy_orders);
    orders.any(|order| order.optional.contains(&folder))
}

/// Whether a package manager reads a file of this name before it installs.
fn is_manifest(name: &str) -> bool {
    let listed = |order: &CopyOrder| {
        let mut lists = [order.needs, order.needs_one, order.optional]
            .into_iter()
            .flatten();
        lists.any(|pattern| base(pattern) == name)
    };
    let mut orders = package_managers()
        .iter()
        .flat_map(|manager| manager.copy_orders);
    name == "setup.py" || orders.any(listed)
}
