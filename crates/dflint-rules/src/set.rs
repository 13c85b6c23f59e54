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
