//! Names of rules as people write them.

use dflint_knowledge::{Category, RulePage, pages};

use super::preset::Origin;

/// What a name in a selection or an ignore comment stands for. Ordered from the widest to the most
/// specific.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Name {
    /// `ALL`.
    All,
    /// A category.
    Category(Category),
    /// A rule's own name.
    Rule(&'static str),
    /// Another tool's code: of a rule, only the findings that answer to it.
    Code(&'static str),
}

impl Name {
    /// What `text` stands for. Names and codes are case-sensitive, as in the tools they are from.
    pub(crate) fn find(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("all") {
            return Some(Self::All);
        }
        if let Some(page) = dflint_knowledge::page(text) {
            return Some(Self::Rule(page.name));
        }
        let category = Category::ALL
            .into_iter()
            .find(|category| category.as_str() == text);
        category
            .map(Self::Category)
            .or_else(|| code(text).map(Self::Code))
    }

    /// Whether the rule with this page can have findings that the name stands for.
    pub(crate) fn concerns(self, page: &RulePage) -> bool {
        match self {
            Self::All => true,
            Self::Category(category) => page.category == category,
            Self::Rule(name) => page.name == name,
            Self::Code(code) => page.codes.contains(&code),
        }
    }

    /// The names that stand for a finding of this rule that answers to `codes`, the most specific
    /// first.
    pub(crate) fn of_finding<'c>(
        page: &RulePage,
        codes: &'c [&'static str],
    ) -> impl Iterator<Item = Self> + use<'c> {
        let wider = [
            Self::Rule(page.name),
            Self::Category(page.category),
            Self::All,
        ];
        codes.iter().map(|code| Self::Code(code)).chain(wider)
    }

    /// The greatest [`Name::specificity`].
    pub(crate) const MOST_SPECIFIC: usize = 3;

    /// How wide the name reaches among the findings of the rule with this page: 0 where it names
    /// all rules, 2 for all findings of this one, 3 for a part of them.
    pub(crate) fn specificity(self, page: &RulePage) -> usize {
        match self {
            Self::All => 0,
            Self::Category(_) => 1,
            Self::Rule(_) => 2,
            Self::Code(code) if is_whole(page, code) => 2,
            Self::Code(_) => 3,
        }
    }
}

/// Whether all findings of the rule with this page answer to `code`: it is the only one that its
/// tool has for the rule. Where a tool has several, each finding answers to one of them.
fn is_whole(page: &RulePage, code: &str) -> bool {
    let origin = Origin::of(code);
    let mut others = page.codes.iter().filter(|other| **other != code);
    others.all(|other| Origin::of(other) != origin)
}

fn code(text: &str) -> Option<&'static str> {
    let page = dflint_knowledge::pages_for_code(text).next()?;
    page.codes.iter().copied().find(|code| *code == text)
}

/// A name that no rule, category or code has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no rule `{name}`{}", suggestion.map(|name| format!(", did you mean `{name}`?")).unwrap_or_default())]
pub struct UnknownName {
    /// The name as written.
    pub name: String,
    /// A known name that looks like it.
    pub suggestion: Option<&'static str>,
}

impl UnknownName {
    pub(crate) fn new(name: &str) -> Self {
        let names = pages::ALL
            .iter()
            .flat_map(|page| std::iter::once(page.name).chain(page.codes.iter().copied()));
        let categories = Category::ALL.into_iter().map(Category::as_str);
        let suggestion = names
            .chain(categories)
            .chain(["ALL"])
            .map(|known| {
                (
                    strsim::damerau_levenshtein(&name.to_lowercase(), &known.to_lowercase()),
                    known,
                )
            })
            .filter(|(distance, known)| *distance * 3 <= known.len())
            .min_by_key(|(distance, _)| *distance)
            .map(|(_, known)| known);
        Self {
            name: name.to_owned(),
            suggestion,
        }
    }
}
