//! `https://user:password@host`.

use crate::scan::texts;
use crate::secret_text::passwords;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct CredentialsInUrl;

impl Rule for CredentialsInUrl {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for instruction in &cx.dockerfile.instructions {
            for text in texts(instruction) {
                for password in passwords(text.as_str()) {
                    findings.report(
                        text.span_of(password),
                        "the password of this address stays in the image: use a secret mount",
                    );
                }
            }
        }
    }
}
