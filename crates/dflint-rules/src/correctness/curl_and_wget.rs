//! curl and wget in one stage.

use std::collections::HashMap;

use dflint_parser::Span;

use crate::run_view::Said;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct CurlAndWget;

/// Where a stage first called each of the two.
#[derive(Default)]
struct Callers {
    curl: Option<Span>,
    wget: Option<Span>,
}

impl Rule for CurlAndWget {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        // Stages by their position; what stands under ONBUILD belongs to none.
        let mut stages: HashMap<Option<usize>, Callers> = HashMap::new();
        for run in cx.runs() {
            let key = (!run.onbuild).then(|| run.place.map_or(0, |(stage, _)| stage.id.0));
            let callers = stages.entry(key).or_default();
            let mut said = Said::default();
            let calls: Vec<_> = run.calls_of(&["curl", "wget"]).collect();
            for call in &calls {
                let own = if call.name == "curl" {
                    &mut callers.curl
                } else {
                    &mut callers.wget
                };
                own.get_or_insert(call.name_word.span());
            }
            let (Some(curl), Some(wget)) = (callers.curl, callers.wget) else {
                continue;
            };
            for call in calls {
                let (other, first) = if call.name == "curl" {
                    ("wget", wget)
                } else {
                    ("curl", curl)
                };
                if !said.admits(cx.dialect, &["DL4001"]) {
                    continue;
                }
                run.report(
                    cx,
                    findings,
                    call.name_word.span(),
                    format!("this stage uses `{other}` too, one of the two is enough"),
                )
                .related(first, format!("`{other}` is used here"));
            }
        }
    }
}
