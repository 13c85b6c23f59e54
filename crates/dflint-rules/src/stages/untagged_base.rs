//! `FROM debian`.

use crate::base_name::BaseName;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct UntaggedBase;

impl Rule for UntaggedBase {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for base in BaseName::of_stages(cx) {
            if base.tag.is_none() && base.digest.is_none() {
                let name = base.word.as_str();
                findings.report(
                    base.word.span(),
                    format!("`{name}` means `{name}:latest`, which changes: choose a version"),
                );
            }
        }
    }
}
