//! Dividing a stage that builds and runs into one that builds and one that runs.
//!
//! A plan is made only where everything is known that it stands on: which `RUN` builds, where the
//! result lands, that the image starts that result, which files of the build context the program
//! may read, and on which base it can run. Any doubt is a reason for no plan, in words for people.

mod artefact;
mod brought;
mod build_call;
mod children;
mod data;
mod division;
mod launch;
mod layout;
mod packages;
mod runtime;
mod targets;
mod variables;

use dflint_build::{Base, Stage};
use dflint_fix::Fix;
use dflint_knowledge::stage_split::Language;

use crate::Context;

pub(crate) use build_call::BuildCall;

use brought::Brought;
use launch::Launch;

/// Everything that a plan is made from.
struct Ground<'m, 'a> {
    cx: Context<'m, 'a>,
    stage: &'m Stage<'a>,
    call: BuildCall<'m>,
    launch: Result<Launch<'m>, String>,
}

impl<'m> Ground<'m, '_> {
    /// What the image starts.
    fn launch(&self) -> Result<&Launch<'m>, String> {
        self.launch.as_ref().map_err(Clone::clone)
    }
}

/// What to do about a build that stays in the image, for messages: the second stage of `language`.
pub(crate) fn advice(language: &Language) -> String {
    format!(
        "build in a stage of its own (`FROM … AS build`), then begin another on a small image such \
         as `{}`, with `{}`",
        language.shape.from, language.shape.copy,
    )
}

/// The fix that divides the last stage of the file, which `call` builds in. All others stay as they
/// are: no name or number of theirs changes.
///
/// # Errors
/// Why no plan can be made.
pub(crate) fn plan<'m, 'a>(
    cx: &Context<'m, 'a>,
    stage: &'m Stage<'a>,
    call: BuildCall<'m>,
) -> Result<Fix, String> {
    if cx.model.stages().last().map(|last| last.id) != Some(stage.id) {
        return Err("stages behind it may take files from it".to_owned());
    }
    match stage.base {
        Base::Image(_) => {}
        Base::Stage(_) => return Err("it is built upon another stage of the file".to_owned()),
        _ => return Err("the base image is not known".to_owned()),
    }
    let ground = Ground {
        cx: *cx,
        stage,
        call,
        launch: Launch::of(stage),
    };
    let brought = brought::brought(&ground)?;
    let made = artefact::made(&ground, &brought)?;
    let data = match made.stands_alone {
        true => Vec::new(),
        false => data::data(&ground, &brought)?,
    };
    let division = division::divide(&ground, &made, &brought, &data)?;
    children::starts_none(&ground, &brought)?;
    let runtime = runtime::runtime(&ground, &division)?;
    layout::fix(&ground, &made, &division, &data, &runtime)
}
