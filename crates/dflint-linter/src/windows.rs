//! Stages that run on Windows.

use dflint_build::{Base, ImageReference, Model, Stage, StagePlatform};
use dflint_knowledge::base_image;
use dflint_knowledge::base_image::{Family, is_for_linux_only};

/// Parts of image names that only Windows images have.
const NAMES: [&str; 3] = ["windows", "nanoserver", "servercore"];

/// For each stage of `model`, whether it runs on Windows, as far as the file shows. A file that
/// chose the backtick as its escape character was written with Windows in mind: there a stage
/// runs on Linux only if its base image or `--platform` says so.
pub(crate) fn windows_stages(model: &Model<'_>) -> Vec<bool> {
    let backtick = model.file().directives.escape == '`';
    let mut known: Vec<bool> = Vec::with_capacity(model.stages().len());
    for stage in model.stages() {
        let runs_on_windows = match &stage.base {
            // A stage that stands below this one in the file cannot be its base.
            Base::Stage(base) => known.get(base.0).copied().unwrap_or_default(),
            Base::Image(image) if is_windows_image(image) => true,
            Base::Image(image) => backtick && !is_linux_image(image) && !says_linux(stage),
            Base::Scratch | Base::Unknown(_) | Base::Invalid => backtick && !says_linux(stage),
        };
        known.push(runs_on_windows || says_windows(stage));
    }
    known
}

/// Whether `--platform` names another system than Windows.
fn says_linux(stage: &Stage<'_>) -> bool {
    matches!(&stage.platform, StagePlatform::Given(platform) if !platform.is_windows())
}

fn is_linux_image(image: &ImageReference) -> bool {
    is_for_linux_only(&image.name(), image.tag.as_deref())
}

fn says_windows(stage: &Stage<'_>) -> bool {
    let written = stage.from.base.as_str().to_lowercase();
    stage.end.platform().is_windows() || NAMES.iter().any(|name| written.contains(name))
}

fn is_windows_image(image: &ImageReference) -> bool {
    let written = image.to_string();
    NAMES.iter().any(|name| written.contains(name))
        || base_image(&image.name(), image.tag.as_deref())
            .is_some_and(|image| image.family == Family::Windows)
}
