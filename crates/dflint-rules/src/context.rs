//! What a rule may look at.

use dflint_build::{BuildContext, Model, ProjectFacts, Reach};
use dflint_parser::{Dockerfile, Instruction, Span};

use crate::file_facts::FileFacts;
use crate::options::RuleOptions;

/// Everything a rule may know about the file it judges.
#[derive(Clone, Copy)]
pub struct Context<'m, 'a> {
    /// The syntax tree.
    pub dockerfile: &'m Dockerfile<'a>,
    /// What BuildKit will do with it.
    pub model: &'m Model<'a>,
    /// The build context; `None` where it is not known. A rule that needs it is quiet then.
    pub build_context: Option<&'m dyn BuildContext>,
    /// What other files say about builds of this one; `None` where they are not known.
    pub project: Option<&'m dyn ProjectFacts>,
    /// What is derived from the file once, for all rules.
    pub facts: &'m FileFacts<'m, 'a>,
    /// What the configuration says.
    pub options: &'m RuleOptions,
    /// Where two tools draw one rule's line differently: whose line it is.
    pub dialect: Dialect,
    /// How far the tool gets whose line is drawn: BuildKit's checks see nothing of what comes
    /// after an error, dflint reads on.
    pub reach: Reach,
}

impl Context<'_, '_> {
    /// Where a finding about `span`, a part of `instruction`, points: at `span`, unless the tool
    /// whose line is drawn names the first line of an instruction and `span` begins on another.
    #[must_use]
    pub fn anchor(&self, instruction: &Instruction, span: Span) -> Span {
        let on_first_line = self.dockerfile.lines.line(span.start) == instruction.start_line;
        if self.dialect == Dialect::Dflint || on_first_line {
            return span;
        }
        let keyword = instruction.keyword.span();
        if self.dockerfile.lines.line(keyword.start) == instruction.start_line {
            return keyword;
        }
        // An escape on a line in front of the word begins the instruction.
        Span::new(instruction.span.start, keyword.end)
    }
}

/// Whose line is drawn where tools disagree about one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// dflint's own, the most exact one.
    #[default]
    Dflint,
    /// BuildKit's build checks.
    Buildkit,
    /// hadolint's.
    Hadolint,
}

/// An instruction and where it stands.
#[derive(Clone, Copy)]
pub struct Site<'m, 'a> {
    /// Index into [`Dockerfile::instructions`]; for an instruction under `ONBUILD`, the outer
    /// one's.
    pub index: usize,
    /// The instruction to judge.
    pub instruction: &'m Instruction<'a>,
    /// Whether it stands under `ONBUILD` (only for rules that ask, see
    /// [`Rule::sees_onbuild`](crate::Rule::sees_onbuild)).
    pub onbuild: bool,
}
