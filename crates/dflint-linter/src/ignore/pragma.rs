//! `# dflint ignore=…` and `# hadolint ignore=…` comments, taken apart.

use dflint_parser::Span;

/// Whose comment it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tool {
    /// `# dflint …`.
    Dflint,
    /// `# hadolint …`.
    Hadolint,
}

/// What an ignore comment covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// The instruction that the comment stands above or in.
    Instruction,
    /// The stage whose `FROM` the comment stands above.
    Stage,
    /// The whole file.
    Global,
}

/// A name in an ignore list, as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ListedName<'a> {
    pub(crate) text: &'a str,
    pub(crate) span: Span,
}

/// An ignore comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pragma<'a> {
    pub(crate) tool: Tool,
    pub(crate) scope: Scope,
    pub(crate) names: Vec<ListedName<'a>>,
}

impl<'a> Pragma<'a> {
    /// Reads the comment `text` (from its `#` on) that begins at byte `start` of the file; `None`
    /// for any other comment. What follows the list is the reason, in free words.
    pub(crate) fn read(text: &'a str, start: u32) -> Option<Self> {
        let mut cursor = Cursor { text, at: 0 };
        while cursor.eat("#") {}
        cursor.skip_blanks();
        let tool = match cursor.word() {
            "dflint" => Tool::Dflint,
            "hadolint" => Tool::Hadolint,
            _ => return None,
        };
        cursor.skip_blanks();
        let mut verb = cursor.word();
        let scope = match verb {
            "global" => Scope::Global,
            "stage" => Scope::Stage,
            _ => Scope::Instruction,
        };
        if scope != Scope::Instruction {
            cursor.skip_blanks();
            verb = cursor.word();
        }
        cursor.skip_blanks();
        if verb != "ignore" || !cursor.eat("=") {
            return None;
        }
        let names = cursor.list(start);
        (!names.is_empty()).then_some(Self { tool, scope, names })
    }
}

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// The longest run of characters that names are made of; may be empty.
    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let len = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
            .unwrap_or(rest.len());
        self.at += len;
        rest.get(..len).unwrap_or_default()
    }

    fn list(&mut self, start: u32) -> Vec<ListedName<'a>> {
        let mut names = Vec::new();
        loop {
            self.skip_blanks();
            let from = start + self.at as u32;
            let text = self.word();
            if !text.is_empty() {
                let span = Span::new(from, from + text.len() as u32);
                names.push(ListedName { text, span });
            }
            self.skip_blanks();
            if !self.eat(",") {
                return names;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tool, scope and names of a comment.
    fn read(text: &str) -> Option<(Tool, Scope, Vec<&str>)> {
        let pragma = Pragma::read(text, 0)?;
        let names = pragma.names.iter().map(|name| name.text).collect();
        Some((pragma.tool, pragma.scope, names))
    }

    #[test]
    fn ignore_comments_are_read() {
        use Scope::{Global, Instruction, Stage};
        use Tool::{Dflint, Hadolint};
        let cases = [
            (
                "# dflint ignore=DL3008",
                Dflint,
                Instruction,
                &["DL3008"][..],
            ),
            (
                "#dflint ignore=unused-stage because of CI",
                Dflint,
                Instruction,
                &["unused-stage"],
            ),
            (
                "#  dflint  global  ignore = A , B",
                Dflint,
                Global,
                &["A", "B"],
            ),
            ("# dflint stage ignore=A", Dflint, Stage, &["A"]),
            (
                "# hadolint ignore=DL3008,DL3009 # pinned elsewhere",
                Hadolint,
                Instruction,
                &["DL3008", "DL3009"],
            ),
            (
                "# hadolint ignore=SC2086, DL4006",
                Hadolint,
                Instruction,
                &["SC2086", "DL4006"],
            ),
            (
                "# hadolint global ignore=DL3003",
                Hadolint,
                Global,
                &["DL3003"],
            ),
            (
                "# hadolint ignore=,DL3003,",
                Hadolint,
                Instruction,
                &["DL3003"],
            ),
        ];
        for (text, tool, scope, names) in cases {
            assert_eq!(read(text), Some((tool, scope, names.to_vec())), "{text}");
        }
    }

    #[test]
    fn other_comments_are_not() {
        for text in [
            "# the dflint ignore=A way",
            "# dflint ignores=A",
            "# dflint ignore",
            "# dflint ignore=",
            "# hadolint shell=powershell",
            "# hadolinter ignore=A",
            "# Hadolint ignore=A",
            "#",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn names_know_their_place() {
        let pragma = Pragma::read("# dflint ignore=A, B2", 100);
        let spans: Vec<_> = pragma
            .iter()
            .flat_map(|p| &p.names)
            .map(|name| name.span)
            .collect();
        assert_eq!(spans, [Span::new(116, 117), Span::new(119, 121)]);
    }
}
