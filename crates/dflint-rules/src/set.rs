//! The rules of one run, ordered by what they want to see.

use dflint_parser::{Command, Instruction, InstructionName};

use crate::context::{Context, Site};
use crate::finding::{Finding, Findings};
use crate::rule::RegisteredRule;

/// The number of [`InstructionName`]s.
const NAMES: usize = InstructionName::Workdir as usize + 1;

/// The rules of one run: each sees only the instructions it asked for.
pub struct RuleSet {
    by_instruction: [Vec<RegisteredRule>; NAMES],
    all: Vec<RegisteredRule>,
}

impl RuleSet {
    /// A set of these rules. It is worth keeping for all files of a run.
    #[must_use]
    pub fn new(rules: impl IntoIterator<Item = RegisteredRule>) -> Self {
        let mut set = Self {
            by_instruction: Default::default(),
            all: rules.into_iter().collect(),
        };
        for rule in &set.all {
            for name in rule.rule.interests() {
                if let Some(list) = set.by_instruction.get_mut(*name as usize) {
                    list.push(*rule);
                }
            }
        }
        set
    }

    /// The rules of the set, in the order given.
    #[must_use]
    pub fn rules(&self) -> &[RegisteredRule] {
        &self.all
    }

    /// Everything the rules find: first by instruction in file order, then what concerns the
    /// whole file.
    #[must_use]
    pub fn run(&self, cx: &Context) -> Vec<Finding> {
        let Some(first) = self.all.first() else {
            return Vec::new();
        };
        let mut findings = Findings::of(first.page);
        for (index, instruction) in cx.dockerfile.instructions.iter().enumerate() {
            let site = Site {
                index,
                instruction,
                onbuild: false,
            };
            self.visit(cx, &site, &mut findings);
            if let Command::Onbuild(inner) = &instruction.command {
                let site = Site {
                    index,
                    instruction: inner,
                    onbuild: true,
                };
                self.visit(cx, &site, &mut findings);
            }
        }
        for rule in &self.all {
            findings.switch_to(rule.page);
            rule.rule.check_file(cx, &mut findings);
        }
        findings.into_vec()
    }

    fn visit(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        for rule in self.interested_in(site.instruction) {
            if site.onbuild && !rule.rule.sees_onbuild() {
                continue;
            }
            findings.switch_to(rule.page);
            rule.rule.check_instruction(cx, site, findings);
        }
    }

    fn interested_in(&self, instruction: &Instruction) -> &[RegisteredRule] {
        instruction
            .name
            .and_then(|name| self.by_instruction.get(name as usize))
            .map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use dflint_build::{Model, ModelOptions, Reach};
    use dflint_knowledge::{RulePage, pages};

    use super::*;
    use crate::context::Dialect;
    use crate::options::RuleOptions;
    use crate::rule::Rule;

    /// Reports every USER and RUN, and the file.
    struct Everywhere;

    impl Rule for Everywhere {
        fn interests(&self) -> &'static [InstructionName] {
            &[InstructionName::Run, InstructionName::User]
        }

        fn sees_onbuild(&self) -> bool {
            true
        }

        fn check_instruction(&self, _: &Context, site: &Site, findings: &mut Findings) {
            let message = format!(
                "{}{}",
                site.index,
                if site.onbuild { " onbuild" } else { "" }
            );
            findings.report(site.instruction.span, message);
        }

        fn check_file(&self, _: &Context, findings: &mut Findings) {
            findings.report(dflint_parser::Span::empty(0), "file");
        }
    }

    /// Reports every RUN outside of ONBUILD.
    struct RunOnly;

    impl Rule for RunOnly {
        fn interests(&self) -> &'static [InstructionName] {
            &[InstructionName::Run]
        }

        fn check_instruction(&self, _: &Context, site: &Site, findings: &mut Findings) {
            findings.report(site.instruction.span, format!("run {}", site.index));
        }
    }

    static OTHER: RulePage = RulePage {
        name: "other",
        ..pages::SYNTAX_ERROR
    };

    fn run(rules: &[RegisteredRule]) -> Vec<(&'static str, String)> {
        let source = "FROM a\nRUN b\nONBUILD RUN c\nONBUILD USER d\nUSER e\nWORKDIR /f\nNONE\n";
        let file = dflint_parser::parse(source);
        let model = Model::new(&file, &ModelOptions::default());
        let cx = Context {
            dockerfile: &file,
            model: &model,
            build_context: None,
            project: None,
            facts: &crate::FileFacts::default(),
            options: &RuleOptions::default(),
            dialect: Dialect::Dflint,
            reach: Reach::EVERYTHING,
        };
        let findings = RuleSet::new(rules.iter().copied()).run(&cx);
        findings
            .into_iter()
            .map(|finding| (finding.rule.name, finding.message))
            .collect()
    }

    #[test]
    fn rules_see_what_they_ask_for_in_file_order() {
        let everywhere = RegisteredRule {
            page: &pages::SYNTAX_ERROR,
            rule: &Everywhere,
        };
        let run_only = RegisteredRule {
            page: &OTHER,
            rule: &RunOnly,
        };
        let expected = [
            ("syntax-error", "1"),
            ("other", "run 1"),
            ("syntax-error", "2 onbuild"),
            ("syntax-error", "3 onbuild"),
            ("syntax-error", "4"),
            ("syntax-error", "file"),
        ];
        let found = run(&[everywhere, run_only]);
        let found: Vec<(&str, &str)> = found
            .iter()
            .map(|(rule, message)| (*rule, message.as_str()))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn no_rules_find_nothing() {
        assert!(run(&[]).is_empty());
    }
}
