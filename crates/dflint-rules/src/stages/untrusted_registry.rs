//! Images from registries that the configuration does not name.

use std::collections::HashSet;

use dflint_parser::{Command, InstructionName, MountKind, Text};

use crate::written::written_stages;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct UntrustedRegistry;

impl Rule for UntrustedRegistry {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let trusted = &cx.options.trusted_registries;
        if trusted.is_empty() {
            return;
        }
        for word in images(cx) {
            let Some(registry) = registry(word.as_str()) else {
                continue;
            };
            if !trusted.iter().any(|pattern| admits(pattern, registry)) {
                findings.report(
                    word.span(),
                    format!("the registry `{registry}` is not among the trusted ones"),
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

/// The registry of an image, `docker.io` where none is written; `None` where a variable holds it.
fn registry(image: &str) -> Option<&str> {
    let registry = match image.split_once('/') {
        Some((first, _)) if first.contains(['.', ':', '$']) || first == "localhost" => first,
        None if image.starts_with('$') => image,
        _ => "docker.io",
    };
    (!registry.contains('$')).then_some(registry)
}

/// Whether a pattern (`*`, `*suffix`, `prefix*` or a name) means the registry.
fn admits(pattern: &str, registry: &str) -> bool {
    let is_docker_hub = |name: &str| matches!(name, "docker.io" | "hub.docker.com");
    if let Some(suffix) = pattern.strip_prefix('*') {
        return registry.ends_with(suffix);
    }
    match pattern.strip_suffix('*') {
        Some(prefix) => registry.starts_with(prefix),
        None => pattern == registry || is_docker_hub(pattern) && is_docker_hub(registry),
    }
}
