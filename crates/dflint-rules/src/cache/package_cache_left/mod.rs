//! Package lists and downloads that stay in the image.

mod cleanup;
mod hadolint;

use dflint_fix::Fix;
use dflint_shell::Word;

use crate::options::CachePolicy;
use crate::run_view::Said;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct PackageCacheLeft;

/// A call that leaves a cache behind.
struct Leftover<'s> {
    /// Where to look.
    word: Word<'s>,
    message: String,
    codes: &'static [&'static str],
    fix: Result<Fix, &'static str>,
}

impl Rule for PackageCacheLeft {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let of_hadolint = cx.dialect == Dialect::Hadolint;
        if !of_hadolint && cx.options.cache_policy != CachePolicy::Cleanup {
            return;
        }
        for run in cx.runs() {
            let leftovers = match of_hadolint {
                true => hadolint::leftovers(cx, &run),
                false => cleanup::leftovers(cx, &run),
            };
            let mut said = Said::default();
            for Leftover {
                word,
                message,
                codes,
                fix,
            } in leftovers
            {
                if said.admits(cx.dialect, codes) {
                    run.report(cx, findings, word.span(), message)
                        .answers_to(codes)
                        .fix_or_withhold(fix);
                }
            }
        }
    }
}

fn message(what: &str, cure: &str) -> String {
    format!("{what} stays in the image: {cure}, or keep it in a cache mount")
}
