//! Words: what the shell makes one argument of (or several, where it splits).

use dflint_parser::{Span, Text};

use crate::decode::{Quoting, decode};
use crate::joined::Joined;
use crate::range::TextRange;
use crate::script::Script;
use crate::tree::List;

/// A word as the tree holds it; [`Word`] is the view with its script.
#[derive(Debug, Default)]
pub(crate) struct WordNode {
    pub(crate) range: TextRange,
    pub(crate) value: Value,
    /// Empty for a word that is its own value.
    pub(crate) parts: Vec<Part>,
    pub(crate) glob: bool,
    pub(crate) brace: bool,
}

/// What a word comes to.
#[derive(Debug, Default)]
pub(crate) enum Value {
    /// Exactly what is written.
    #[default]
    Verbatim,
    /// Static, but written with quotes or escapes.
    Static(Box<str>),
    /// Known only when the script runs.
    Dynamic,
}

impl WordNode {
    /// The value after quote removal where it is static; `text` is the script's.
    pub(crate) fn literal<'t>(&'t self, text: &'t str) -> Option<&'t str> {
        match &self.value {
            Value::Verbatim => Some(self.range.of(text)),
            Value::Static(value) => Some(value),
            Value::Dynamic => None,
        }
    }

    /// The value with variables as `${NAME}`.
    pub(crate) fn render(&self, text: &str) -> String {
        if let Some(literal) = self.literal(text) {
            return literal.to_owned();
        }
        let mut out = String::with_capacity(self.range.of(text).len());
        for part in &self.parts {
            match part {
                Part::Text { range, quoting } => push_decoded(range.of(text), *quoting, &mut out),
                Part::Parameter {
                    name, plain: true, ..
                } => {
                    out.push_str("${");
                    out.push_str(name);
                    out.push('}');
                }
                Part::Parameter { range, .. }
                | Part::Command { range, .. }
                | Part::Computed { range, .. } => out.push_str(range.of(text)),
            }
        }
        out
    }

    /// The value as a text of its own, each byte with its place in the file; expansions stay as
    /// written. The flag says whether there are none.
    pub(crate) fn to_joined(&self, text: &Text<'_>) -> (Joined, bool) {
        let mut joined = Joined::default();
        if self.parts.is_empty() {
            joined.push(text, self.range.range());
            return (joined, true);
        }
        let mut is_static = true;
        for part in &self.parts {
            let Part::Text { range, quoting } = part else {
                is_static = false;
                joined.push(text, part.range().range());
                continue;
            };
            let start = range.start as usize;
            decode(
                range.of(text.as_str()),
                *quoting,
                |kept, decoded| match decoded {
                    None => joined.push(text, start + kept.start..start + kept.end),
                    Some(letter) => {
                        let at = text.source_offset(start + kept.start);
                        joined.push_synthetic(letter.encode_utf8(&mut [0; 4]), at);
                    }
                },
            );
        }
        (joined, is_static)
    }

    /// Whether it is one argument made of text and plain variables.
    pub(crate) fn is_one_path(&self) -> bool {
        !self.glob
            && !self.brace
            && self.parts.iter().all(|part| {
                matches!(
                    part,
                    Part::Text { .. } | Part::Parameter { plain: true, .. }
                )
            })
    }
}

/// A piece of a word.
#[derive(Debug)]
pub(crate) enum Part {
    /// Literal text; the range excludes the quotes.
    Text { range: TextRange, quoting: Quoting },
    /// `$NAME` or `${NAME…}`.
    Parameter {
        name: Box<str>,
        range: TextRange,
        quoted: bool,
        /// Whether it is just the value, without an operator such as `:-`.
        plain: bool,
        /// The word behind the operator.
        operand: Vec<Part>,
    },
    /// `$( … )`, `` `…` `` or `<( … )`.
    Command {
        body: List,
        range: TextRange,
        quoted: bool,
    },
    /// `$(( … ))` and anything else that is computed.
    Computed {
        range: TextRange,
        operand: Vec<Part>,
    },
}

impl Part {
    /// Where it stands; of literal text, without the quotes.
    pub(crate) fn range(&self) -> TextRange {
        match self {
            Part::Text { range, .. }
            | Part::Parameter { range, .. }
            | Part::Command { range, .. }
            | Part::Computed { range, .. } => *range,
        }
    }

    /// The list of a command substitution and the parts inside of an expansion.
    pub(crate) fn inner(&self) -> (Option<&List>, &[Part]) {
        match self {
            Part::Text { .. } => (None, &[]),
            Part::Parameter { operand, .. } | Part::Computed { operand, .. } => (None, operand),
            Part::Command { body, .. } => (Some(body), &[]),
        }
    }
}

/// A variable that a word reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variable<'s> {
    /// The name without `$` and braces.
    pub name: &'s str,
    /// The whole expansion, `${NAME:-…}` included.
    pub range: TextRange,
    /// Whether it stands in double quotes; where it does not, the shell splits its value and
    /// matches the pieces with file names.
    pub quoted: bool,
    /// Whether it is just the value, without an operator such as `:-`.
    pub plain: bool,
}

/// A word with its script.
#[derive(Debug, Clone, Copy)]
pub struct Word<'s> {
    pub(crate) script: &'s Script<'s>,
    pub(crate) node: &'s WordNode,
}

impl<'s> Word<'s> {
    /// The word as written, quotes and all.
    #[must_use]
    pub fn raw(self) -> &'s str {
        self.node.range.of(self.script.as_str())
    }

    /// Where it stands in the script's logical text.
    #[must_use]
    pub fn range(self) -> TextRange {
        self.node.range
    }

    /// The smallest span of the file that holds it.
    #[must_use]
    pub fn span(self) -> Span {
        self.script.span(self.node.range)
    }

    /// The file spans it stands on: more than one where a continuation interrupts it.
    pub fn source_ranges(self) -> impl Iterator<Item = Span> + 's {
        self.script.source_ranges(self.node.range)
    }

    /// The value after quote removal, where nothing in it is expanded when the script runs
    /// (a word with a glob has its pattern as value; see [`Word::is_glob`]).
    #[must_use]
    pub fn literal(self) -> Option<&'s str> {
        self.node.literal(self.script.as_str())
    }

    /// The value with quotes removed and each variable as `${NAME}`; expansions of another kind
    /// as written.
    #[must_use]
    pub fn render(self) -> String {
        self.node.render(self.script.as_str())
    }

    /// The variables it reads, those inside of expansions included (not those of command
    /// substitutions: they belong to the commands there).
    #[must_use]
    pub fn variables(self) -> Vec<Variable<'s>> {
        let mut found = Vec::new();
        variables_of(&self.node.parts, &mut found);
        found
    }

    /// Whether the shell may make several arguments (or none) of it: an unquoted expansion
    /// (`$PHPIZE_DEPS`), a glob, or braces.
    #[must_use]
    pub fn splits(self) -> bool {
        self.is_glob() || self.node.brace || has_unquoted_expansion(&self.node.parts)
    }

    /// Whether it holds an unquoted pattern that the shell matches with file names.
    #[must_use]
    pub fn is_glob(self) -> bool {
        self.node.glob
    }

    /// Whether it holds unquoted braces (`{a,b}`), which only Bash expands.
    #[must_use]
    pub fn has_braces(self) -> bool {
        self.node.brace
    }

    /// Whether it runs commands (`$( … )`) when it is expanded.
    #[must_use]
    pub fn has_substitution(self) -> bool {
        holds_command(&self.node.parts)
    }

    /// Whether any part of it is quoted or escaped.
    #[must_use]
    pub fn is_quoted(self) -> bool {
        matches!(self.node.value, Value::Static(_))
            || self.node.parts.iter().any(|part| match part {
                Part::Text { quoting, .. } => *quoting != Quoting::Unquoted,
                Part::Parameter { quoted, .. } | Part::Command { quoted, .. } => *quoted,
                Part::Computed { .. } => false,
            })
    }
}

/// Appends `raw` after quote removal.
pub(crate) fn push_decoded(raw: &str, quoting: Quoting, out: &mut String) {
    decode(raw, quoting, |range, decoded| match decoded {
        Some(letter) => out.push(letter),
        None => out.push_str(raw.get(range).unwrap_or_default()),
    });
}

fn variables_of<'s>(parts: &'s [Part], found: &mut Vec<Variable<'s>>) {
    for part in parts {
        if let Part::Parameter {
            name,
            range,
            quoted,
            plain,
            ..
        } = part
        {
            found.push(Variable {
                name,
                range: *range,
                quoted: *quoted,
                plain: *plain,
            });
        }
        variables_of(part.inner().1, found);
    }
}

fn has_unquoted_expansion(parts: &[Part]) -> bool {
    parts.iter().any(|part| match part {
        Part::Parameter { quoted, .. } | Part::Command { quoted, .. } => !quoted,
        Part::Text { .. } | Part::Computed { .. } => false,
    })
}

fn holds_command(parts: &[Part]) -> bool {
    parts.iter().any(|part| {
        let (list, inner) = part.inner();
        list.is_some() || holds_command(inner)
    })
}
