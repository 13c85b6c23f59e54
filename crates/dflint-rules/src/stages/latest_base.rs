//! `FROM debian:latest`.

use crate::base_name::BaseName;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct LatestBase;

impl Rule for LatestBase {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for base in BaseName::of_stages(cx) {
            if base.tag == Some("latest") && base.digest.is_none() {
                let name = base.word.as_str();
                findings.report(
                    base.word.span(),
                    format!("what `{name}` is changes from build to build: choose a version"),
                );
            }
        }
    }
}
