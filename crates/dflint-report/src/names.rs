//! What every format says the same way.

use dflint_fix::Safety;
use dflint_knowledge::RulePage;

/// `safe`, `unsafe` or `manual`.
pub(crate) fn safety_name(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "safe",
        Safety::Unsafe => "unsafe",
        Safety::Manual => "manual",
    }
}

/// Where the rule's page can be read.
pub(crate) fn page_url(rule: &RulePage) -> String {
    let repository = env!("CARGO_PKG_REPOSITORY");
    let category = rule.category.as_str();
    format!("{repository}/blob/main/rules/{category}/{}.md", rule.name)
}
