//! What must not be kept out of a build context.

use std::sync::Arc;

use dflint_build::{BuildContext, ContextNeeds, DockerIgnore};

use crate::Context;

/// What this file and the other Dockerfiles of its context need.
pub(super) struct Needed {
    own: ContextNeeds,
    others: Arc<ContextNeeds>,
}

impl Needed {
    /// # Errors
    /// Why the other Dockerfiles cannot all be looked at.
    pub(super) fn of(cx: &Context, context: &dyn BuildContext) -> Result<Self, String> {
        let mut own = ContextNeeds::default();
        own.add(cx.model, "");
        // With other arguments than these the file may need something else.
        let says_all = context.is_for_one() && cx.model.options().build_args.is_empty();
        let others = if says_all {
            Arc::default()
        } else {
            context.dockerfiles_need()?
        };
        Ok(Self { own, others })
    }

    /// Whether `pattern` of a `.dockerignore` keeps out what is needed.
    pub(super) fn is_hidden_by(&self, pattern: &str) -> bool {
        let calls_git = self.own.calls_git || self.others.calls_git;
        if pattern == ".git" && calls_git {
            return true;
        }
        // What a plain name keeps out has the name in its path; few paths have.
        let name = pattern.trim_start_matches("**/");
        let is_plain = !name.contains(['*', '?', '[', '!', '\\']);
        let paths = self.own.paths.iter().chain(&self.others.paths);
        let mut likely = paths
            .filter(|path| !is_plain || path.contains(name))
            .peekable();
        if likely.peek().is_none() {
            return false;
        }
        let ignore = DockerIgnore::parse(pattern);
        likely.any(|path| ignore.excludes(path))
    }
}
