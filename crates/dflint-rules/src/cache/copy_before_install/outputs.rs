//! What an installation makes in the project, and a late copy of the source could replace.

use dflint_build::BuildContext;
use dflint_build::path::join;

use crate::sent_files::sent_files;

use super::context_copy::ContextCopy;
use super::install::Install;

/// Folders of environments that pip and uv may install into.
const ENVIRONMENTS: &[&str] = &[".venv", "venv", "env"];

/// A folder that the installation fills, where the source would bring one of the same name.
pub(super) struct Output {
    /// As the manager calls it: `node_modules`.
    pub(super) name: &'static str,
    /// Whether the build context holds one now; otherwise it would as soon as somebody makes it.
    pub(super) is_there: bool,
}

/// The outputs that `copies` bring along, as `.dockerignore` does not list them.
pub(super) fn exposed(
    context: &dyn BuildContext,
    copies: &[ContextCopy],
    install: &Install,
) -> Vec<Output> {
    let Some(directory) = install.directory.as_deref() else {
        return Vec::new();
    };
    let is_told_files = !install.order.needs_from.is_empty();
    let environments = ENVIRONMENTS.iter().filter(|_| is_told_files);
    let own = install.call.manager.outputs.iter();
    let outputs = own.chain(environments).filter_map(|name| {
        let place = join(directory, name);
        let mut paths = copies
            .iter()
            .filter_map(|copy| copy.brings_to(&place, Some(context)));
        let path = paths.next()?;
        let is_there = sent_files(context, &path).next().is_some();
        let is_ignored = context.ignore().is_some_and(|it| it.excludes(&path));
        // What pip installs lies elsewhere as a rule: only a folder that is there counts.
        let may_come = !is_ignored && !is_told_files;
        (is_there || may_come).then_some(Output { name, is_there })
    });
    outputs.collect()
}
