//! One cache for several processor architectures.

use dflint_build::packages::{UnknownProject, caches, invocation};
use dflint_build::{Action, Stage, StagePlatform, Step};
use dflint_parser::{Dockerfile, MountKind};

use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct CacheMountSharedAcrossPlatforms;

/// Arguments that only a build for several platforms has a use for.
const PLATFORM_ARGS: [&str; 3] = ["TARGETARCH", "TARGETPLATFORM", "TARGETVARIANT"];

impl Rule for CacheMountSharedAcrossPlatforms {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if !is_for_several_platforms(cx.dockerfile) {
            return;
        }
        for (stage, step) in cx.model.steps() {
            if !step.is_trigger && !runs_on_build_platform(stage) {
                check(step, findings);
            }
        }
    }
}

/// Whether the file asks for the platform it is built for.
fn is_for_several_platforms(file: &Dockerfile) -> bool {
    PLATFORM_ARGS.iter().any(|name| file.source.contains(name))
}

/// Whether the stage runs on the builder's own platform, whatever is built.
fn runs_on_build_platform(stage: &Stage<'_>) -> bool {
    match &stage.platform {
        StagePlatform::Inherited => false,
        _ => stage
            .from
            .platform
            .as_ref()
            .is_some_and(|platform| platform.as_str().contains("BUILDPLATFORM")),
    }
}

fn check(step: &Step<'_>, findings: &mut Findings) {
    let Action::Run(run) = &step.action else {
        return;
    };
    let Some(script) = step.script().filter(|_| !run.mounts.is_empty()) else {
        return;
    };
    let site = step.state.site(&UnknownProject);
    let mut shared: Vec<usize> = Vec::new();
    for command in script.commands() {
        let Some(call) = invocation(command, &site) else {
            continue;
        };
        for (cache, place) in caches(&call, &site).places {
            let Some(place) = place.ok().filter(|_| cache.per_platform) else {
                continue;
            };
            let at = run.mounts.iter().position(|mount| {
                mount.kind == MountKind::Cache
                    && mount.target.as_ref().and_then(|target| target.to_known())
                        == Some(&place.target)
            });
            shared.extend(at.filter(|at| !shared.contains(at)));
        }
    }
    for mount in shared.into_iter().filter_map(|at| run.mounts.get(at)) {
        let mut ids = mount.mount.fields.iter().filter(|field| field.key == "id");
        let names_platform = ids.any(|field| {
            let id = field.value.as_ref().map_or("", |value| value.as_str());
            PLATFORM_ARGS.iter().any(|name| id.contains(name))
        });
        if !names_platform {
            let message = "builds for different architectures share this cache: give it an `id` with `$TARGETARCH`";
            findings.report(mount.mount.flag.span(), message);
        }
    }
}
