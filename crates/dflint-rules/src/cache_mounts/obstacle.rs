//! Why a cache cannot be mounted in a RUN.

use super::run::{Run, target};

/// Whether a new mount at `path` would be in the way of something.
pub(super) fn to_mount(run: &Run<'_, '_>, path: &str) -> Result<(), String> {
    if let Some(near) = run.mount_near(path) {
        return Err(format!(
            "another mount is at `{}`",
            target(near).unwrap_or_default()
        ));
    }
    let Some(users) = run.uses.of(path) else {
        return Err("the file has too many directories with caches".to_owned());
    };
    match users.iter().find(|user| user.concerns(run)) {
        None => Ok(()),
        Some(user) => Err(format!("{} uses `{path}`", user.describe())),
    }
}
