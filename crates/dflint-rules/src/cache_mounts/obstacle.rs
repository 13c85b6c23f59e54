//! Why a cache cannot be mounted in a RUN.

use super::run::{Run, target};

/// What may go wrong where a mount's directory is not [in one of the user's own](is_in_own_directory).
pub(super) const FOREIGN_PARENTS: &str = "the directories above belong to root while the step runs";

/// Whether a new mount at `path` would be in the way of something.
pub(super) fn to_mount(run: &Run<'_, '_>, path: &str) -> Result<(), String> {
    if let Some(near) = run.mount_near(path) {
        return Err(format!(
            "another mount is at `{}`",
            target(near).unwrap_or_default()
        ));
    }
    in_use(run, path)
}

/// Whether something else in the file uses `path`.
pub(super) fn in_use(run: &Run<'_, '_>, path: &str) -> Result<(), String> {
    let Some(users) = run.uses.of(path) else {
        return Err("the file has too many directories with caches".to_owned());
    };
    match users.iter().find(|user| user.concerns(run)) {
        None => Ok(()),
        Some(user) => Err(format!("{} uses `{path}`", user.describe())),
    }
}

/// Whether the user owns the directory that the mount's lies in. BuildKit makes those that are not
/// there, as root's, and takes them away after the step; in between, nothing else of the user's can
/// be written beside the mount.
pub(super) fn is_in_own_directory(run: &Run<'_, '_>, path: &str) -> bool {
    let Some((parent, _)) = path.rsplit_once('/') else {
        return false;
    };
    let known = run.site.base.map_or([].as_slice(), |base| base.directories);
    run.site.user.home.as_deref() == Some(parent) || known.contains(&parent)
}
