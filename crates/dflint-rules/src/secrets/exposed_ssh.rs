//! `EXPOSE 22`.

use crate::exposed_port::exposed_ports;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct ExposedSsh;

impl Rule for ExposedSsh {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for visit in cx.visits() {
            for port in exposed_ports(cx, &visit) {
                if matches!(
                    port.container().to_ascii_lowercase().as_str(),
                    "22" | "22/tcp"
                ) {
                    findings.report(
                        visit.anchor(cx, port.word.span()),
                        "a container needs no SSH server: use `docker exec` to look inside",
                    );
                }
            }
        }
    }
}
