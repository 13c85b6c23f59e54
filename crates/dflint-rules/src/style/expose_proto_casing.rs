//! `EXPOSE 80/TCP`.

use dflint_fix::{Edit, Fix, Keeps, Safety};

use crate::exposed_port::{ExposedPort, exposed_ports};
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct ExposeProtoCasing;

impl Rule for ExposeProtoCasing {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for visit in cx.visits() {
            for port in exposed_ports(cx, &visit) {
                let Some((_, protocol)) = port.container().split_once('/') else {
                    continue;
                };
                let lower = protocol.to_lowercase();
                if lower == protocol {
                    continue;
                }
                findings
                    .report(
                        visit.anchor(cx, port.word.span()),
                        format!(
                            "write the protocol of `{}` in lower case, `{lower}`",
                            port.value
                        ),
                    )
                    .fix_or_withhold(fix(&port, protocol, &lower));
            }
        }
    }
}

fn fix(port: &ExposedPort, protocol: &str, lower: &str) -> Result<Fix, &'static str> {
    if !port.is_literal() {
        return Err("the port depends on a variable");
    }
    let word = port.word;
    let at = word.len() - protocol.len();
    Ok(Fix {
        title: "Write the protocol in lower case".to_owned(),
        safety: Safety::Safe,
        keeps: Keeps::Everything,
        edits: vec![Edit::replace(word.span_of(at..word.len()), lower)],
    })
}
