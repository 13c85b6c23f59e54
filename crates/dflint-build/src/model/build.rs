//! Building a [`Model`] from a syntax tree.

use dflint_parser::Dockerfile;

use crate::env::Env;

use super::{Model, ModelOptions};

/// Works out what the file does.
pub(super) fn model<'a>(file: &'a Dockerfile<'a>, options: &ModelOptions) -> Model<'a> {
    Model {
        file,
        options: options.clone(),
        global_args: Env::default(),
        stages: Vec::new(),
        target: None,
        errors: Vec::new(),
    }
}
