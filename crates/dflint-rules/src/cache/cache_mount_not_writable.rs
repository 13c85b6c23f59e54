//! Cache mounts that the user cannot write.

use crate::cache_mounts::{DefectKind, report};
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct CacheMountNotWritable;

impl Rule for CacheMountNotWritable {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        report(cx, DefectKind::NotWritable, findings);
    }
}
