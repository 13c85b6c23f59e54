//! Cache mounts where no cache is.

use crate::cache_mounts::{DefectKind, report};
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct CacheMountWrongTarget;

impl Rule for CacheMountWrongTarget {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        report(cx, DefectKind::WrongTarget, findings);
    }
}
