//! How a tool gets a file with secrets that is not in the image.

use dflint_build::path::base;
use dflint_build::{Action, CopyStep, Stage, Step};
use dflint_knowledge::secret::SecretReader;

use super::Secret;
use crate::place::is_within;

/// What to do instead of copying `secret` in `step`; the end of a message.
pub(super) fn advice(secret: &Secret, stage: &Stage, step: &Step) -> String {
    if secret.file.agent {
        return "lend the key to the steps that need it with `RUN --mount=type=ssh …`, and build \
                with `docker build --ssh default`"
            .to_owned();
    }
    let Some(reader) = &secret.file.reader else {
        return "leave it out and hand it over with `RUN --mount=type=secret` or when the \
                container starts"
            .to_owned();
    };
    let target = place_of(step, &secret.path, reader).unwrap_or_else(|| usual_place(stage, reader));
    let id = reader.id;
    format!(
        "mount it where it is read, `RUN --mount=type=secret,id={id},target={target} …`, and build \
         with `docker build --secret id={id},src={}`",
        secret.path
    )
}

/// Where `step` puts the file `source` of the context that `reader` reads; `None` where that is not
/// known.
pub(super) fn place_of(step: &Step, source: &str, reader: &SecretReader) -> Option<String> {
    let Action::Copy(copy) = &step.action else {
        return None;
    };
    let name = base(source);
    if copy.parents || name.contains(['*', '?', '[']) {
        return None;
    }
    let destination = copy.destination.to_known()?;
    if is_folder(copy, destination, step)? {
        return Some(format!("{}/{name}", destination.trim_end_matches('/')));
    }
    let last = base(destination);
    let is_file = last == name || last == base(reader.place);
    is_file.then(|| destination.to_owned())
}

/// Whether the destination is certainly a folder, `Some(false)` where it may be a file.
fn is_folder(copy: &CopyStep, destination: &str, step: &Step) -> Option<bool> {
    if destination.ends_with('/') || copy.sources.len() > 1 {
        return Some(true);
    }
    let workdir = step.state.workdir().to_known()?;
    Some(is_within(workdir, destination))
}

/// Where the tool looks for the file when nothing is said, at the end of a stage.
fn usual_place(stage: &Stage, reader: &SecretReader) -> String {
    let home = stage.end.home();
    let home = home.as_deref().unwrap_or("/root").trim_end_matches('/');
    let project = stage.end.workdir().to_known().unwrap_or("/app");
    let place = reader.place.replace("{home}", home);
    place.replace("{project}", project.trim_end_matches('/'))
}
