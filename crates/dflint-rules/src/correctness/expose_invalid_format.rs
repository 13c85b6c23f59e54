//! `EXPOSE 80:8080`.

use dflint_fix::{Edit, Fix, Keeps, Safety};

use crate::exposed_port::{ExposedPort, exposed_ports};
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct ExposeInvalidFormat;

impl Rule for ExposeInvalidFormat {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for visit in cx.visits() {
            for port in exposed_ports(cx, &visit) {
                let container = port.container();
                let before = port
                    .value
                    .as_str()
                    .strip_suffix(container)
                    .unwrap_or_default();
                if before.trim_end_matches(':').is_empty() {
                    continue;
                }
                findings
                    .report(
                        visit.anchor(cx, port.word.span()),
                        format!(
                            "EXPOSE takes the container's port alone, write `{container}` for `{}`",
                            port.value,
                        ),
                    )
                    .fix_or_withhold(fix(&port));
            }
        }
    }
}

fn fix(port: &ExposedPort) -> Result<Fix, &'static str> {
    if !port.is_literal() {
        return Err("the port depends on a variable");
    }
    Ok(Fix {
        title: "Keep the container's port".to_owned(),
        safety: Safety::Safe,
        keeps: Keeps::Everything,
        edits: vec![Edit::replace(port.word.span(), port.container())],
    })
}
