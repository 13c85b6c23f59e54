//! Writing a fixed file back: all of it or nothing.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::source::reason;

/// How many names are tried for the temporary file before giving up.
const ATTEMPTS: u32 = 16;

/// Why a file was not written. The file is as it was before.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Its bytes are no longer those that were linted.
    #[error("not written: the file changed while it was checked")]
    Changed,
    /// A file to create is there already.
    #[error("not written: the file exists already")]
    Exists,
    /// It is a link out of the directory that it belongs to.
    #[error("not written: the file is a link to one outside of the build context")]
    Outside,
    /// The file may not be written by us.
    #[error("not written: the file is read-only")]
    ReadOnly,
    /// The directory takes no new file, which the rename needs.
    #[error("not written: no file can be created in its directory: {}", reason(.0))]
    Directory(io::Error),
    /// The system refused.
    #[error("not written: {}", reason(.0))]
    Io(#[from] io::Error),
}

/// Replaces the contents `before` of the file at `path` by `after`.
///
/// The new text is written beside the file and renamed over it, so a reader never sees half of
/// it. Permissions stay; a symbolic link stays a link and its target is written. Other hard links to
/// the file keep the old text.
///
/// # Errors
///
/// What [`WriteError`] lists; [`WriteError::Changed`] when the file does not hold `before`.
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), WriteError> {
    let target = fs::canonicalize(path)?;
    let metadata = fs::metadata(&target)?;
    if metadata.permissions().readonly() || is_refused(&target) {
        return Err(WriteError::ReadOnly);
    }
    let (temporary, mut file) = Temporary::beside(&target)?;
    file.set_permissions(metadata.permissions())?;
    keep_owner(&metadata, &temporary.path);
    file.write_all(after.as_bytes())?;
    file.sync_all()?;
    // As late as possible: what remains is the moment between this look and the rename.
    if fs::read(&target)? != before.as_bytes() {
        return Err(WriteError::Changed);
    }
    temporary.rename(&target)?;
    Ok(())
}

/// Replaces the contents of a file as [`replace`] does, but only where it is in `directory`: none
/// that a symbolic link leads out of it to.
///
/// # Errors
///
/// What [`replace`] says, and [`WriteError::Outside`].
pub fn replace_within(
    directory: &Path,
    path: &Path,
    before: &str,
    after: &str,
) -> Result<(), WriteError> {
    let target = fs::canonicalize(path)?;
    if !target.starts_with(fs::canonicalize(directory)?) {
        return Err(WriteError::Outside);
    }
    replace(&target, before, after)
}

/// Whether the system lets nobody like us write to the file: a rename would get around that where
/// the directory is open to all.
fn is_refused(path: &Path) -> bool {
    let opened = OpenOptions::new().write(true).open(path);
    opened.is_err_and(|error| error.kind() == io::ErrorKind::PermissionDenied)
}

/// Creates the file at `path` with `text`.
///
/// # Errors
///
/// What [`WriteError`] lists; [`WriteError::Exists`] when something of that name is there.
pub fn create(path: &Path, text: &str) -> Result<(), WriteError> {
    let (temporary, mut file) = Temporary::beside(path)?;
    file.write_all(text.as_bytes())?;
    // A hard link never replaces, where a rename would.
    match fs::hard_link(&temporary.path, path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(WriteError::Exists),
        Err(error) => Err(error.into()),
    }
}

/// Gives the file at `path` the owner in `metadata` where we may: root fixing a person's file
/// must not take it away from them.
#[cfg(unix)]
fn keep_owner(metadata: &fs::Metadata, path: &Path) {
    use std::os::unix::fs::{MetadataExt, chown};
    // Refused to everyone but root; the file then belongs to who fixed it, as with any editor.
    let _ = chown(path, Some(metadata.uid()), Some(metadata.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_metadata: &fs::Metadata, _path: &Path) {}

/// A file that is removed again unless it was renamed.
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl Temporary {
    /// A new file in the directory of `target`, so that the rename stays on one file system.
    fn beside(target: &Path) -> Result<(Self, File), WriteError> {
        let mut last = io::Error::from(io::ErrorKind::AlreadyExists);
        for attempt in 0..ATTEMPTS {
            let mut name = OsString::from(".");
            name.push(target.file_name().unwrap_or_default());
            name.push(format!(".dflint-{}-{attempt}", std::process::id()));
            let path = target.with_file_name(name);
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => {
                    let renamed = false;
                    return Ok((Self { path, renamed }, file));
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
                Err(error) => return Err(WriteError::Directory(error)),
            }
        }
        Err(WriteError::Directory(last))
    }

    fn rename(mut self, target: &Path) -> io::Result<()> {
        fs::rename(&self.path, target)?;
        self.renamed = true;
        Ok(())
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // Nothing better can be done about a leftover than to leave it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{WriteError, create, replace, replace_within};

    fn names(directory: &Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(directory)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Dockerfile");
        fs::write(&path, "FROM a\n").unwrap();
        replace(&path, "FROM a\n", "FROM b\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "FROM b\n");
        assert_eq!(names(directory.path()), ["Dockerfile"]);
    }

    #[test]
    fn a_changed_file_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Dockerfile");
        fs::write(&path, "FROM new\n").unwrap();
        let error = replace(&path, "FROM old\n", "FROM b\n").unwrap_err();
        assert!(matches!(error, WriteError::Changed));
        assert_eq!(fs::read_to_string(&path).unwrap(), "FROM new\n");
        assert_eq!(names(directory.path()), ["Dockerfile"]);
    }

    #[test]
    fn a_new_file_never_replaces_an_old_one() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".dockerignore");
        create(&path, "one\n").unwrap();
        assert!(matches!(create(&path, "two\n"), Err(WriteError::Exists)));
        assert_eq!(fs::read_to_string(&path).unwrap(), "one\n");
        assert_eq!(names(directory.path()), [".dockerignore"]);
    }

    #[cfg(unix)]
    #[test]
    fn permissions_and_links_stay() {
        use std::os::unix::fs::{PermissionsExt, symlink};

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("real");
        let link = directory.path().join("Dockerfile");
        fs::write(&path, "FROM a\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        symlink("real", &link).unwrap();
        replace(&link, "FROM a\n", "FROM b\n").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read_to_string(&path).unwrap(), "FROM b\n");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o755
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_link_out_of_the_directory_is_not_followed() {
        use std::os::unix::fs::symlink;

        let directory = tempfile::tempdir().unwrap();
        let (outside, inside) = (
            directory.path().join("shared"),
            directory.path().join("app"),
        );
        fs::create_dir(&inside).unwrap();
        fs::write(&outside, "a\n").unwrap();
        let link = inside.join(".dockerignore");
        symlink(&outside, &link).unwrap();
        let error = replace_within(&inside, &link, "a\n", "b\n").unwrap_err();
        assert!(matches!(error, WriteError::Outside));
        assert_eq!(fs::read_to_string(&outside).unwrap(), "a\n");
        replace_within(directory.path(), &link, "a\n", "b\n").unwrap();
        assert_eq!(fs::read_to_string(&outside).unwrap(), "b\n");
    }

    #[cfg(unix)]
    #[test]
    fn another_hard_link_keeps_the_old_text() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Dockerfile");
        let backup = directory.path().join("backup");
        fs::write(&path, "FROM a\n").unwrap();
        fs::hard_link(&path, &backup).unwrap();
        replace(&path, "FROM a\n", "FROM b\n").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "FROM b\n");
        assert_eq!(fs::read_to_string(&backup).unwrap(), "FROM a\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_read_only_file_is_refused() {
        use std::os::unix::fs::PermissionsExt;

        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("Dockerfile");
        fs::write(&path, "FROM a\n").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o444)).unwrap();
        let error = replace(&path, "FROM a\n", "FROM b\n").unwrap_err();
        assert!(matches!(error, WriteError::ReadOnly));
    }
}
