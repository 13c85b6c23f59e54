//! How a build is told from what it makes, and where that can run.
//!
//! The table is `data/stage-splits.toml`; `data/README.md` documents its keys.

use crate::base_image::Family;
use crate::glob;

mod tag;

/// A language whose builds can be told from the programs that they make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Language {
    /// What people call it.
    pub title: &'static str,
    /// The package manager or build tool, by its name in the tables or its command.
    pub tool: &'static str,
    /// The subcommands, or for scripts and goals the words, that build; empty: every call does.
    pub builds: &'static [&'static str],
    /// What a build makes.
    pub artefact: Artefact,
    /// What stays in the image for nothing, for messages.
    pub leaves: &'static str,
    /// What a person must check before the program is trusted to run alone: "that …", for titles.
    pub check: &'static str,
    /// The command that drops packages which only the build needs; empty where there is none.
    pub prune: &'static str,
    /// What the second stage looks like, for messages.
    pub shape: Shape,
    /// Files that a build reads and the program does not: names with `*` as wildcard, folders with
    /// a slash at the end.
    pub sources: &'static [&'static str],
    /// Files of the build that say whether its result stands alone: file and what it holds.
    pub proofs: &'static [(&'static str, &'static [&'static str])],
    /// Words of a source file that starts other programs.
    pub starts_programs: &'static [&'static str],
    /// Variables that only the build reads, `*` as wildcard.
    pub build_env: &'static [&'static str],
    /// Repositories that the final stage stands on too.
    pub keeps_base: &'static [&'static str],
    /// Where the program can run, in the order in which they are tried.
    pub runtimes: &'static [Runtime],
}

/// What a build makes, and how the place is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Artefact {
    /// A program, at `-o` or named as its package.
    GoProgram,
    /// A program in `target/release`, or installed by `cargo install`.
    CargoProgram,
    /// A program that `make` or `cmake` leaves in the folder of the sources.
    CompiledProgram,
    /// An archive that `java -jar` runs.
    Jar,
    /// A folder of assemblies that `dotnet` runs.
    PublishedFolder,
    /// A folder of scripts, and the packages that they import.
    NodeBuild,
    /// Installed packages beside a project that runs as it is.
    PythonPackages,
}

/// The two lines that a message shows of the second stage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Its base image.
    pub from: &'static str,
    /// Its `COPY`.
    pub copy: &'static str,
}

/// Where what was built on one image can run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Runtime {
    /// The repository that the build stage is based on, with its registry.
    pub image: &'static str,
    /// The tags: text with `{number}` for digits and dots and `{debian}` for a release of Debian.
    pub tag: &'static str,
    /// The base of the final stage; `{1}` is what stands for the first placeholder of the tag.
    pub from: &'static str,
    /// Packages of the distribution that the build image holds and the program may need.
    pub packages: &'static [&'static str],
    /// `ENV` that undoes what only the final stage's base sets; empty for nothing.
    pub env: &'static [&'static str],
}

/// What a final stage on a distribution needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distribution {
    /// Which one.
    pub family: Family,
    /// The command that installs `{packages}`, with `{flag}` where the flag against recommended
    /// packages stands.
    pub install: &'static str,
    /// That flag; empty where there is none.
    pub no_recommends: &'static str,
    /// Commands that its images certainly have, besides those that all have.
    pub commands: &'static [&'static str],
    /// Packages of compilers.
    pub compilers: &'static [&'static str],
    /// Packages of the libraries that come with them, and that programs may load.
    pub compiler_libraries: &'static [&'static str],
    /// Commands and the packages that have them, where base images may lack them.
    pub command_packages: &'static [(&'static str, &'static str)],
}

/// What commands in front of a build, or behind it, mean for the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commands {
    /// They leave nothing that the program needs.
    pub harmless: &'static [&'static str],
    /// They only print or set variables.
    pub printing: &'static [&'static str],
    /// The final stage repeats them.
    pub repeated: &'static [&'static str],
    /// They build, in the folder of the sources.
    pub builders: &'static [&'static str],
    /// They may follow a build in its stage.
    pub tidying: &'static [&'static str],
}

mod table {
    use super::*;

    include!(concat!(env!("OUT_DIR"), "/stage_splits.rs"));
}

/// Every language.
#[must_use]
pub fn languages() -> &'static [Language] {
    table::LANGUAGES
}

/// The language that the image `repository` builds.
#[must_use]
pub fn language_of_image(repository: &str) -> Option<&'static Language> {
    let builds_there = |language: &&Language| {
        let mut runtimes = language.runtimes.iter();
        runtimes.any(|runtime| runtime.image == repository)
    };
    table::LANGUAGES.iter().find(builds_there)
}

/// Whether the package `name` of a distribution is a tool that no program needs when it runs.
#[must_use]
pub fn is_build_tool(name: &str) -> bool {
    table::BUILD_TOOLS.contains(&name)
}

/// Whether the package `name` of a distribution stays behind with the build: a
/// [tool](is_build_tool), or another that hardly a program needs.
#[must_use]
pub fn is_build_package(name: &str) -> bool {
    is_build_tool(name) || table::BUILD_PACKAGES.contains(&name)
}

/// Whether the image `repository` holds no compilers of its own.
#[must_use]
pub fn is_plain_base(repository: &str) -> bool {
    table::PLAIN_BASES.contains(&repository)
}

/// Whether neither a build nor the program reads the file at `path` (relative, with `/`).
#[must_use]
pub fn is_neutral_file(path: &str) -> bool {
    names_file(table::NEUTRAL_FILES, path)
}

/// What a final stage on a distribution needs to know.
#[must_use]
pub fn distribution(family: Family) -> Option<&'static Distribution> {
    table::DISTRIBUTIONS
        .iter()
        .find(|known| known.family == family)
}

/// What commands around a build mean for the program.
#[must_use]
pub fn commands() -> &'static Commands {
    &table::COMMANDS
}

impl Language {
    /// The base of the final stage for a build on `repository:tag`, with its entry.
    #[must_use]
    pub fn runtime(&self, repository: &str, tag: &str) -> Option<(&'static Runtime, String)> {
        let mut runtimes = self.runtimes.iter();
        runtimes.find_map(|runtime| {
            let captured = (runtime.image == repository)
                .then(|| tag::captures(runtime.tag, tag))
                .flatten()?;
            Some((runtime, tag::fill(runtime.from, &captured)))
        })
    }

    /// Whether only the build reads the variable `name`.
    #[must_use]
    pub fn is_build_variable(&self, name: &str) -> bool {
        self.build_env
            .iter()
            .any(|known| glob::matches(known, name))
    }

    /// Whether only the build reads the file at `path` (relative, with `/`).
    #[must_use]
    pub fn is_source(&self, path: &str) -> bool {
        names_file(self.sources, path)
    }
}

/// Whether one of the patterns is about the file at `path`: by its name, or where the pattern ends
/// with a slash by that of a folder that it is in.
fn names_file(patterns: &[&str], path: &str) -> bool {
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    patterns.iter().any(|known| match known.strip_suffix('/') {
        Some(folder) => folders.split('/').any(|part| glob::matches(folder, part)),
        None => glob::matches(known, name),
    })
}
