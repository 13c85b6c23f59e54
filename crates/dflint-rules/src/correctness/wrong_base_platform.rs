//! Images of one architecture under a `--platform` of another.

use dflint_build::{Base, BaseImages, ImageReference, StagePlatform};

use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct WrongBasePlatform;

impl Rule for WrongBasePlatform {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        // Knowledge of images is what this rule consists of.
        if cx.model.options().base_images == BaseImages::Empty {
            return;
        }
        for stage in cx.model.stages() {
            let (Base::Image(image), StagePlatform::Given(asked)) = (&stage.base, &stage.platform)
            else {
                continue;
            };
            let Some((os, architecture)) = platform_of(image) else {
                continue;
            };
            let asked = asked.normalized();
            if asked.os == os && asked.architecture == architecture {
                continue;
            }
            findings.report(
                cx.anchor(stage.instruction, stage.from.base.span()),
                format!(
                    "`{}` is made for {os}/{architecture}, not for {asked}",
                    image.familiar_name(),
                ),
            );
        }
    }
}

/// Users of Docker Hub that hold the official images of one architecture each.
const ARCHITECTURES: [(&str, &str, &str); 11] = [
    ("amd64", "linux", "amd64"),
    ("arm32v5", "linux", "arm"),
    ("arm32v6", "linux", "arm"),
    ("arm32v7", "linux", "arm"),
    ("arm64v8", "linux", "arm64"),
    ("i386", "linux", "386"),
    ("mips64le", "linux", "mips64le"),
    ("ppc64le", "linux", "ppc64le"),
    ("riscv64", "linux", "riscv64"),
    ("s390x", "linux", "s390x"),
    ("winamd64", "windows", "amd64"),
];

/// Operating system and architecture of an image that says them in its name.
fn platform_of(image: &ImageReference) -> Option<(&'static str, &'static str)> {
    let name = image.familiar_name();
    let (user, _) = name.split_once('/')?;
    let entry = ARCHITECTURES.iter().find(|(known, _, _)| *known == user)?;
    Some((entry.1, entry.2))
}
