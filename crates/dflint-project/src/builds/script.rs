//! Builders called by shell scripts and Makefiles.

use dflint_build::{Builder, Place};
use dflint_parser::Text as Source;
use dflint_shell::{Script, Shell, SimpleCommand, Word};

use super::call::{Call, DockerfileName, RunsIn, settle};
use super::source_file::SourceFile;
use super::words::{Text, call_of, may_build_elsewhere};

/// Variables by which `docker build` is told to use its builder from before BuildKit.
const SWITCHES: [&str; 2] = ["DOCKER_BUILDKIT", "COMPOSE_DOCKER_CLI_BUILD"];

/// The calls of a shell script.
pub(super) fn calls(file: &SourceFile<'_>) -> Vec<Call> {
    let start = RunsIn {
        folder: file.folder(),
        below: Some(String::new()),
    };
    settle(calls_in(file, &start, file.text, 1))
}

/// The calls of a script that begins on line `first` of the file. What no builder is named in is
/// not looked at any closer.
pub(super) fn calls_in(
    file: &SourceFile<'_>,
    start: &RunsIn<'_>,
    text: &str,
    first: u32,
) -> Vec<Call> {
    const NAMES: [&str; 5] = ["docker", "podman", "buildah", "kaniko", "nerdctl"];
    let lower = text.to_ascii_lowercase();
    // What else runs is of interest where it may hear of a switch.
    let has_switch = SWITCHES.iter().any(|name| file.text.contains(name));
    if !has_switch && !NAMES.iter().any(|name| lower.contains(name)) {
        return Vec::new();
    }
    let script = Script::parse(Source::contiguous(text, 0), &Shell::default());
    let by_default = file.is_legacy_by_default();
    let mut calls = Vec::new();
    for command in script.commands() {
        let before = text.get(..command.span().start as usize).unwrap_or(text);
        let breaks = before.bytes().filter(|byte| *byte == b'\n').count();
        let place = file.place(first + u32::try_from(breaks).unwrap_or(u32::MAX));
        let words: Vec<Text> = command.effective_words().map(text_of).collect();
        let call = call_of(&words, &start.of(command), place.clone());
        let is_off = switched_off(command);
        match call {
            Some(call) if (is_off || by_default) && call.builder.is_none() => calls.push(Call {
                builder: Some(Builder::Legacy),
                ..call
            }),
            Some(call) => calls.push(call),
            None if is_off && sets_only(&words) => {
                calls.push(legacy(DockerfileName::OfThisFile, place))
            }
            None if is_off => calls.push(legacy(DockerfileName::Any, place)),
            None if has_switch && may_build_elsewhere(&words) => calls.push(unseen(place)),
            None => {}
        }
    }
    calls
}

/// Whether a command does nothing but set variables, for what follows.
fn sets_only(words: &[Text]) -> bool {
    let exports = Text::Known("export".to_owned());
    words.first().is_none_or(|word| *word == exports)
}

/// A call that asks for the builder before BuildKit.
pub(super) fn legacy(dockerfile: DockerfileName, place: Place) -> Call {
    Call {
        place,
        builder: Some(Builder::Legacy),
        dockerfile,
        target: None,
    }
}

/// Builds that another file or program may start.
fn unseen(place: Place) -> Call {
    Call {
        place,
        builder: None,
        dockerfile: DockerfileName::Any,
        target: None,
    }
}

/// Whether `name=value` switches BuildKit off.
pub(super) fn switches_off(name: &str, value: &str) -> bool {
    SWITCHES.contains(&name.trim()) && matches!(value.trim(), "0" | "false")
}

/// Whether the command sets a variable, for itself or what follows, that switches BuildKit off.
fn switched_off(command: SimpleCommand<'_>) -> bool {
    let mut assigned = command.assignments();
    assigned.any(|set| {
        set.literal()
            .is_some_and(|value| switches_off(set.name(), value))
    }) || command.words().any(|word| {
        let pair = word.literal().and_then(|text| text.split_once('='));
        pair.is_some_and(|(name, value)| switches_off(name, value))
    })
}

fn text_of(word: Word<'_>) -> Text {
    match word.literal() {
        Some(literal) => Text::of(literal),
        None => partly_known(word),
    }
}

/// `--target=$X` is the option with a computed value.
fn partly_known(word: Word<'_>) -> Text {
    let rendered = word.render();
    let is_option = rendered.starts_with('-') && rendered.contains('=');
    match is_option {
        true => Text::Known(rendered),
        false => Text::Computed,
    }
}

/// The calls of a Makefile's recipes and variables.
pub(super) fn calls_of_makefile(file: &SourceFile<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    // What other makefiles include runs in their folders.
    let is_included = !file.path.to_ascii_lowercase().ends_with("makefile");
    let start = RunsIn {
        folder: file.folder(),
        below: (!is_included && !file.text.contains(".ONESHELL")).then(String::new),
    };
    let mut lines = file.text.lines().zip(1_u32..);
    while let Some((line, number)) = lines.next() {
        let mut whole = line.to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            let Some((next, _)) = lines.next() else { break };
            whole.push_str(next.trim_start());
        }
        if let Some(recipe) = whole.strip_prefix('\t') {
            let command = recipe.trim_start_matches(['@', '-', '+', ' ']);
            calls.extend(calls_in(file, &start, &in_shell(command), number));
            continue;
        }
        let pair = whole.trim_start_matches("export ").split_once('=');
        let is_off = pair.is_some_and(|(name, value)| {
            let name = name.trim_end_matches([':', '?', '+', ' ']);
            switches_off(name, value)
        });
        calls.extend(is_off.then(|| legacy(DockerfileName::OfThisFile, file.place(number))));
    }
    settle(calls)
}

/// The calls of a justfile's recipes, which are indented by any white space.
pub(super) fn calls_of_justfile(file: &SourceFile<'_>) -> Vec<Call> {
    let lines = file.text.lines().zip(1_u32..);
    let recipes = lines.filter(|(line, _)| line.starts_with([' ', '\t']));
    let start = RunsIn::of_file(file);
    let calls = recipes
        .flat_map(|(line, number)| {
            let command = line.trim_start().trim_start_matches(['@', '-']);
            calls_in(file, &start, command, number)
        })
        .collect();
    settle(calls)
}

/// The calls of `sh '…'` steps in a Jenkinsfile, one a line.
pub(super) fn calls_of_groovy(file: &SourceFile<'_>) -> Vec<Call> {
    let lines = file.text.lines().zip(1_u32..);
    let start = RunsIn::of_file(file);
    let calls = lines
        .flat_map(|(line, number)| {
            let step = line.trim().trim_start_matches("sh").trim_start();
            let command = step.trim_matches(['(', ')', '\'', '"', ' ', '\\']);
            calls_in(file, &start, command, number)
        })
        .collect();
    settle(calls)
}

/// A recipe as the shell sees it: make's variables count as computed.
fn in_shell(recipe: &str) -> String {
    recipe
        .replace("$$", "$")
        .replace("$(", "${")
        .replace(')', "}")
        .replace("$@", "${target}")
}

#[cfg(test)]
mod tests {
    use super::super::call::Means;
    use super::*;

    fn file(text: &str) -> SourceFile<'_> {
        SourceFile {
            path: "ci/build.sh",
            text,
        }
    }

    #[test]
    fn calls_are_found_with_their_lines() {
        let text = "#!/bin/sh\nset -e\nif x; then\n  docker build \\\n    --target test .\nfi\nDOCKER_BUILDKIT=0 docker build -f b/Dockerfile b\nexport DOCKER_BUILDKIT=0\n";
        let calls = calls(&file(text));
        let found: Vec<_> = calls
            .iter()
            .map(|call| (call.place.line, call.builder, call.target.clone()))
            .collect();
        let test = Some(Text::Known("test".to_owned()));
        assert_eq!(
            found,
            [
                (4, None, test),
                (7, Some(Builder::Legacy), None),
                (8, Some(Builder::Legacy), None),
            ]
        );
        assert_eq!(calls[1].dockerfile.means("b/Dockerfile"), Means::Surely);
        // The switch holds for what the file builds, which is the first.
        let last = &calls[2].dockerfile;
        assert_eq!(last.means("Dockerfile"), Means::Surely);
        assert_eq!(last.means("ci/Dockerfile"), Means::Surely);
        assert_eq!(last.means("b/Dockerfile"), Means::No);
    }

    /// Whether the only switch of a Makefile in `app` holds for `app/Dockerfile`, and for
    /// `other/Dockerfile`.
    fn switched(recipe: &str) -> [Means; 2] {
        let text = format!("export DOCKER_BUILDKIT := 0\nimage:\n\t{recipe}\n");
        let calls = calls_of_makefile(&SourceFile {
            path: "app/Makefile",
            text: &text,
        });
        let legacy: Vec<_> = calls
            .iter()
            .filter(|call| call.builder == Some(Builder::Legacy))
            .collect();
        ["app/Dockerfile", "other/Dockerfile"].map(|path| {
            let means = legacy.iter().map(|call| call.dockerfile.means(path));
            means
                .max_by_key(|it| match it {
                    Means::Surely => 2,
                    Means::Perhaps => 1,
                    Means::No => 0,
                })
                .unwrap()
        })
    }

    #[test]
    fn a_switch_holds_for_what_its_file_builds() {
        use Means::{No, Perhaps, Surely};
        for (recipe, means) in [
            ("docker build -t app .", [Surely, No]),
            ("docker build .; echo done", [Surely, No]),
            ("cd ../other && docker build .", [No, Surely]),
            ("cd $(DIR) && docker build .", [Perhaps, Perhaps]),
            ("docker build $(DIR)", [Perhaps, Perhaps]),
            ("docker build . && ./rest.sh", [Surely, Perhaps]),
            ("docker build . && $(MAKE) rest", [Surely, Perhaps]),
            ("$(DOCKER) build .", [Perhaps, Perhaps]),
            ("true", [Perhaps, Perhaps]),
        ] {
            assert_eq!(switched(recipe), means, "{recipe}");
        }
    }

    #[test]
    fn directories_are_followed_where_they_are_written() {
        for (line, own, root, other) in [
            ("docker build .", Means::Surely, Means::Surely, Means::No),
            (
                "cd app; docker build .",
                Means::No,
                Means::No,
                Means::Surely,
            ),
            (
                "(cd app && docker build -f Dockerfile ..)",
                Means::No,
                Means::No,
                Means::Surely,
            ),
            (
                "cd \"$1\"; docker build .",
                Means::Perhaps,
                Means::Perhaps,
                Means::Perhaps,
            ),
            (
                "f() { docker build .; }; cd app; f",
                Means::Perhaps,
                Means::Perhaps,
                Means::Perhaps,
            ),
        ] {
            let calls = calls(&file(line));
            let means = |path| calls[0].dockerfile.means(path);
            let found = [
                means("ci/Dockerfile"),
                means("Dockerfile"),
                means("app/Dockerfile"),
            ];
            assert_eq!(found, [own, root, other], "{line}");
        }
    }

    #[test]
    fn recipes_of_make_are_scripts() {
        let text = "STAGE ?= dev\nimage:\n\t@docker build --target $(STAGE) \\\n\t  -t $(NAME) .\n\ttrue\ntest:\n\tdocker build --target=test .\nexport DOCKER_BUILDKIT := 0\n";
        let calls = calls_of_makefile(&SourceFile {
            path: "Makefile",
            text,
        });
        let found: Vec<_> = calls
            .iter()
            .map(|call| (call.place.line, call.target.clone()))
            .collect();
        assert_eq!(
            found,
            [
                (3, Some(Text::Computed)),
                (7, Some(Text::Known("test".to_owned()))),
                (8, None),
            ]
        );
    }

    #[test]
    fn podman_is_seen_behind_sudo() {
        let calls = calls(&file("sudo podman build -t x ."));
        assert_eq!(calls[0].builder, Some(Builder::Buildah));
    }
}
