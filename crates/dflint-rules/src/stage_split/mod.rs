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

/// The fix that divides the only stage of the file, which `call` builds in.
///
/// # Errors
/// Why no plan can be made.
pub(crate) fn plan<'m, 'a>(
    cx: &Context<'m, 'a>,
    stage: &'m Stage<'a>,
    call: BuildCall<'m>,
) -> Result<Fix, String> {
    if !matches!(stage.base, Base::Image(_)) {
        return Err("the base image is not known".to_owned());
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
