//! Images from registries that the configuration does not name.

use std::collections::HashSet;

use dflint_parser::{Command, InstructionName, MountKind, Text};

use crate::written::written_stages;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct UntrustedRegistry;

impl Rule for UntrustedRegistry {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let trusted = &cx.options.trusted_registries;
        if trusted.is_empty() {
            return;
        }
        for word in images(cx) {
            let Some(registry) = registry(word.as_str(), cx.dialect) else {
                continue;
            };
            let admits = |pattern: &String| admits(pattern, registry, cx.dialect);
            if !trusted.iter().any(admits) {
                findings.report(
                    word.span(),
                    format!(
                        "the registry `{}` is not among the trusted ones",
                        registry.name()
                    ),
                );
            }
        }
    }
}

/// Every word that names an image: the bases, and what `COPY` and mounts read from.
fn images<'m, 'a>(cx: &Context<'m, 'a>) -> Vec<&'m Text<'a>> {
    let mut names: HashSet<&str> = HashSet::from(["scratch"]);
    let mut words = Vec::new();
    for stage in written_stages(cx.dockerfile) {
        words.extend(
            stage
                .from
                .map(|from| &from.base)
                .filter(|base| !names.contains(base.as_str())),
        );
        names.extend(stage.name());
        for step in stage.steps {
            let sources: Vec<&Text> = match &step.command {
                Command::Copy(copy) if step.name == Some(InstructionName::Copy) => {
                    copy.from.iter().collect()
                }
                Command::Run(run) => run
                    .mounts
                    .iter()
                    .filter(|mount| matches!(mount.kind, MountKind::Bind | MountKind::Cache))
                    .flat_map(|mount| &mount.fields)
                    .filter(|field| field.key == "from")
                    .filter_map(|field| field.value.as_ref())
                    .collect(),
                _ => continue,
            };
            words.extend(
                sources
                    .into_iter()
                    .filter(|word| !names.contains(word.as_str())),
            );
        }
    }
    words.retain(|word| word.as_str().parse::<usize>().is_err());
    words
}

/// Where an image comes from.
#[derive(Clone, Copy)]
enum Registry<'m> {
    /// Docker Hub, as no registry is written.
    Default,
    /// The one that is written.
    Written(&'m str),
}

impl<'m> Registry<'m> {
    fn name(self) -> &'m str {
        match self {
            Self::Default => "docker.io",
            Self::Written(name) => name,
        }
    }
}

/// The registry of an image; `None` where a variable holds it. hadolint does not know `localhost`.
fn registry(image: &str, dialect: Dialect) -> Option<Registry<'_>> {
    let is_local = |first: &str| first == "localhost" && dialect != Dialect::Hadolint;
    let registry = match image.split_once('/') {
        Some((first, _)) if first.contains(['.', ':', '$']) || is_local(first) => {
            Registry::Written(first)
        }
        None if image.starts_with('$') => Registry::Written(image),
        _ => Registry::Default,
    };
    (!registry.name().contains('$')).then_some(registry)
}

/// Whether a pattern (`*`, `*suffix`, `prefix*` or a name) means the registry.
///
/// Docker Hub has two names. hadolint takes them for one where an image names none of them.
fn admits(pattern: &str, registry: Registry, dialect: Dialect) -> bool {
    let is_docker_hub = |name: &str| matches!(name, "docker.io" | "hub.docker.com");
    let name = registry.name();
    if let Some(suffix) = pattern.strip_prefix('*') {
        return name.ends_with(suffix);
    }
    if let Some(prefix) = pattern.strip_suffix('*') {
        return name.starts_with(prefix);
    }
    let either = matches!(registry, Registry::Default) || dialect != Dialect::Hadolint;
    pattern == name || either && is_docker_hub(pattern) && is_docker_hub(name)
}
