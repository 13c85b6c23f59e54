//! The files of an image, and how two images differ.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher};
use std::io::Read;

use anyhow::Context;
use dflint_knowledge::glob;
use tar::EntryType;

/// What is the matter with a path that only its mode or owner tells apart.
const OTHER_MODE: &str = "other mode or owner";

/// An image as a container would see it.
#[derive(Debug)]
pub(super) struct Image {
    /// Every path.
    names: BTreeSet<String>,
    /// Folders, and the files that the build made; all others are those of the base image.
    files: BTreeMap<String, File>,
    configuration: String,
}

/// What is compared of a file. Times are not: BuildKit gives each step its own.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    kind: EntryType,
    mode: u32,
    owner: (u64, u64),
    link: Option<String>,
    /// The length and a hash of the contents.
    contents: (usize, u64),
}

/// How two images differ.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// Paths that are not the same in both, sorted, with what is the matter.
    pub(super) files: Vec<(String, &'static str)>,
    /// Whether environment, user, command and so on are not the same.
    pub(super) configuration: bool,
}

impl Image {
    /// Reads a list of all paths, one a line, and an archive of folders and of the files that
    /// the build made.
    ///
    /// # Errors
    /// The archive is damaged.
    pub(super) fn read(
        archive: impl Read,
        names: &str,
        configuration: String,
    ) -> anyhow::Result<Self> {
        Ok(Self {
            names: names.lines().map(normal).collect(),
            files: read_archive(archive)?,
            configuration,
        })
    }

    /// Adds files from an archive.
    ///
    /// # Errors
    /// The archive is damaged.
    pub(super) fn add(&mut self, archive: impl Read) -> anyhow::Result<()> {
        self.files.extend(read_archive(archive)?);
        Ok(())
    }

    /// The paths of files that the build of `other` made, while here they came with the base image.
    pub(super) fn lacking<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = &'a String> {
        let made = other.files.keys();
        made.filter(|path| self.names.contains(*path) && !self.files.contains_key(*path))
    }

    /// Compares two images.
    pub(super) fn difference(&self, other: &Self) -> Difference {
        let paths = self.names.union(&other.names);
        let mut files: Vec<(String, &'static str)> = paths
            .filter_map(|path| Some((path.clone(), self.difference_at(other, path)?)))
            .collect();
        files.sort();
        Difference {
            files,
            configuration: self.configuration != other.configuration,
        }
    }

    fn difference_at(&self, other: &Self, path: &str) -> Option<&'static str> {
        if !other.names.contains(path) {
            return Some("gone");
        }
        if !self.names.contains(path) {
            return Some("added");
        }
        match (self.files.get(path), other.files.get(path)) {
            (None, None) => None,
            (Some(before), Some(after)) if before == after => None,
            (Some(before), Some(after))
                if before.contents == after.contents && before.link == after.link =>
            {
                Some(OTHER_MODE)
            }
            _ => Some("other contents"),
        }
    }

    /// How many files the build made.
    pub(super) fn made(&self) -> usize {
        let is_folder = |file: &&File| file.kind == EntryType::Directory;
        self.files.values().filter(|file| !is_folder(file)).count()
    }
}

impl Difference {
    /// Takes out what may differ: paths, and patterns with `*`. Folders that only led to such a
    /// path go with it.
    pub(super) fn without(mut self, allowed: &[&str]) -> Self {
        let below = |path: &str, root: &str| {
            let rest = path.strip_prefix(root);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                || (root.contains('*') && glob::matches(root, path))
        };
        self.files.retain(|(path, what)| {
            let inside = allowed.iter().any(|root| below(path, root));
            let comes_or_goes = matches!(*what, "gone" | "added");
            let leads_there = comes_or_goes && allowed.iter().any(|root| below(root, path));
            !inside && !leads_there
        });
        self
    }

    /// Takes out what is only the mode or owner of one of `paths`.
    pub(super) fn without_modes(mut self, paths: &[&str]) -> Self {
        self.files
            .retain(|(path, what)| *what != OTHER_MODE || !paths.contains(&path.as_str()));
        self
    }

    /// Whether nothing is left.
    pub(super) fn is_empty(&self) -> bool {
        self.files.is_empty() && !self.configuration
    }
}

fn read_archive(archive: impl Read) -> anyhow::Result<BTreeMap<String, File>> {
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    let mut archive = tar::Archive::new(archive);
    for entry in archive.entries().context("the image's archive")? {
        let mut entry = entry?;
        let path = normal(&entry.path()?.to_string_lossy());
        let link = entry
            .link_name()?
            .map(|link| link.to_string_lossy().into_owned());
        // A second name of a file is compared like a file of its own: whether two names share one
        // file depends on where a package manager could link from.
        let is_second_name = entry.header().entry_type() == EntryType::Link;
        let original = link
            .as_ref()
            .filter(|_| is_second_name)
            .map(|link| normal(link));
        if let Some(original) = original.and_then(|path| files.get(&path)).cloned() {
            files.insert(path, original);
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        let bytes = without_times(&path, bytes);
        let mut hasher = DefaultHasher::new();
        hasher.write(&bytes);
        let header = entry.header();
        let file = File {
            kind: header.entry_type(),
            mode: header.mode()?,
            owner: (header.uid()?, header.gid()?),
            link,
            contents: (bytes.len(), hasher.finish()),
        };
        files.insert(path, file);
    }
    // tar fills its last block; unread, that would look to it like a broken pipe.
    std::io::copy(&mut archive.into_inner(), &mut std::io::sink())?;
    Ok(files)
}

/// A path without what `tar` and `find` put around it.
fn normal(path: &str) -> String {
    path.trim_start_matches("./").trim_matches('/').to_owned()
}

/// The contents without the moments that package managers write into them. Two builds of one
/// Dockerfile differ in these too.
fn without_times(path: &str, mut bytes: Vec<u8>) -> Vec<u8> {
    if path.ends_with(".pyc") && bytes.len() >= 16 {
        // Bytes 8 to 15 of a Python cache file: time and size of its source (PEP 552).
        bytes.drain(8..16);
        return bytes;
    }
    let is_stamp: fn(&str) -> bool = match path.rsplit('/').next() {
        // uv's record of the source files' times, and the record's own hash.
        Some("uv_cache.json") => |_| true,
        Some("RECORD") => |line| line.contains("/uv_cache.json,"),
        // pnpm's moment of the last pruning.
        Some(".modules.yaml") => |line| line.contains("prunedAt"),
        _ => return bytes,
    };
    let text = String::from_utf8_lossy(&bytes);
    let kept: Vec<&str> = text.lines().filter(|line| !is_stamp(line)).collect();
    kept.join("\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(files: &[(&str, &[u8], u32)]) -> Image {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, contents, mode) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(contents.len() as u64);
            header.set_mode(*mode);
            header.set_uid(0);
            header.set_gid(0);
            builder.append_data(&mut header, path, *contents).unwrap();
        }
        let names: String = files.iter().map(|(path, ..)| format!("{path}\n")).collect();
        Image::read(
            builder.into_inner().unwrap().as_slice(),
            &names,
            "{}".to_owned(),
        )
        .unwrap()
    }

    #[test]
    fn contents_modes_and_presence_are_compared() {
        let before = image(&[
            ("app/a", b"1", 0o644),
            ("app/b", b"1", 0o644),
            ("app/c", b"1", 0o644),
        ]);
        let after = image(&[
            ("app/a", b"2", 0o644),
            ("app/b", b"1", 0o755),
            ("app/d", b"1", 0o644),
        ]);
        let files = before.difference(&after).files;
        let expected = [
            ("app/a", "other contents"),
            ("app/b", "other mode or owner"),
            ("app/c", "gone"),
            ("app/d", "added"),
        ];
        assert_eq!(files, expected.map(|(path, what)| (path.to_owned(), what)));
    }

    #[test]
    fn an_allowance_covers_what_is_below_it_and_the_way_there() {
        let before = image(&[("root/.npm/x", b"1", 0o644), ("root/.npmrc", b"1", 0o644)]);
        let left = before.difference(&image(&[])).without(&["root/.npm"]);
        assert_eq!(left.files, [("root/.npmrc".to_owned(), "gone")]);
        let left = before.difference(&image(&[])).without(&["root/.*rc"]);
        assert_eq!(left.files, [("root/.npm/x".to_owned(), "gone")]);
    }

    #[test]
    fn an_allowance_for_a_mode_covers_nothing_else() {
        let before = image(&[("root/.cache", b"", 0o700), ("root/.cache/x", b"1", 0o644)]);
        let after = image(&[("root/.cache", b"", 0o755), ("root/.cache/x", b"1", 0o600)]);
        let left = before.difference(&after).without_modes(&["root/.cache"]);
        assert_eq!(left.files, [("root/.cache/x".to_owned(), OTHER_MODE)]);
        let gone = before
            .difference(&image(&[]))
            .without_modes(&["root/.cache"]);
        assert_eq!(gone.files.len(), 2);
    }

    #[test]
    fn the_time_in_a_python_cache_file_is_not_compared() {
        let before = image(&[("a.pyc", b"magic...01234567code", 0o644)]);
        let later = image(&[("a.pyc", b"magic...76543210code", 0o644)]);
        assert!(before.difference(&later).is_empty());
        let other = image(&[("a.pyc", b"magic...01234567edoc", 0o644)]);
        assert!(!before.difference(&other).is_empty());
    }
}
