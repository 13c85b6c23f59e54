//! What a rule page says.

/// How serious a finding is. Ordered: `Style < Info < Warning < Error`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Severity {
    Style,
    Info,
    Warning,
    Error,
}

impl Severity {
    /// The word that configuration, pages and reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Style => "style",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What a rule is about; the folder its page and its code stand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)]
pub enum Category {
    Cache,
    Stages,
    Secrets,
    Correctness,
    Packages,
    Labels,
    Style,
    Project,
}

impl Category {
    /// Every category, in the order in which documentation lists them.
    pub const ALL: [Self; 8] = [
        Self::Cache,
        Self::Stages,
        Self::Secrets,
        Self::Correctness,
        Self::Packages,
        Self::Labels,
        Self::Style,
        Self::Project,
    ];

    /// The folder's name, which is also the category's name in configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::Stages => "stages",
            Self::Secrets => "secrets",
            Self::Correctness => "correctness",
            Self::Packages => "packages",
            Self::Labels => "labels",
            Self::Style => "style",
            Self::Project => "project",
        }
    }
}

/// The best fix a rule can offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Fixability {
    Safe,
    Unsafe,
    None,
}

impl Fixability {
    /// The word that pages and reports use.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
            Self::None => "none",
        }
    }
}

/// Who finds what a page describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finder {
    /// A rule: code of the same name in `dflint-rules`.
    Rule,
    /// The linter itself, which knows what no rule can see (syntax errors, unused ignores).
    Linter,
    /// Another program, where it is installed; what calls it runs its page's examples as tests.
    Program,
}

/// One rule's page: the front matter as fields, the prose as Markdown, the examples as blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RulePage {
    /// Kebab-case name, equal to the file's.
    pub name: &'static str,
    /// The folder.
    pub category: Category,
    /// Severity where no preset or configuration says otherwise.
    pub severity: Severity,
    /// Whether the `recommended` preset holds it.
    pub default: bool,
    /// The best fix it can offer.
    pub fix: Fixability,
    /// Who finds it.
    pub found_by: Finder,
    /// Names other tools know it by (`DL3042`, `SecretsUsedInArgOrEnv`).
    pub codes: &'static [&'static str],
    /// The first sentence of "What it does", plain text.
    pub summary: &'static str,
    /// The page without front matter, Markdown.
    pub markdown: &'static str,
    /// The fenced blocks of the page in order, executed as tests.
    pub blocks: &'static [Block],
}

/// A fenced block of a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    /// What the block stands for.
    pub kind: BlockKind,
    /// Which example it belongs to: counts the `###` headings of the page so far. The context
    /// files of an example are shared by all its Dockerfiles.
    pub example: u32,
    /// For a context file or a created one: its path in the build context.
    pub path: Option<&'static str>,
    /// For a bad block: the lines, counted from 1, on which findings start.
    pub lines: &'static [u32],
    /// Settings named in the info string, `key=value`.
    pub attributes: &'static [(&'static str, &'static str)],
    /// The line of the page on which the block's text begins, counted from 1.
    pub page_line: u32,
    /// The block's text, line ends included.
    pub text: &'static str,
}

impl RulePage {
    /// The codes as a reader wants them: the first and the last of a list that nobody reads.
    #[must_use]
    pub fn listed_codes(&self) -> String {
        const LONGEST: usize = 16;
        match self.codes {
            [first, .., last] if self.codes.len() > LONGEST => format!("{first} … {last}"),
            codes => codes.join(", "),
        }
    }
}

impl Block {
    /// The value of a setting of the info string.
    #[must_use]
    pub fn attribute(&self, key: &str) -> Option<&'static str> {
        self.attributes
            .iter()
            .find(|(name, _)| *name == key)
            .map(|&(_, value)| value)
    }
}

/// What a fenced block stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BlockKind {
    /// `dockerfile bad`: the rule fires at the marked lines.
    Bad,
    /// `dockerfile good`: the rule is silent.
    Good,
    /// `dockerfile fixed`: what the fixer makes of the bad block before it.
    Fixed,
    /// `text path=…`: a file of the build context of the same example.
    ContextFile,
    /// `text creates=…`: a file that the fix of the fixed block before it creates or changes.
    CreatedFile,
    /// Anything else: shown, not executed.
    Prose,
}
