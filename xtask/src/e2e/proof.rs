//! One case: builds before and after a fix, and what they show.

use std::fs;
use std::path::Path;

use anyhow::{Context, ensure};
use tempfile::TempDir;

use super::case::{Case, Change};
use super::dflint::Dflint;
use super::engine::{Build, Engine};
use super::image::Difference;
use super::registry::{self, Registry};
use super::row::{Counts, Division, Row, Subject};

/// What any two builds of one Dockerfile may differ in.
const ALWAYS_ALLOWED: [&str; 4] = [
    // Times, and the order in which apt fetched.
    "var/log",
    // Inode numbers and times of the libraries.
    "var/cache/ldconfig/aux-cache",
    // Compiled JavaScript, with times.
    "tmp/v8-compile-cache-0",
    // Written by the engine for each container.
    "etc/hostname",
];

/// Who fixes a Dockerfile.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fixer<'a> {
    Dflint(&'a Dflint),
    /// `after/Dockerfile` of the case.
    Person,
}

/// One case while it runs.
pub(super) struct Proof<'a> {
    case: &'a Case,
    engine: &'a Engine,
    registry: &'a Registry,
    fixer: Fixer<'a>,
    /// Separates the caches of this run from those of others.
    run: String,
}

/// The project on one side of the fix.
struct Side {
    folder: TempDir,
    tag: String,
    /// The base images by the names that the Dockerfile uses. Each side has its own, so that no
    /// step of one side is found in the layer cache of the other, or of another run.
    bases: Vec<(String, String)>,
}

impl<'a> Proof<'a> {
    pub(super) fn new(
        case: &'a Case,
        engine: &'a Engine,
        registry: &'a Registry,
        fixer: Fixer<'a>,
    ) -> Self {
        Self {
            case,
            engine,
            registry,
            fixer,
            run: format!("{}-{}", case.name, std::process::id()),
        }
    }

    /// Builds everything and compares.
    ///
    /// # Errors
    /// dflint fixed nothing, or a build failed.
    pub(super) fn run(&self) -> anyhow::Result<Row> {
        let (before, after) = self.sides()?;
        let since = self.engine.clock()?;
        self.build(&before, true)?;
        let mut original = self.engine.image(&before.tag, &since)?;
        let mut compare = || -> anyhow::Result<Difference> {
            self.build(&after, true)?;
            let mut fixed = self.engine.image(&after.tag, &since)?;
            self.engine.add_files(&before.tag, &mut original, &fixed)?;
            self.engine.add_files(&after.tag, &mut fixed, &original)?;
            let difference = original.difference(&fixed).without(&self.allowed());
            Ok(difference.without_modes(&self.allowed_modes()))
        };
        let differences = [compare()?, compare()?];
        let source = self.after(Change::Source, [&before, &after])?;
        let dependency = self.after(Change::Dependency, [&before, &after])?;
        let subject = self.subject(&before)?;
        self.forget([&before, &after]);
        Ok(Row {
            subject,
            files: original.made(),
            differences,
            source,
            dependency,
        })
    }

    /// Builds a case whose fix makes another image on purpose, and runs the program in both.
    ///
    /// # Errors
    /// dflint fixed nothing, a build failed, or the program did.
    pub(super) fn divide(&self, output: &str) -> anyhow::Result<Division> {
        let (before, after) = self.sides()?;
        let look_at = |side: &Side| -> anyhow::Result<(String, u64)> {
            self.build(side, true)?;
            let printed = self.engine.output_in(&side.tag, output)?;
            Ok((printed, self.engine.size(&side.tag)?))
        };
        let (was_printed, size_before) = look_at(&before)?;
        let (is_printed, size_after) = look_at(&after)?;
        let subject = self.subject(&before)?;
        self.forget([&before, &after]);
        Ok(Division {
            subject,
            outputs: [was_printed, is_printed],
            sizes: [size_before, size_after],
        })
    }

    /// The project as it is and as it was fixed.
    fn sides(&self) -> anyhow::Result<(Side, Side)> {
        let before = self.side("before")?;
        let after = self.side("after")?;
        self.write(Change::None, [&before, &after])?;
        self.fix(after.folder.path())?;
        Ok((before, after))
    }

    fn subject(&self, before: &Side) -> anyhow::Result<Subject> {
        let settings = &self.case.settings;
        let base = before.bases.first().map_or(&before.tag, |(_, tag)| tag);
        let clock = self.engine.clock()?;
        let day = clock.split('T').next().unwrap_or(&clock);
        Ok(Subject {
            name: self.case.name.clone(),
            about: settings.about.clone(),
            is_unsafe: settings.unsafe_fixes,
            version: self.engine.first_line(base, &settings.version)?,
            stamp: format!("{day}, {}", self.engine.version),
        })
    }

    /// Removes what the case has made, but for the base images.
    fn forget(&self, sides: [&Side; 2]) {
        let mut tags: Vec<&str> = sides.iter().map(|side| side.tag.as_str()).collect();
        let bases = sides.iter().flat_map(|side| &side.bases);
        tags.extend(bases.map(|(_, tag)| tag.as_str()));
        self.engine.remove(&tags);
    }

    fn side(&self, name: &str) -> anyhow::Result<Side> {
        let mut bases = Vec::new();
        for (number, base) in self.case.settings.base.iter().enumerate() {
            let tag = format!("dflint-e2e/{}:{name}-base{number}", self.case.name);
            let image = match &base.file {
                Some(file) => self.make_base(file, number)?,
                None => base.image.clone(),
            };
            let run = &self.run;
            self.build_text(
                &tag,
                &format!("FROM {image}\nRUN echo {run}-{name} > /.dflint-e2e\n"),
            )?;
            bases.push((base.image.clone(), tag));
        }
        Ok(Side {
            folder: tempfile::tempdir()?,
            tag: format!("dflint-e2e/{}:{name}", self.case.name),
            bases,
        })
    }

    fn make_base(&self, file: &str, number: usize) -> anyhow::Result<String> {
        let path = self.case.folder.join(file);
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let tag = format!("dflint-e2e/{}:base{number}", self.case.name);
        self.build_text(&tag, &text)?;
        Ok(tag)
    }

    fn build_text(&self, tag: &str, text: &str) -> anyhow::Result<()> {
        let context = tempfile::tempdir()?;
        fs::write(context.path().join("Dockerfile"), text)?;
        self.engine.build(&Build {
            context: context.path(),
            tag,
            bases: &[],
            cache: &self.run,
            fresh: false,
            arguments: &[("REGISTRY", &self.registry_url())],
        })?;
        Ok(())
    }

    fn registry_url(&self) -> String {
        let kind = self.case.settings.registry.as_deref();
        kind.map_or_else(String::new, registry::address)
    }

    /// Builds both sides after a change.
    fn after(&self, change: Change, sides: [&Side; 2]) -> anyhow::Result<Option<[Counts; 2]>> {
        if !self.case.has(change) {
            return Ok(None);
        }
        self.write(change, sides)?;
        let [before, after] = sides;
        Ok(Some([
            self.build(before, false)?,
            self.build(after, false)?,
        ]))
    }

    /// Brings both sides to a change; their Dockerfiles stay.
    fn write(&self, change: Change, sides: [&Side; 2]) -> anyhow::Result<()> {
        for side in sides {
            self.case
                .write(change, &self.registry_url(), side.folder.path())?;
        }
        Ok(())
    }

    fn build(&self, side: &Side, fresh: bool) -> anyhow::Result<Counts> {
        self.registry.take_fetched();
        let work = self.engine.build(&Build {
            context: side.folder.path(),
            tag: &side.tag,
            bases: &side.bases,
            cache: &self.run,
            fresh,
            arguments: &[],
        })?;
        Ok(Counts {
            steps: work.ran,
            packages: self.registry.take_fetched() + work.archives,
        })
    }

    /// Lets dflint, or a person, fix the Dockerfile in `folder`.
    fn fix(&self, folder: &Path) -> anyhow::Result<()> {
        let file = folder.join("Dockerfile");
        let before = fs::read(&file)?;
        let settings = &self.case.settings;
        match self.fixer {
            Fixer::Person => {
                fs::copy(self.case.folder.join("after/Dockerfile"), &file)?;
            }
            Fixer::Dflint(dflint) => {
                dflint.fix(
                    folder,
                    "Dockerfile",
                    &settings.select,
                    settings.unsafe_fixes,
                )?;
            }
        }
        ensure!(before != fs::read(&file)?, "the Dockerfile was not fixed");
        Ok(())
    }

    /// The paths that may differ, with everything below them.
    fn allowed(&self) -> Vec<&str> {
        let own = self.case.settings.allow.iter();
        let own = own.filter(|allowance| !allowance.mode_only);
        let own = own.map(|allowance| allowance.path.as_str());
        ALWAYS_ALLOWED.into_iter().chain(own).collect()
    }

    /// The paths that may have another mode or owner.
    fn allowed_modes(&self) -> Vec<&str> {
        let own = self.case.settings.allow.iter();
        let own = own.filter(|allowance| allowance.mode_only);
        own.map(|allowance| allowance.path.as_str()).collect()
    }
}
