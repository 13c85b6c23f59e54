//! What is known of a Dockerfile besides its text.

use dflint_build::{BuildContext, ProjectFacts};

/// What stands around a Dockerfile, as far as it is known. A build context alone becomes one with
/// `into`.
#[derive(Clone, Copy, Default)]
pub struct Surroundings<'s> {
    /// The build context; rules that need one are quiet without it.
    pub context: Option<&'s dyn BuildContext>,
    /// What other files say about builds of this one; without it nothing is known of them.
    pub project: Option<&'s dyn ProjectFacts>,
}

impl<'s> From<Option<&'s dyn BuildContext>> for Surroundings<'s> {
    fn from(context: Option<&'s dyn BuildContext>) -> Self {
        Self {
            context,
            project: None,
        }
    }
}
