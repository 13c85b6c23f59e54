//! Builders called by shell scripts and Makefiles.

use dflint_build::{Builder, Place};
use dflint_parser::Text as Source;
use dflint_shell::{Script, Shell, SimpleCommand, Word};

use super::call::{Call, DockerfileName};
use super::source_file::SourceFile;
use super::words::{Text, call_of};

/// Variables by which `docker build` is told to use its builder from before BuildKit.
const SWITCHES: [&str; 2] = ["DOCKER_BUILDKIT", "COMPOSE_DOCKER_CLI_BUILD"];

/// The calls of a shell script.
pub(super) fn calls(file: &SourceFile<'_>) -> Vec<Call> {
    calls_in(file, file.text, 1)
}

/// The calls of a script that begins on line `first` of the file. What no builder is named in is
/// not looked at any closer.
pub(super) fn calls_in(file: &SourceFile<'_>, text: &str, first: u32) -> Vec<Call> {
    const NAMES: [&str; 5] = ["docker", "podman", "buildah", "kaniko", "nerdctl"];
    let lower = text.to_ascii_lowercase();
    if !NAMES.iter().any(|name| lower.contains(name)) {
        return Vec::new();
    }
    let script = Script::parse(Source::contiguous(text, 0), &Shell::default());
    let mut calls = Vec::new();
    for command in script.commands() {
        let before = text.get(..command.span().start as usize).unwrap_or(text);
        let breaks = before.bytes().filter(|byte| *byte == b'\n').count();
        let place = file.place(first + u32::try_from(breaks).unwrap_or(u32::MAX));
        calls.extend(switched_off(command).then(|| legacy(place.clone())));
        let words: Vec<Text> = command.effective_words().map(text_of).collect();
        calls.extend(call_of(&words, file.folder(), place));
    }
    calls
}

/// A call that asks for the builder before BuildKit, whatever it builds.
pub(super) fn legacy(place: Place) -> Call {
    Call {
        place,
        builder: Some(Builder::Legacy),
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
            calls.extend(calls_in(file, &in_shell(command), number));
            continue;
        }
        let pair = whole.trim_start_matches("export ").split_once('=');
        let is_off = pair.is_some_and(|(name, value)| {
            let name = name.trim_end_matches([':', '?', '+', ' ']);
            switches_off(name, value)
        });
        calls.extend(is_off.then(|| legacy(file.place(number))));
    }
    calls
}

/// The calls of a justfile's recipes, which are indented by any white space.
pub(super) fn calls_of_justfile(file: &SourceFile<'_>) -> Vec<Call> {
    let lines = file.text.lines().zip(1_u32..);
    let recipes = lines.filter(|(line, _)| line.starts_with([' ', '\t']));
    recipes
        .flat_map(|(line, number)| {
            let command = line.trim_start().trim_start_matches(['@', '-']);
            calls_in(file, command, number)
        })
        .collect()
}

/// The calls of `sh '…'` steps in a Jenkinsfile, one a line.
pub(super) fn calls_of_groovy(file: &SourceFile<'_>) -> Vec<Call> {
    let lines = file.text.lines().zip(1_u32..);
    lines
        .flat_map(|(line, number)| {
            let step = line.trim().trim_start_matches("sh").trim_start();
            let command = step.trim_matches(['(', ')', '\'', '"', ' ', '\\']);
            calls_in(file, command, number)
        })
        .collect()
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
                (7, None, None),
                (8, Some(Builder::Legacy), None),
            ]
        );
        assert_eq!(calls[2].dockerfile.means("b/Dockerfile"), Means::Surely);
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
