//! Where a command runs.

use dflint_knowledge::BaseImage;
use dflint_shell::{Directory, SimpleCommand};

use super::caches::{Owner, Unknown};
use super::variant::Project;
use crate::env::{Env, Lookup, Variables};
use crate::model::{State, User};
use crate::path::{clean, join};
use crate::value::Value;

/// What holds for the commands of one step.
#[derive(Clone)]
pub struct Site<'s> {
    /// The environment of the step, the base image's included.
    pub env: &'s Env,
    /// The user that the step runs as.
    pub user: User,
    /// The step's working directory.
    pub workdir: &'s Value,
    /// What the table knows of the base image; `None` where it is not in the table.
    pub base: Option<&'static BaseImage>,
    /// What is known of the project in the working directory.
    pub project: &'s dyn Project,
}

impl State {
    /// Where the commands of a step run before which this holds.
    #[must_use]
    pub fn site<'s>(&'s self, project: &'s dyn Project) -> Site<'s> {
        Site {
            env: self.env(),
            user: self.user(),
            workdir: self.workdir(),
            base: self.base().known(),
            project,
        }
    }
}

impl Site<'_> {
    /// What variable `name` is for `command`: `Ok(None)` where it is certainly not set.
    pub(super) fn variable(
        &self,
        command: SimpleCommand<'_>,
        name: &str,
    ) -> Result<Option<String>, Unknown> {
        match command.variable(name) {
            Some(Some(value)) => return Ok(Some(value.to_owned())),
            Some(None) => return Err(Unknown::Variable(name.to_owned())),
            None if command.clears_environment() => return Ok(None),
            None => {}
        }
        match self.env.lookup(name) {
            Lookup::Set(value) => match value.to_known() {
                Some(known) => Ok(Some(known.to_owned())),
                None => Err(Unknown::Variable(name.to_owned())),
            },
            Lookup::Unset => Ok(None),
            Lookup::Unknown => Err(Unknown::Environment(name.to_owned())),
        }
    }

    /// The home directory of the user who runs `command`.
    pub(super) fn home(&self, command: SimpleCommand<'_>) -> Result<String, Unknown> {
        if command.wrappers().changes_user {
            return Err(Unknown::OtherUser);
        }
        if let Some(home) = self
            .variable(command, "HOME")?
            .filter(|home| !home.is_empty())
        {
            return Ok(home);
        }
        let home = self.user.home.as_deref();
        home.map(str::to_owned).ok_or(Unknown::Home)
    }

    /// Whether `command` certainly runs as root, or certainly not.
    pub(super) fn is_root(&self, command: SimpleCommand<'_>) -> Result<bool, Unknown> {
        if command.wrappers().changes_user {
            return Err(Unknown::OtherUser);
        }
        self.user.uid.map(|uid| uid == 0).ok_or(Unknown::User)
    }

    /// Who must own a directory for `command` to write it; `None` where that is not known.
    pub(super) fn owner(&self, command: SimpleCommand<'_>) -> Option<Owner> {
        if command.wrappers().changes_user {
            return None;
        }
        Some(Owner {
            uid: self.user.uid?,
            gid: self.user.gid?,
        })
    }

    /// The directory that `command` runs in.
    ///
    /// # Errors
    /// Why it cannot be told.
    pub fn directory(&self, command: SimpleCommand<'_>) -> Result<String, Unknown> {
        let workdir = || self.workdir.to_known().ok_or(Unknown::Directory);
        match command.directory() {
            Directory::Unchanged => workdir().map(str::to_owned),
            Directory::Unknown => Err(Unknown::Directory),
            Directory::Changed(path) => {
                let path = self.expand(command, path)?;
                if path.starts_with('/') {
                    return Ok(path);
                }
                Ok(join(workdir()?, &path))
            }
        }
    }

    /// `text` with each `${NAME}` and a `~` in front replaced.
    pub(super) fn expand(&self, command: SimpleCommand<'_>, text: &str) -> Result<String, Unknown> {
        let mut out = String::new();
        let mut rest = text;
        if let Some(below) = rest.strip_prefix('~') {
            if !below.is_empty() && !below.starts_with('/') {
                return Err(Unknown::Home);
            }
            out.push_str(&self.home(command)?);
            rest = below;
        }
        while let Some((before, after)) = rest.split_once('$') {
            out.push_str(before);
            let braced = after
                .strip_prefix('{')
                .and_then(|after| after.split_once('}'));
            let Some((name, behind)) = braced else {
                return Err(Unknown::Expansion);
            };
            match self.variable(command, name)? {
                Some(value) => out.push_str(&value),
                // BuildKit sets it from the user database where nothing else does.
                None if name == "HOME" => out.push_str(&self.home(command)?),
                None => return Err(Unknown::Variable(name.to_owned())),
            }
            rest = behind;
        }
        out.push_str(rest);
        Ok(out)
    }

    /// An absolute, clean path, with the base image's links followed.
    pub(super) fn absolute(
        &self,
        command: SimpleCommand<'_>,
        path: &str,
    ) -> Result<String, Unknown> {
        if path.starts_with('/') {
            return Ok(self.follow(clean(path)));
        }
        Ok(self.follow(join(&self.directory(command)?, path)))
    }

    fn follow(&self, path: String) -> String {
        for (link, directory) in self.base.map_or([].as_slice(), |base| base.links) {
            if let Some(below) = path.strip_prefix(link)
                && (below.is_empty() || below.starts_with('/'))
            {
                return format!("{directory}{below}");
            }
        }
        path
    }
}
