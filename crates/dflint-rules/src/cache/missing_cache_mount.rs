//! Package managers that download without a cache mount.

use crate::cache_mounts::{DefectKind, report};
use crate::{CachePolicy, Context, Findings, Rule};

/// See the page.
pub(crate) struct MissingCacheMount;

impl Rule for MissingCacheMount {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if cx.options.cache_policy == CachePolicy::Mount {
            report(cx, DefectKind::Missing, findings);
        }
    }
}
