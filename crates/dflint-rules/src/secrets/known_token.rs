//! Texts that look like the tokens of a known service.

use crate::scan::texts;
use crate::secret_text::tokens;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct KnownToken;

impl Rule for KnownToken {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for instruction in &cx.dockerfile.instructions {
            for text in texts(instruction) {
                for (shape, range) in tokens(text.as_str()) {
                    findings.report(
                        text.span_of(range),
                        format!(
                            "this looks like a secret ({}): revoke it, and use a secret mount",
                            shape.name,
                        ),
                    );
                }
            }
        }
    }
}
