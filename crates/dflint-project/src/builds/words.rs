//! Builders called by a list of words.

use dflint_build::{Builder, Place};

use super::call::{Call, DockerfileName, RunsIn};

/// A text that is known or computed when the call is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Text {
    Known(String),
    Computed,
}

impl Text {
    /// A text in which `$` begins something computed.
    pub(super) fn of(text: &str) -> Self {
        match text.contains('$') || text.contains("{{") {
            true => Self::Computed,
            false => Self::Known(text.to_owned()),
        }
    }

    fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Computed => None,
        }
    }
}

/// Options of `docker build` and its like that take the next word as value, besides those that
/// are looked at.
const VALUED: &[&str] = &[
    "--add-host",
    "--annotation",
    "--allow",
    "--attest",
    "--build-arg",
    "--build-context",
    "--builder",
    "--cache-from",
    "--cache-to",
    "--cgroup-parent",
    "--iidfile",
    "--label",
    "--metadata-file",
    "--network",
    "--no-cache-filter",
    "--output",
    "--platform",
    "--progress",
    "--provenance",
    "--sbom",
    "--secret",
    "--shm-size",
    "--ssh",
    "--tag",
    "--ulimit",
    "-m",
    "-o",
    "-t",
];

/// The call that `words` make, the program first; `None` where they build nothing.
pub(super) fn call_of(words: &[Text], runs_in: &RunsIn<'_>, place: Place) -> Option<Call> {
    let (builder, arguments) = builder_of(words)?;
    let options = Options::of(arguments);
    let context = match builder {
        Some(Builder::Kaniko) => options.named_context,
        _ => options.context,
    };
    let is_here = matches!(context.as_ref().and_then(Text::known), Some("." | "./"));
    // These two also look for the file in the context.
    let looks_twice = builder.is_some() && options.file.is_some() && !is_here;
    let runs_in = RunsIn {
        folder: runs_in.folder,
        below: runs_in.below.clone().filter(|_| !looks_twice),
    };
    Some(Call {
        dockerfile: DockerfileName::of_command(&runs_in, context.as_ref(), options.file.as_ref()),
        target: options.target,
        builder,
        place,
    })
}

/// Whether the command that `words` make may start builds that are not seen: a script, another
/// recipe, a program that is computed, builds by Compose or Bake.
pub(super) fn may_build_elsewhere(words: &[Text]) -> bool {
    const STARTERS: [&str; 14] = [
        ".",
        "source",
        "sh",
        "bash",
        "zsh",
        "dash",
        "make",
        "gmake",
        "just",
        "task",
        "npm",
        "yarn",
        "docker-compose",
        "eval",
    ];
    let Some(program) = words.first() else {
        return false;
    };
    let Some(program) = program.known() else {
        return true;
    };
    let composes = program == "docker"
        && words
            .iter()
            .any(|word| matches!(word.known(), Some("compose" | "bake")));
    composes || program.contains('/') || STARTERS.contains(&program)
}

/// The builder, where it is not BuildKit, and what follows the words that call it.
fn builder_of(words: &[Text]) -> Option<(Option<Builder>, &[Text])> {
    let program = words.first()?.known()?;
    let name = program.rsplit('/').next()?;
    let rest = words.get(1..)?;
    if program.ends_with("kaniko/executor") {
        return Some((Some(Builder::Kaniko), rest));
    }
    let builder = match name {
        "docker" | "nerdctl" => None,
        "podman" | "buildah" => Some(Builder::Buildah),
        _ => return None,
    };
    // `docker --context x buildx build`, `buildah bud`
    let builds = |word: &Text| matches!(word.known(), Some("build" | "bud" | "b"));
    let is_group = |word: &Text| {
        matches!(
            word.known(),
            Some("buildx" | "image" | "builder" | "compose")
        )
    };
    let before = rest.iter().position(builds)?;
    let head = rest.get(..before)?;
    if head.iter().any(|word| word.known() == Some("compose")) {
        return None;
    }
    // Another word is the value of an option in front of it, or the command is another one.
    let mut behind_option = false;
    for word in head {
        let is_option = word.known().is_some_and(|text| text.starts_with('-'));
        if !is_option && !behind_option && !is_group(word) {
            return None;
        }
        behind_option = is_option;
    }
    Some((builder, rest.get(before + 1..).unwrap_or(&[])))
}

/// What the options of a build say.
#[derive(Default)]
struct Options {
    file: Option<Text>,
    target: Option<Text>,
    context: Option<Text>,
    /// kaniko's; to Docker the option means something else.
    named_context: Option<Text>,
}

impl Options {
    fn of(words: &[Text]) -> Self {
        let mut options = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let Text::Known(text) = word else {
                // `$OPTS`, or the context.
                options.context = Some(Text::Computed);
                continue;
            };
            let (name, value) = match text.split_once('=') {
                Some((name, value)) if name.starts_with('-') => (name, Some(Text::of(value))),
                _ => (text.as_str(), None),
            };
            let mut value = || value.clone().or_else(|| words.next().cloned());
            match name {
                "--target" => options.target = value(),
                "-f" | "--file" | "--dockerfile" => options.file = value(),
                "--context" | "-c" => options.named_context = value(),
                "--destination" | "-d" => {
                    value();
                }
                name if VALUED.contains(&name) => {
                    value();
                }
                name if name.starts_with('-') && name.len() > 1 => {}
                _ => options.context = Some(word.clone()),
            }
        }
        options
    }
}

#[cfg(test)]
mod tests {
    use super::super::call::{Means, RunsIn};
    use super::*;

    fn called(line: &str) -> Option<Call> {
        let words: Vec<Text> = line.split(' ').map(Text::of).collect();
        let place = Place {
            path: "x.sh".to_owned(),
            line: 1,
        };
        call_of(&words, &RunsIn::root(), place)
    }

    #[test]
    fn builders_and_their_options_are_understood() {
        let call = called("docker buildx build --push -t a/b:c --target=dev -f a/Dockerfile .");
        let call = call.unwrap();
        assert_eq!(call.builder, None);
        assert_eq!(call.target, Some(Text::Known("dev".to_owned())));
        assert_eq!(call.dockerfile.means("a/Dockerfile"), Means::Surely);
        let call = called("podman --log-level debug build --target $STAGE app").unwrap();
        assert_eq!(call.builder, Some(Builder::Buildah));
        assert_eq!(call.target, Some(Text::Computed));
        assert_eq!(call.dockerfile.means("app/Dockerfile"), Means::Surely);
        let call = called("/kaniko/executor --context=dir:///w --dockerfile=Dockerfile.prod");
        let call = call.unwrap();
        assert_eq!(call.builder, Some(Builder::Kaniko));
        assert_eq!(call.dockerfile.means("Dockerfile"), Means::No);
    }

    #[test]
    fn other_commands_build_nothing() {
        for line in [
            "docker run --rm build",
            "docker compose build web",
            "npm run build",
            "docker push build",
            "docker",
            "buildah from x",
        ] {
            assert_eq!(called(line), None, "{line}");
        }
    }
}
