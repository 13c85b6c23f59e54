//! `FROM debian`.

use crate::base_name::BaseName;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct UntaggedBase;

impl Rule for UntaggedBase {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for base in BaseName::of_stages(cx) {
            let is_written = base.tag.is_some() || base.digest.is_some();
            if !is_written && !base.may_hold_tag(cx.dialect) {
                let name = base.word.as_str();
                findings.report(
                    base.word.span(),
                    format!("`{name}` means `{name}:latest`, which changes: choose a version"),
                );
            }
        }
    }
}
