//! Cache mounts that builds may spoil for each other.

use crate::cache_mounts::{DefectKind, report};
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct CacheMountNotLocked;

impl Rule for CacheMountNotLocked {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        report(cx, DefectKind::NotLocked, findings);
    }
}
