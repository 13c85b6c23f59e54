//! Whether two builds are equal under a promise.
//!
//! `docs/verification.md` lists what is compared and what cannot be seen.

mod allowance;
mod commands;
mod operations;
mod order;
#[cfg(test)]
mod tests;

use crate::keeps::{Difference, Keeps};
use crate::lower::Build;
use crate::model::{Action, Arguments, BaseImages, ImageConfig, Model, ModelOptions, Stage};

use allowance::Allowance;
use operations::Comparison;

/// Compares what two files build, each stage taken as a target: once with the values that
/// arguments have by default, once with all arguments and unlisted base images unknown, so that a
/// variable is never mistaken for the value it happens to have.
///
/// # Errors
/// The first difference that `keeps` does not allow.
pub fn compare(before: &Model<'_>, after: &Model<'_>, keeps: &Keeps) -> Result<(), Difference> {
    if *keeps == Keeps::Nothing || before.file().source == after.file().source {
        return Ok(());
    }
    compare_models(before, after, keeps)?;
    let options = before.options();
    if options.arguments == Arguments::Unknown && options.base_images == BaseImages::Known {
        return Ok(());
    }
    let with_unknown_arguments = |model: &Model<'_>| ModelOptions {
        arguments: Arguments::Unknown,
        base_images: BaseImages::Known,
        ..model.options().clone()
    };
    let before = Model::new(before.file(), &with_unknown_arguments(before));
    let after = Model::new(after.file(), &with_unknown_arguments(after));
    compare_models(&before, &after, keeps)
}

fn compare_models(before: &Model<'_>, after: &Model<'_>, keeps: &Keeps) -> Result<(), Difference> {
    if let Some(error) = after.file().errors.first()
        && before.file().errors.is_empty()
    {
        return Err(Difference {
            what: format!("line {}: {}", error.line, error.message),
        });
    }
    compare_stages(before, after)?;
    let (old, new) = (Build::new(before), Build::new(after));
    let mut comparison = Comparison::new(&old, &new, Allowance::of(keeps));
    for (old_stage, new_stage) in before.stages().iter().zip(after.stages()) {
        let id = old_stage.id.0;
        let (Some(old_build), Some(new_build)) = (old.stages.get(id), new.stages.get(id)) else {
            continue;
        };
        let at = |detail: String| difference(new_stage, &detail);
        comparison
            .inputs(old_build.base, new_build.base)
            .map_err(|detail| at(format!("the base image ({detail})")))?;
        if let Keeps::Order { reads } = keeps {
            order::compare(&mut comparison, old_build, new_build, reads).map_err(at)?;
        } else {
            operations::compare(
                &mut comparison,
                (old_stage, old_build),
                (new_stage, new_build),
            )?;
        }
        if let Some(detail) = image_difference(&old_build.image, &new_build.image) {
            return Err(difference(new_stage, &format!("{detail} of the image")));
        }
        if old_build.platform != new_build.platform {
            return Err(difference(new_stage, "the platform"));
        }
    }
    Ok(())
}

/// Names and number of stages, and what BuildKit refuses in them.
fn compare_stages(before: &Model<'_>, after: &Model<'_>) -> Result<(), Difference> {
    if before.stages().len() != after.stages().len() {
        return Err(Difference {
            what: "the number of stages".to_owned(),
        });
    }
    for (old, new) in before.stages().iter().zip(after.stages()) {
        if old.name != new.name {
            return Err(difference(new, "the stage's name"));
        }
        if refused(old) != refused(new) {
            return Err(difference(new, "an instruction that BuildKit refuses"));
        }
    }
    Ok(())
}

/// What cannot be converted has no operations to compare, so its text counts.
fn refused<'s>(stage: &'s Stage<'_>) -> Vec<&'s str> {
    let steps = stage
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Invalid));
    steps
        .map(|step| step.instruction.logical.as_str())
        .collect()
}

/// A difference in a stage.
fn difference(stage: &Stage<'_>, detail: &str) -> Difference {
    let line = stage.instruction.start_line;
    Difference {
        what: format!("the fix would also change {detail} (stage from line {line} on)"),
    }
}

/// The first part in which two configurations differ.
fn image_difference(old: &ImageConfig, new: &ImageConfig) -> Option<&'static str> {
    let parts = [
        ("ENV", old.env == new.env),
        ("LABEL", old.labels == new.labels),
        ("VOLUME", old.volumes == new.volumes),
        ("EXPOSE", old.exposed_ports == new.exposed_ports),
        ("USER", old.user == new.user),
        ("WORKDIR", old.workdir == new.workdir),
        ("ENTRYPOINT", old.entrypoint == new.entrypoint),
        ("CMD", old.cmd == new.cmd),
        ("SHELL", old.shell == new.shell),
        ("HEALTHCHECK", old.healthcheck == new.healthcheck),
        ("STOPSIGNAL", old.stop_signal == new.stop_signal),
        ("ONBUILD", old.on_build == new.on_build),
        ("MAINTAINER", old.author == new.author),
    ];
    if let Some((name, _)) = parts.into_iter().find(|(_, equal)| !equal) {
        return Some(name);
    }
    (old != new).then_some("the configuration")
}
