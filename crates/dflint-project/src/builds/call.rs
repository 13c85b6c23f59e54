//! One call of a builder, as another file writes it.

use dflint_build::{Builder, Place};
use dflint_shell::{Construct, Directory, SimpleCommand};

use super::source_file::SourceFile;
use super::words::Text;

/// A call of a builder, or the choice of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) place: Place,
    /// What builds, where it is not BuildKit.
    pub(super) builder: Option<Builder>,
    pub(super) dockerfile: DockerfileName,
    pub(super) target: Option<Text>,
}

impl Call {
    /// What stands for a file that cannot be read: it may ask for any stage.
    pub(super) fn of_unreadable(file: &SourceFile<'_>) -> Self {
        Self {
            place: file.place(1),
            builder: None,
            dockerfile: DockerfileName::Any,
            target: Some(Text::Computed),
        }
    }
}

/// Which Dockerfile a call builds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum DockerfileName {
    /// Nothing is said: it may be any.
    Any,
    /// Those that the same file builds with the same builder; see [`settle`].
    OfThisFile,
    /// This path, from the project's root.
    At(String),
    /// A path that is taken from the calling file's folder or from the project's root, which
    /// depends on where the file is called.
    NearOrRoot { near: String, root: String },
    /// One of this name, in a folder that is computed.
    Named(String),
}

/// Whether a call builds a Dockerfile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    Surely,
    Perhaps,
    No,
}

impl DockerfileName {
    /// What `file` below `folder` comes to; `None` for `file` is the usual name.
    pub(super) fn below(folder: &str, context: Option<&Text>, file: Option<&Text>) -> Self {
        let name = |file: &str| file.rsplit('/').next().unwrap_or(file).to_owned();
        let file_text = match file {
            None => "Dockerfile",
            Some(Text::Known(file)) => file.as_str(),
            Some(Text::Computed) => return Self::Any,
        };
        match context {
            Some(Text::Computed) => Self::Named(name(file_text)),
            Some(Text::Known(context)) if is_remote(context) => Self::Named(name(file_text)),
            Some(Text::Known(context)) => Self::At(join(&join(folder, context), file_text)),
            None => Self::At(join(folder, file_text)),
        }
    }

    /// What a command line means that runs in `runs_in`: `-f` counts from the working directory,
    /// and without it the Dockerfile stands in the context.
    pub(super) fn of_command(
        runs_in: &RunsIn<'_>,
        context: Option<&Text>,
        file: Option<&Text>,
    ) -> Self {
        let path = match (file, context) {
            (Some(Text::Computed), _) => return Self::Any,
            (Some(Text::Known(file)), _) if file == "-" => return Self::Any,
            (Some(Text::Known(file)), _) => file.clone(),
            (None, Some(Text::Known(context))) if is_remote(context) => return Self::Any,
            (None, Some(Text::Known(context))) => join(context, "Dockerfile"),
            (None, Some(Text::Computed)) => return Self::Named("Dockerfile".to_owned()),
            (None, None) => "Dockerfile".to_owned(),
        };
        match &runs_in.below {
            Some(below) => Self::NearOrRoot {
                near: join(&join(runs_in.folder, below), &path),
                root: join(below, &path),
            },
            None => Self::Named(path.rsplit('/').next().unwrap_or(&path).to_owned()),
        }
    }

    /// Whether the Dockerfile at `path`, from the project's root, is meant.
    pub(super) fn means(&self, path: &str) -> Means {
        let same_name = |name: &str| path.rsplit('/').next() == name.rsplit('/').next();
        let perhaps = |yes: bool| if yes { Means::Perhaps } else { Means::No };
        match self {
            Self::Any | Self::OfThisFile => Means::Perhaps,
            Self::At(known) if known == path => Means::Surely,
            Self::At(_) => Means::No,
            Self::NearOrRoot { near, root } if near == path || root == path => Means::Surely,
            Self::NearOrRoot { .. } => Means::No,
            Self::Named(name) => perhaps(same_name(name)),
        }
    }
}

/// Where a command runs.
#[derive(Debug, Clone)]
pub(super) struct RunsIn<'f> {
    /// The folder of the file that calls it, from the project's root.
    pub(super) folder: &'f str,
    /// Where it has changed to from there, or from the project's root; `None` where that is
    /// computed.
    pub(super) below: Option<String>,
}

impl<'f> RunsIn<'f> {
    /// Where what `file` calls runs, unless it changes the directory itself.
    pub(super) fn of_file(file: &'f SourceFile<'_>) -> Self {
        Self {
            folder: file.folder(),
            below: file.keeps_its_directory().then(String::new),
        }
    }

    /// The project's root.
    pub(super) fn root() -> Self {
        Self {
            folder: "",
            below: Some(String::new()),
        }
    }

    /// Where `command` runs in a script that begins here.
    pub(super) fn of(&self, command: SimpleCommand<'_>) -> Self {
        let is_called_elsewhere = command.inside().contains(Construct::Function);
        let below = match (&self.below, command.directory()) {
            (Some(below), Directory::Unchanged) if !is_called_elsewhere => Some(below.clone()),
            (Some(below), Directory::Changed(path))
                if !is_called_elsewhere && !path.contains(['$', '~', '`']) =>
            {
                Some(join(below, path))
            }
            _ => None,
        };
        Self {
            folder: self.folder,
            below,
        }
    }
}

/// Gives the calls of one file that choose a builder for the whole of it
/// ([`DockerfileName::OfThisFile`]) the Dockerfiles that the file builds. Where fewer builds are
/// found than choices, some are not seen, and any Dockerfile may be meant.
pub(super) fn settle(calls: Vec<Call>) -> Vec<Call> {
    let (choices, mut calls): (Vec<Call>, Vec<Call>) = calls
        .into_iter()
        .partition(|call| call.dockerfile == DockerfileName::OfThisFile);
    let chosen = choices.iter().map(|choice| {
        let is_alike = |call: &&Call| match choice.builder {
            Some(Builder::Legacy) => call.builder.is_none(),
            builder => call.builder == builder,
        };
        let alike = choices.iter().filter(|it| it.builder == choice.builder);
        let builds: Vec<&Call> = calls.iter().filter(is_alike).collect();
        let mut names: Vec<DockerfileName> = Vec::new();
        for build in &builds {
            if !names.contains(&build.dockerfile) {
                names.push(build.dockerfile.clone());
            }
        }
        if builds.len() < alike.count() {
            names = vec![DockerfileName::Any];
        }
        names.into_iter().map(|dockerfile| Call {
            dockerfile,
            ..choice.clone()
        })
    });
    let chosen: Vec<Call> = chosen.flatten().collect();
    calls.extend(chosen);
    // The first sign of a builder is the one that people are told of.
    calls.sort_by_key(|call| call.place.line);
    calls
}

fn is_remote(context: &str) -> bool {
    context.contains("://") || context.starts_with("git@") || context == "-"
}

/// `path` below `folder`, both from the project's root, cleaned; `..` above the root stays there.
pub(super) fn join(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = if path.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').filter(|part| !part.is_empty()).collect()
    };
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.retain(|part| *part != ".");
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> Text {
        Text::Known(text.to_owned())
    }

    #[test]
    fn paths_are_taken_from_the_right_folder() {
        let compose = DockerfileName::below("deploy", Some(&known("..")), None);
        assert_eq!(compose, DockerfileName::At("Dockerfile".to_owned()));
        let file = known("docker/api.Dockerfile");
        let compose = DockerfileName::below("", Some(&known("./app")), Some(&file));
        assert_eq!(
            compose.means("app/docker/api.Dockerfile"),
            Means::Surely,
            "{compose:?}"
        );
        assert_eq!(compose.means("docker/api.Dockerfile"), Means::No);
    }

    #[test]
    fn a_command_may_run_in_its_folder_or_at_the_root() {
        let ci = RunsIn {
            folder: "ci",
            below: Some(String::new()),
        };
        let call = DockerfileName::of_command(&ci, Some(&known(".")), Some(&known("a/Dockerfile")));
        assert_eq!(call.means("a/Dockerfile"), Means::Surely);
        assert_eq!(call.means("ci/a/Dockerfile"), Means::Surely);
        assert_eq!(call.means("b/Dockerfile"), Means::No);
        let elsewhere = RunsIn { below: None, ..ci };
        let call = DockerfileName::of_command(&elsewhere, Some(&known("app")), None);
        assert_eq!(call.means("b/Dockerfile"), Means::Perhaps);
        assert_eq!(call.means("b/Dockerfile.dev"), Means::No);
        let unsaid = DockerfileName::of_command(&RunsIn::root(), Some(&Text::Computed), None);
        assert_eq!(unsaid.means("b/Dockerfile"), Means::Perhaps);
        assert_eq!(unsaid.means("b/Dockerfile.dev"), Means::No);
    }
}
