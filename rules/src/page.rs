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

/// The best fix a rule can offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Fixability {
    Safe,
    Unsafe,
    None,
}

/// One rule's page: the front matter as fields, the prose as Markdown, the examples as blocks.
#[derive(Debug, Clone, Copy)]
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
#[derive(Debug, Clone, Copy)]
pub struct Block {
    /// What the block stands for.
    pub kind: BlockKind,
    /// For a context file: its path in the build context.
    pub path: Option<&'static str>,
    /// Settings named in the info string, `key=value`.
    pub attributes: &'static [(&'static str, &'static str)],
    /// The block's text.
    pub text: &'static str,
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
    /// `text path=…`: a file of the build context of the neighbouring examples.
    ContextFile,
    /// Anything else: shown, not executed.
    Prose,
}
