//! Keeping Debian's clean-up hook from emptying a mounted cache of apt.

use dflint_fix::Edit;

use super::cleanup::Touch;
use super::edits::Changes;
use super::notes::DOCKER_CLEAN;
use super::run::Run;
use super::set_aside::set_aside;

/// The change that keeps the hook away, and the step of the chain that it takes the place of.
///
/// Where a failure between the two moves is certainly a failure of the whole step, the hook is
/// set aside and brought back, and the image is the same. Elsewhere it is removed, as Docker's
/// documentation does, which changes the image.
pub(super) fn keep_away(
    run: &Run<'_, '_>,
    manager: &'static str,
    touches: &[Touch<'_>],
) -> Result<(Changes, Option<usize>), String> {
    if run.script.is_exec() {
        return Err(format!(
            "`{DOCKER_CLEAN}` empties the cache, and an exec form cannot set it aside"
        ));
    }
    if let Some(aside) = set_aside(run, manager, touches) {
        return Ok(aside);
    }
    remove(run).map(|changes| (changes, None)).ok_or_else(|| {
        format!("`{DOCKER_CLEAN}` empties the cache, and there is no place to set it aside")
    })
}

fn remove(run: &Run<'_, '_>) -> Option<Changes> {
    let first = run.script.body().items.first()?;
    let start = run.script.source_ranges(first.pipeline.range).next()?.start;
    let command = format!("rm -f {DOCKER_CLEAN}");
    Some(Changes {
        edits: vec![Edit::insert(start, format!("{command} && "))],
        added: vec![command],
        risk: Some("the image loses `docker-clean`"),
        ..Changes::default()
    })
}
