//! A selection, resolved to rules.

use std::collections::BTreeMap;

use dflint_knowledge::{RulePage, Severity, pages};
use dflint_rules::{Dialect, REGISTRY, RegisteredRule, RuleSet};

use super::Selection;
use super::name::{Name, UnknownName};
use super::preset::{Origin, Preset, Share};
use crate::finding::Finding;
use crate::ignore::EXPERIMENTAL;

/// The rules of a run, ready to judge any number of files.
pub struct ActiveRules {
    preset: Preset,
    choices: BTreeMap<&'static str, Choice>,
    severities: BTreeMap<Name, Severity>,
    sets: Vec<(Dialect, RuleSet)>,
    /// The experimental check, where a file may ask for it with `# check=experimental=`.
    on_request: Option<RuleSet>,
}

/// How much of one rule is selected.
#[derive(Debug, Clone, Default)]
struct Choice {
    /// Whether findings count whatever they answer to.
    whole: bool,
    /// The codes whose findings count.
    on: Vec<&'static str>,
    /// The codes whose findings never count.
    off: Vec<&'static str>,
}

impl Choice {
    fn of(share: Share) -> Self {
        match share {
            Share::None => Self::default(),
            Share::Whole => Self {
                whole: true,
                ..Self::default()
            },
            Share::Codes(on) => Self {
                on,
                ..Self::default()
            },
        }
    }

    fn select(&mut self, name: Name) {
        if let Name::Code(code) = name {
            self.off.retain(|off| *off != code);
            self.on.push(code);
        } else {
            *self = Self {
                whole: true,
                ..Self::default()
            };
        }
    }

    fn ignore(&mut self, name: Name) {
        if let Name::Code(code) = name {
            self.on.retain(|on| *on != code);
            self.off.push(code);
        } else {
            *self = Self::default();
        }
    }

    fn is_off(&self) -> bool {
        !self.whole && self.on.is_empty()
    }

    /// Whose line the rule draws: that of the tool whose codes alone were asked for.
    fn dialect(&self, preset: Preset) -> Dialect {
        let mut asked = self.on.iter().map(|code| Origin::of(code).dialect());
        match asked.next() {
            Some(first) if !self.whole && asked.all(|other| other == first) => first,
            _ => preset.dialect(),
        }
    }

    /// The codes by which a finding that answers to `codes` is known here; `None` where it does
    /// not count.
    fn admit(&self, codes: &'static [&'static str]) -> Option<Vec<&'static str>> {
        if codes.iter().any(|code| self.off.contains(code)) {
            return None;
        }
        if self.whole {
            return Some(codes.to_vec());
        }
        let known: Vec<_> = codes
            .iter()
            .copied()
            .filter(|code| self.on.contains(code))
            .collect();
        (!known.is_empty()).then_some(known)
    }
}

impl ActiveRules {
    pub(super) fn of(selection: &Selection) -> Result<Self, UnknownName> {
        Self::among(selection, pages::ALL, REGISTRY)
    }

    /// The selection among rules other than the registered ones.
    pub(crate) fn among(
        selection: &Selection,
        pages: &[&'static RulePage],
        registry: &[RegisteredRule],
    ) -> Result<Self, UnknownName> {
        let find = |name: &String| Name::find(name).ok_or_else(|| UnknownName::new(name));
        let asked_for = selection
            .severities
            .iter()
            .map(|(name, _)| name)
            .filter(|name| selection.preset.is_asked_for_by_severity(name));
        let selected = selection
            .select
            .iter()
            .chain(&selection.extend_select)
            .chain(asked_for)
            .map(find)
            .collect::<Result<Vec<_>, _>>()?;
        let find_all = |names: &[String]| {
            names
                .iter()
                .map(find)
                .collect::<Result<Vec<_>, UnknownName>>()
        };
        let ignored = Ignored {
            usually: find_all(&selection.ignore)?,
            always: find_all(&selection.ignore_always)?,
        };
        let mut severities = BTreeMap::new();
        for (name, severity) in &selection.severities {
            severities.insert(find(name)?, *severity);
        }
        let by_preset = selection.select.is_empty();
        let choices: BTreeMap<_, _> = pages
            .iter()
            .map(|page| {
                let share = if by_preset {
                    selection.preset.share(page)
                } else {
                    Share::None
                };
                (page.name, choose(page, share, &selected, &ignored))
            })
            .collect();
        let may_ask =
            by_preset && matches!(selection.preset, Preset::Recommended | Preset::Buildkit);
        Ok(Self {
            preset: selection.preset,
            sets: sets(registry, &choices, selection.preset),
            on_request: may_ask.then(|| on_request(registry, &choices, &ignored)),
            choices,
            severities,
        })
    }

    /// The sets of rules that judge a file, each with whose line its rules draw. `experimental`:
    /// whether the file asks for BuildKit's experimental check.
    pub(crate) fn sets(&self, experimental: bool) -> impl Iterator<Item = (Dialect, &RuleSet)> {
        let requested = self.on_request.as_ref().filter(|_| experimental);
        let requested = requested.map(|set| (Dialect::Buildkit, set));
        self.sets
            .iter()
            .map(|(dialect, set)| (*dialect, set))
            .chain(requested)
    }

    /// The finding as it is reported, with its severity and the codes that were asked for; `None`
    /// where it was not asked for.
    pub(crate) fn admit(&self, found: dflint_rules::Finding) -> Option<Finding> {
        let codes = match self.choices.get(found.rule.name)?.admit(found.codes) {
            Some(codes) => codes,
            None if self.is_on_request(found.rule, found.codes) => found.codes.to_vec(),
            None => return None,
        };
        let severity = self.severity(found.rule, &codes, found.severity);
        Some(Finding {
            rule: found.rule,
            codes,
            severity,
            span: found.span,
            message: found.message,
            related: found.related,
            fix: found.fix,
            withheld: found.withheld,
        })
    }

    /// The severity of a finding of this rule; `own` is what the rule itself says.
    pub(crate) fn severity(
        &self,
        page: &RulePage,
        codes: &[&'static str],
        own: Option<Severity>,
    ) -> Severity {
        Name::of_finding(page, codes)
            .find_map(|name| self.severities.get(&name).copied())
            .or_else(|| codes.iter().find_map(|code| self.preset.severity(code)))
            .or(own)
            .unwrap_or(page.severity)
    }

    /// The preset that the selection started from.
    #[must_use]
    pub fn preset(&self) -> Preset {
        self.preset
    }

    /// Whether the rule with this page runs.
    #[must_use]
    pub fn has(&self, page: &RulePage) -> bool {
        let choice = self.choices.get(page.name);
        choice.is_some_and(|choice| !choice.is_off())
    }

    /// Whether findings that `name` stands for are looked for.
    pub(crate) fn runs(&self, name: Name) -> bool {
        self.pages().filter(|page| name.concerns(page)).any(|page| {
            let (Name::Code(code), Some(choice)) = (name, self.choices.get(page.name)) else {
                return true;
            };
            !choice.off.contains(&code) && (choice.whole || choice.on.contains(&code))
        })
    }

    /// The pages of the rules that run, by name.
    pub fn pages(&self) -> impl Iterator<Item = &'static RulePage> {
        pages::ALL.iter().copied().filter(|page| self.has(page))
    }

    fn is_on_request(&self, page: &RulePage, codes: &[&'static str]) -> bool {
        let listed = |set: &RuleSet| set.rules().iter().any(|rule| rule.page.name == page.name);
        codes.contains(&EXPERIMENTAL) && self.on_request.as_ref().is_some_and(listed)
    }
}

/// The names to leave out.
struct Ignored {
    /// Where no narrower name selects.
    usually: Vec<Name>,
    /// Whatever selects.
    always: Vec<Name>,
}

impl Ignored {
    fn concerns(&self, page: &RulePage) -> bool {
        let mut names = self.usually.iter().chain(&self.always);
        names.any(|name| name.concerns(page))
    }
}

fn choose(page: &RulePage, share: Share, selected: &[Name], ignored: &Ignored) -> Choice {
    let mut choice = Choice::of(share);
    for width in 0..=Name::MOST_SPECIFIC {
        let concerned = |name: &&Name| name.concerns(page) && name.specificity(page) == width;
        for name in selected.iter().filter(concerned) {
            choice.select(*name);
        }
        for name in ignored.usually.iter().filter(concerned) {
            choice.ignore(*name);
        }
    }
    for name in ignored.always.iter().filter(|name| name.concerns(page)) {
        choice.ignore(*name);
    }
    choice
}

/// The selected rules, one set for each dialect.
fn sets(
    registry: &[RegisteredRule],
    choices: &BTreeMap<&'static str, Choice>,
    preset: Preset,
) -> Vec<(Dialect, RuleSet)> {
    [Dialect::Dflint, Dialect::Buildkit, Dialect::Hadolint]
        .into_iter()
        .map(|dialect| {
            let rules = registry.iter().copied().filter(|rule| {
                choices
                    .get(rule.page.name)
                    .is_some_and(|choice| !choice.is_off() && choice.dialect(preset) == dialect)
            });
            (dialect, RuleSet::new(rules))
        })
        .filter(|(_, set)| !set.rules().is_empty())
        .collect()
}

/// The rule of the experimental check, where it does not run anyway and was not ruled out.
fn on_request(
    registry: &[RegisteredRule],
    choices: &BTreeMap<&'static str, Choice>,
    ignored: &Ignored,
) -> RuleSet {
    RuleSet::new(registry.iter().copied().filter(|rule| {
        rule.page.codes.contains(&EXPERIMENTAL)
            && choices.get(rule.page.name).is_some_and(Choice::is_off)
            && !ignored.concerns(rule.page)
    }))
}
