//! The files that have to be copied before the installation.

use dflint_build::path::{base, join};
use dflint_build::{BuildContext, EntryKind, Stage};

use crate::place::{folder, is_within, relative};
use crate::sent_files::{kind_of, sent_files};

use super::super::context_copy::ContextCopy;
use super::super::install::{Install, Needs};
use super::super::outputs;
use super::super::stops::Manifests;
use super::super::{Late, all_context_copies};

/// The most files of a folder that are copied by name.
const MAX_FILES: usize = 20;

/// What the installation reads.
pub(super) struct Wanted {
    /// The files that only the moved copies bring, each with its copy and its place in the image.
    pub(super) missing: Vec<Missing>,
    /// All files, relative to the context.
    pub(super) reads: Vec<String>,
}

/// A file that needs a copy of its own.
pub(super) struct Missing {
    /// Position of the step that brings it now.
    copy: usize,
    /// Relative to the context.
    file: String,
    /// Absolute in the image.
    place: String,
    /// Whether it is a folder with all that is in it.
    is_folder: bool,
}

/// Finds what the installations read, and checks that nothing else is needed.
///
/// # Errors
/// Why the installations need more than their manifests.
pub(super) fn wanted(
    context: &dyn BuildContext,
    stage: &Stage,
    late: &Late,
    installs: &[Install],
) -> Result<Wanted, String> {
    let mut finder = Finder {
        context,
        late,
        copies: all_context_copies(stage, late.install.at).collect(),
        wanted: Wanted {
            missing: Vec::new(),
            reads: Vec::new(),
        },
    };
    for install in installs {
        finder.add(install)?;
    }
    Ok(finder.wanted)
}

struct Finder<'f, 'm> {
    context: &'f dyn BuildContext,
    late: &'f Late<'m>,
    copies: Vec<ContextCopy<'m>>,
    wanted: Wanted,
}

impl Finder<'_, '_> {
    fn add(&mut self, install: &Install) -> Result<(), String> {
        let directory = install.directory.clone().unwrap_or_default();
        let mut files = Vec::new();
        match &install.needs {
            Needs::Files(places) => {
                for place in places {
                    let file = self.take(place);
                    files.push(
                        file.ok_or_else(|| {
                            format!("`{}` is not in the build context", base(place))
                        })?,
                    );
                }
            }
            Needs::OneOf(patterns) => {
                let before = files.len();
                for pattern in *patterns {
                    files.extend(self.take_matching(&directory, pattern)?);
                }
                if files.len() == before {
                    return Err("the manifest is not in the build context".to_owned());
                }
            }
            Needs::Unknown => return Err("which files are read cannot be told".to_owned()),
        }
        for pattern in install.order.optional {
            files.extend(self.take_matching(&directory, pattern)?);
        }
        for (pattern, text) in install.order.optional_if {
            let place = join(&directory, pattern);
            if self.holds(&place, text) {
                files.extend(self.take(&place));
            }
        }
        self.check_outputs(install)?;
        let folder = self.context_folder(&directory).unwrap_or_default();
        let ignores_scripts = install.call.flag("--ignore-scripts").is_some()
            || install.call.flag("--no-scripts").is_some();
        let mut manifests = Manifests {
            context: self.context,
            folder,
            files,
            manager: install.call.manager.name,
            ignores_scripts,
        };
        manifests.check_above()?;
        if !install.order.needs_from.is_empty() {
            for included in manifests.included()? {
                self.take_context_file(&included)?;
                manifests.files.push(included);
            }
        }
        install
            .order
            .stops
            .iter()
            .try_for_each(|stop| manifests.check(*stop))
    }

    /// Notes that the file at `place` in the image is read; its path in the context.
    fn take(&mut self, place: &str) -> Option<String> {
        let is_moved =
            |copy: &ContextCopy| self.late.copies.iter().any(|moved| moved.at == copy.at);
        let bring = |copy: &ContextCopy| {
            let file = copy.brings_to(place, Some(self.context))?;
            let is_file = kind_of(self.context, &file) == Some(EntryKind::File);
            (is_file && self.context.is_sent(&file)).then_some((copy.at, file))
        };
        let stays = self
            .copies
            .iter()
            .filter(|copy| !is_moved(copy))
            .find_map(bring);
        let moves = self
            .copies
            .iter()
            .filter(|copy| is_moved(copy))
            .find_map(bring);
        let (copy, file) = stays.clone().or(moves)?;
        if self.wanted.reads.contains(&file) {
            return Some(file);
        }
        self.wanted.reads.push(file.clone());
        if stays.is_none() {
            let (file, place) = (file.clone(), place.to_owned());
            self.wanted.missing.push(Missing {
                copy,
                file,
                place,
                is_folder: false,
            });
        }
        Some(file)
    }

    /// Notes the files that match `pattern` in `directory`, all files of a folder.
    fn take_matching(&mut self, directory: &str, pattern: &str) -> Result<Vec<String>, String> {
        let place = join(directory, pattern);
        let mut moved = self.late.copies.iter();
        if moved.any(|copy| is_within(copy.destination(), &place)) {
            return Err(format!(
                "`{pattern}` would come after the installation that reads it"
            ));
        }
        let Some(folder_of) = self.context_folder(folder(&place)) else {
            return Ok(self.take(&place).into_iter().collect());
        };
        let path = join(&format!("/{folder_of}"), base(&place));
        let path = relative(&path);
        let found: Vec<String> = sent_files(self.context, path)
            .take(MAX_FILES + 1)
            .map(|it| it.path.clone())
            .collect();
        if found.len() > MAX_FILES {
            return self.take_folder(&place, path, pattern);
        }
        let prefix = match folder_of.is_empty() {
            true => String::new(),
            false => format!("{folder_of}/"),
        };
        let places = found.iter().filter_map(|file| file.strip_prefix(&prefix));
        let places: Vec<String> = places.map(|inside| join(folder(&place), inside)).collect();
        Ok(places.iter().filter_map(|place| self.take(place)).collect())
    }

    /// Notes a whole folder, the one at `path` of the context and at `place` in the image.
    fn take_folder(
        &mut self,
        place: &str,
        path: &str,
        pattern: &str,
    ) -> Result<Vec<String>, String> {
        let mut moved = self.late.copies.iter();
        let from = moved.find(|copy| {
            let brought = copy.brings_to(place, Some(self.context));
            brought.as_deref() == Some(path)
        });
        let copy = from.map(|copy| copy.at);
        let copy = copy.ok_or_else(|| format!("`{pattern}` names too many files"))?;
        let files = sent_files(self.context, path).map(|it| it.path.clone());
        self.wanted.reads.extend(files);
        self.wanted.missing.push(Missing {
            copy,
            file: path.to_owned(),
            place: place.to_owned(),
            is_folder: true,
        });
        Ok(Vec::new())
    }

    /// Notes a file of the context that a moved copy brings somewhere.
    fn take_context_file(&mut self, file: &str) -> Result<(), String> {
        let copies = self.copies.iter();
        let place = copies
            .filter_map(|copy| copy.place_of(file, self.context))
            .next();
        let taken = place.and_then(|place| self.take(&place));
        taken
            .map(|_| ())
            .ok_or_else(|| format!("`{file}` is not copied before the installation"))
    }

    /// The folder of the context that ends up at `directory`.
    fn context_folder(&self, directory: &str) -> Option<String> {
        let probe = join(directory, "x");
        let mut moved = self.late.copies.iter();
        let file = moved.find_map(|copy| copy.brings_to(&probe, Some(self.context)))?;
        Some(
            file.rsplit_once('/')
                .map_or(String::new(), |(folder, _)| folder.to_owned()),
        )
    }

    /// Checks that the source does not bring what the installation makes.
    fn check_outputs(&self, install: &Install) -> Result<(), String> {
        let exposed = outputs::exposed(self.context, &self.late.copies, install);
        match exposed.iter().find(|output| output.is_there) {
            Some(output) => Err(format!(
                "`{}` of the build context would replace what `{}` installs",
                output.name,
                install.name(),
            )),
            None => Ok(()),
        }
    }

    /// Whether the file that ends up at `place` holds `text`.
    fn holds(&self, place: &str, text: &str) -> bool {
        let mut files = self
            .copies
            .iter()
            .filter_map(|copy| copy.brings_to(place, Some(self.context)));
        files.any(|file| {
            let contents = self.context.read(&file);
            contents.is_some_and(|contents| contents.contains(text))
        })
    }
}

impl Wanted {
    /// The lines that copy the missing files.
    pub(super) fn instructions(&self, stage: &Stage) -> Result<String, String> {
        let mut groups: Vec<(usize, &str, Vec<&str>)> = Vec::new();
        let mut folders = Vec::new();
        for Missing {
            copy,
            file,
            place,
            is_folder,
        } in &self.missing
        {
            let plain = |c: char| c.is_ascii_alphanumeric() || "/._-@+".contains(c);
            if !file.chars().all(plain) {
                return Err(format!("the name `{file}` cannot be written in a COPY"));
            }
            if *is_folder {
                folders.push((*copy, place, file));
                continue;
            }
            let folder = folder(place);
            match groups
                .iter_mut()
                .find(|(at, other, _)| at == copy && *other == folder)
            {
                Some((.., files)) => files.push(file),
                None => groups.push((*copy, folder, vec![file])),
            }
        }
        let files = groups.iter().map(|(copy, folder, files)| {
            let folder = format!("{}/", folder.trim_end_matches('/'));
            line(stage, *copy, &folder, files)
        });
        // Without a slash at the end: the folder goes to that place, not into it.
        let folders = folders
            .iter()
            .map(|(copy, place, file)| line(stage, *copy, place, &[file.as_str()]));
        files.chain(folders).collect()
    }
}

/// `COPY --chown=… a b ./folder/`; `place` is absolute in the image, with `/` if it is a directory
/// to copy into.
fn line(stage: &Stage, copy: usize, place: &str, files: &[&str]) -> Result<String, String> {
    let copies = all_context_copies(stage, copy + 1);
    let copy = copies.last().ok_or("the copy is not known")?;
    let flags: String = copy.flags().map(|flag| format!("{flag} ")).collect();
    let keyword = match copy.keyword.chars().all(|c| c.is_lowercase()) {
        true => "copy",
        false => "COPY",
    };
    let written = copy.written_destination;
    let root = match written.trim_end_matches('/') {
        "." => "./".to_owned(),
        "" if written.is_empty() => "./".to_owned(),
        root => format!("{root}/"),
    };
    let inside = crate::place::below(place, copy.destination()).unwrap_or_default();
    Ok(format!(
        "{keyword} {flags}{} {root}{inside}\n",
        files.join(" ")
    ))
}
