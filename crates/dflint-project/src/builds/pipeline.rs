//! Builders called by files in YAML or JSON: Compose, workflows, pipelines, manifests.
//!
//! Pipelines differ in their keys, not in what they hold: scripts, images and lists of words. So
//! every text of such a file is looked at for what it is; only where the keys say more than the
//! texts are they asked.

use dflint_build::Builder;

use super::call::{Call, DockerfileName, RunsIn, settle};
use super::script::{calls_in, legacy, switches_off};
use super::source_file::SourceFile;
use super::words::{Text, call_of};
use super::yaml::{Node, Value};

/// How many values of one file are looked at: aliases can make many of few.
const MAX_VALUES: usize = 100_000;

/// The calls of a Compose file's services.
pub(super) fn calls_of_compose(file: &SourceFile<'_>, documents: &[Node]) -> Vec<Call> {
    let services = documents.iter().filter_map(|it| it.get("services"));
    let services = services.flat_map(Node::pairs).map(|(_, service)| service);
    let builds = services.filter_map(|service| service.get("build"));
    builds.filter_map(|build| build_of(file, build)).collect()
}

/// Where a Compose file switches BuildKit off.
pub(super) fn switches(file: &SourceFile<'_>, documents: &[Node]) -> Vec<Call> {
    let found = calls(file, documents).into_iter();
    found
        .filter(|call| call.builder == Some(Builder::Legacy))
        .collect()
}

/// `{context, dockerfile, target}`, as Compose, Skaffold and devcontainers write it.
fn build_of(file: &SourceFile<'_>, build: &Node) -> Option<Call> {
    let text = |key| build.get(key).and_then(Node::word).map(Text::of);
    if build.get("dockerfile_inline").is_some() {
        return None;
    }
    let target = build.get("target")?;
    Some(Call {
        place: file.place(target.line),
        builder: None,
        dockerfile: DockerfileName::below(
            file.folder(),
            text("context").as_ref(),
            text("dockerfile").or_else(|| text("dockerFile")).as_ref(),
        ),
        target: target.word().map(Text::of),
    })
}

/// The calls of any other file: what its keys say, and what its texts run.
pub(super) fn calls(file: &SourceFile<'_>, documents: &[Node]) -> Vec<Call> {
    let mut pending: Vec<&Node> = documents.iter().rev().collect();
    let start = RunsIn::of_file(file);
    let mut calls = Vec::new();
    let mut looked_at = 0;
    while let Some(node) = pending.pop() {
        looked_at += 1;
        if looked_at > MAX_VALUES {
            break;
        }
        match &*node.value {
            Value::Word(word) => calls.extend(calls_of_text(file, &start, word, node.line)),
            Value::List(items) => {
                calls.extend(calls_of_list(file, &start, node, items));
                pending.extend(items.iter().rev());
            }
            Value::Mapping(pairs) => {
                calls.extend(calls_of_mapping(file, node));
                pending.extend(pairs.iter().rev().map(|(_, value)| value));
            }
        }
    }
    settle(calls)
}

/// A text: a script, or the image of a builder.
fn calls_of_text(file: &SourceFile<'_>, start: &RunsIn<'_>, text: &str, line: u32) -> Vec<Call> {
    if let Some(builder) = builder_image(text) {
        return vec![Call {
            dockerfile: DockerfileName::OfThisFile,
            ..any(file, line, builder)
        }];
    }
    calls_in(file, start, text, line)
}

/// The builder that an image holds.
fn builder_image(text: &str) -> Option<Builder> {
    const IMAGES: [(&str, Builder); 5] = [
        ("kaniko-project/executor", Builder::Kaniko),
        ("osscontainertools/kaniko", Builder::Kaniko),
        ("action-kaniko", Builder::Kaniko),
        ("buildah/", Builder::Buildah),
        ("podman/", Builder::Buildah),
    ];
    let is_name = !text.contains(char::is_whitespace);
    let found = IMAGES.iter().find(|(image, _)| text.contains(image));
    found.filter(|_| is_name).map(|(_, builder)| *builder)
}

fn any(file: &SourceFile<'_>, line: u32, builder: Builder) -> Call {
    Call {
        place: file.place(line),
        builder: Some(builder),
        dockerfile: DockerfileName::Any,
        target: None,
    }
}

/// A list of words that is a command, with or without the program: `["--target", "dev"]`.
fn calls_of_list(
    file: &SourceFile<'_>,
    start: &RunsIn<'_>,
    list: &Node,
    items: &[Node],
) -> Vec<Call> {
    let words = items.iter().map(|item| item.word().map(Text::of));
    let Some(words) = words.collect::<Option<Vec<Text>>>() else {
        return Vec::new();
    };
    let place = || file.place(list.line);
    // `env: [DOCKER_BUILDKIT=0]`
    let is_off = items.iter().filter_map(Node::word).any(|word| {
        word.split_once('=')
            .is_some_and(|(name, value)| switches_off(name, value))
    });
    let mut calls: Vec<Call> = is_off
        .then(|| legacy(DockerfileName::Any, place()))
        .into_iter()
        .collect();
    if let Some(call) = call_of(&words, start, place()) {
        calls.push(call);
        return calls;
    }
    let names_stage = items.iter().filter_map(Node::word).any(is_target_option);
    if names_stage {
        let docker = ["docker", "build"].map(|word| Text::Known(word.to_owned()));
        let skipped = usize::from(items.first().and_then(Node::word) == Some("build"));
        let words: Vec<Text> = docker
            .into_iter()
            .chain(words.into_iter().skip(skipped))
            .collect();
        calls.extend(call_of(&words, start, place()));
    }
    calls
}

fn is_target_option(word: &str) -> bool {
    word == "--target" || word.starts_with("--target=")
}

fn calls_of_mapping(file: &SourceFile<'_>, node: &Node) -> Vec<Call> {
    let mut calls = Vec::new();
    let word = |key: &str| node.get(key).and_then(Node::word).unwrap_or_default();
    for (key, value) in node.pairs() {
        let text = value.word().unwrap_or_default();
        let is_off = switches_off(key, text) || key == "useBuildkit" && text == "false";
        calls.extend(is_off.then(|| legacy(DockerfileName::Any, file.place(value.line))));
        match key {
            // Skaffold's and Tekton's.
            "kaniko" => calls.push(any(file, value.line, Builder::Kaniko)),
            "dockerStrategy" => calls.push(Call {
                dockerfile: dockerfile_path(value),
                ..any(file, value.line, Builder::Buildah)
            }),
            "docker" | "build" => calls.extend(build_of(file, value)),
            _ => {}
        }
    }
    let uses = word("uses");
    if uses.starts_with("docker/build-push-action") {
        calls.extend(node.get("with").and_then(|with| action(file, with)));
    }
    if uses.starts_with("redhat-actions/buildah-build") {
        calls.push(any(file, node.line, Builder::Buildah));
    }
    let task = node.at(&["taskRef", "name"]).and_then(Node::word);
    let resolved = Some(word("value")).filter(|_| word("name") == "name");
    for name in [task, resolved].into_iter().flatten() {
        match name {
            "buildah" => calls.push(any(file, node.line, Builder::Buildah)),
            "kaniko" => calls.push(any(file, node.line, Builder::Kaniko)),
            _ => {}
        }
    }
    calls.extend(cloud_build(file, node));
    calls
}

fn dockerfile_path(strategy: &Node) -> DockerfileName {
    let path = strategy.get("dockerfilePath").and_then(Node::word);
    match path.map(Text::of) {
        Some(Text::Known(path)) => DockerfileName::Named(path),
        _ => DockerfileName::Any,
    }
}

/// `docker/build-push-action` and its inputs.
fn action(file: &SourceFile<'_>, with: &Node) -> Option<Call> {
    let text = |key| with.get(key).and_then(Node::word).map(Text::of);
    let target = with.get("target")?;
    Some(Call {
        place: file.place(target.line),
        builder: None,
        // Paths count from the checkout, which is the project.
        dockerfile: DockerfileName::of_command(
            &RunsIn::root(),
            text("context").as_ref(),
            text("file").as_ref(),
        ),
        target: target.word().map(Text::of),
    })
}

/// A step of Google's Cloud Build with its image for Docker, whose builder is the one before
/// BuildKit unless the step says otherwise.
fn cloud_build(file: &SourceFile<'_>, node: &Node) -> Option<Call> {
    let image = node.get("name").and_then(Node::word)?;
    if !image.starts_with("gcr.io/cloud-builders/docker") {
        return None;
    }
    let words = |key| node.get(key).map(Node::items).unwrap_or_default().iter();
    let mut environment = words("env").filter_map(Node::word);
    let mut arguments = words("args").filter_map(Node::word);
    let is_on = environment.any(|it| it == "DOCKER_BUILDKIT=1");
    let builds = arguments.next() == Some("build");
    (builds && !is_on).then(|| any(file, node.line, Builder::Legacy))
}

#[cfg(test)]
mod tests {
    use super::super::call::Means;
    use super::super::yaml;
    use super::*;

    fn found(path: &str, text: &str) -> Vec<Call> {
        let file = SourceFile { path, text };
        let documents = yaml::read(text).unwrap();
        match path.contains("compose") {
            true => calls_of_compose(&file, &documents),
            false => calls(&file, &documents),
        }
    }

    #[test]
    fn services_of_compose_name_stages() {
        let text = "x-b: &b\n  context: app\nservices:\n  web:\n    build:\n      <<: *b\n      target: dev\n  db:\n    image: postgres\n  other:\n    build: ./other\n";
        let calls = found("deploy/compose.yaml", text);
        assert_eq!(calls.len(), 1);
        assert_eq!(calls[0].place.line, 7);
        assert_eq!(
            calls[0].dockerfile.means("deploy/app/Dockerfile"),
            Means::Surely
        );
    }

    #[test]
    fn builders_of_pipelines_are_found() {
        use Builder::{Buildah, Kaniko, Legacy};
        for (text, builder, line) in [
            (
                "build:\n  image:\n    name: gcr.io/kaniko-project/executor:v1.23.2-debug\n",
                Some(Kaniko),
                3,
            ),
            (
                "build:\n  script:\n    - echo\n    - podman build -t x .\n",
                Some(Buildah),
                4,
            ),
            ("env:\n  DOCKER_BUILDKIT: 0\n", Some(Legacy), 2),
            (
                "run: |\n  set -e\n  DOCKER_BUILDKIT=0 docker build .\n",
                Some(Legacy),
                3,
            ),
            (
                "spec:\n  strategy:\n    dockerStrategy:\n      dockerfilePath: Dockerfile\n",
                Some(Buildah),
                4,
            ),
            (
                "build:\n  artifacts:\n    - image: x\n      kaniko: {}\n",
                Some(Kaniko),
                4,
            ),
            ("tasks:\n- taskRef:\n    name: buildah\n", Some(Buildah), 2),
            (
                "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, .]\n",
                Some(Legacy),
                2,
            ),
            (
                "command: [/kaniko/executor, --dockerfile=Dockerfile]\n",
                Some(Kaniko),
                1,
            ),
            ("uses: redhat-actions/buildah-build@v2\n", Some(Buildah), 1),
            (
                "run: docker compose up\nname: we do not use kaniko\n",
                None,
                0,
            ),
            (
                "steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, .]\n  env: [DOCKER_BUILDKIT=1]\n",
                None,
                0,
            ),
        ] {
            let calls = found("ci.yml", text);
            let other = calls.iter().find(|call| call.builder.is_some());
            assert_eq!(other.and_then(|call| call.builder), builder, "{text}");
            let told = other.map_or(0, |call| call.place.line);
            assert!(told.abs_diff(line) <= 1, "{text}: {told}");
        }
    }

    #[test]
    fn stages_are_named_by_keys_and_options() {
        for text in [
            "- uses: docker/build-push-action@v6\n  with: {context: app, target: dev}\n",
            "script:\n  - docker build --target dev app\n",
            "args: [build, --target, dev, app]\n",
            "artifacts:\n  - docker: {dockerfile: app/Dockerfile, target: dev}\n",
            "{\"build\": {\"dockerfile\": \"app/Dockerfile\", \"target\": \"dev\"}}",
        ] {
            let calls = found("ci.yml", text);
            let call = calls.iter().find(|call| call.target.is_some()).unwrap();
            assert_eq!(call.target, Some(Text::Known("dev".to_owned())), "{text}");
            assert_eq!(call.dockerfile.means("app/Dockerfile"), Means::Surely);
        }
    }

    #[test]
    fn bitbucket_leaves_buildkit_off() {
        let text = |setting: &str| {
            format!(
                "pipelines:\n  default:\n    - step:\n        script:\n{setting}          - docker build -t a .\n"
            )
        };
        let builder = |path: &str, setting: &str| {
            let calls = found(path, &text(setting));
            calls.first().and_then(|call| call.builder)
        };
        let on = "          - export DOCKER_BUILDKIT=1\n";
        assert_eq!(
            builder("bitbucket-pipelines.yml", ""),
            Some(Builder::Legacy)
        );
        assert_eq!(builder("bitbucket-pipelines.yml", on), None);
        assert_eq!(builder("other.yml", ""), None);
    }
}
