//! Cache mounts that something keeps from being used.

use crate::cache_mounts::{DefectKind, report};
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct CacheMountDefeated;

impl Rule for CacheMountDefeated {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        report(cx, DefectKind::Defeated, findings);
    }
}
