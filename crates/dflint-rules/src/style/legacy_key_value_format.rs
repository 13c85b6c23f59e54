//! `ENV key value` and `LABEL key value`.

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Instruction, InstructionName, KeyValue, Span, Text};

use crate::{Context, Dialect, Findings, Rule, Site};

/// See the page.
pub(crate) struct LegacyKeyValueFormat;

impl Rule for LegacyKeyValueFormat {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Env, InstructionName::Label]
    }

    fn sees_onbuild(&self) -> bool {
        true
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        if cx.dialect == Dialect::Buildkit {
            return;
        }
        if let Some(pair) = legacy_pair(site.instruction) {
            report(cx, site.instruction, pair, pair_span(pair), findings);
        }
    }

    /// BuildKit finds it when it converts the step, so that a trigger counts where it runs.
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        if cx.dialect != Dialect::Buildkit {
            return;
        }
        for visit in cx.visits().filter(|visit| visit.error.is_none()) {
            let instruction = visit.step.instruction;
            if let Some(pair) = legacy_pair(instruction) {
                let span = visit.anchor(cx, pair_span(pair));
                report(cx, instruction, pair, span, findings);
            }
        }
    }
}

fn legacy_pair<'m, 'a>(instruction: &'m Instruction<'a>) -> Option<&'m KeyValue<'a>> {
    match &instruction.command {
        Command::Env(pairs) | Command::Label(pairs) if pairs.legacy => pairs.pairs.first(),
        _ => None,
    }
}

fn pair_span(pair: &KeyValue) -> Span {
    pair.key.span().to(pair.value.span())
}

fn report(
    cx: &Context,
    instruction: &Instruction,
    pair: &KeyValue,
    span: Span,
    findings: &mut Findings,
) {
    let keyword = instruction.keyword.as_str();
    let file = cx.dockerfile;
    findings
        .report(
            span,
            format!("write `{keyword} key=value` instead of the legacy `{keyword} key value`"),
        )
        .fix_or_withhold(fix(pair, file.source, file.directives.escape));
}

fn fix(pair: &KeyValue, source: &str, escape: char) -> Result<Fix, &'static str> {
    if !pair
        .key
        .as_str()
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "_.-/".contains(c))
    {
        return Err("the key would need quotes");
    }
    let (key, value) = (pair.key.span(), pair.value.span());
    let gap = Span::new(key.end, value.start);
    if gap.text(source).contains('#') {
        return Err("a comment between key and value would be lost");
    }
    let mut edits = vec![Edit::replace(gap, "=")];
    match Quoting::of(pair.value.as_str(), escape)? {
        Quoting::Needless => {}
        Quoting::Around => {
            edits.push(Edit::insert(value.start, "\""));
            edits.push(Edit::insert(value.end, "\""));
        }
        Quoting::Escapes(blanks) => edits.extend(escapes(&pair.value, &blanks, escape)),
    }
    Ok(Fix {
        title: "Join key and value by `=`".to_owned(),
        safety: Safety::Safe,
        keeps: Keeps::Everything,
        edits,
    })
}

fn escapes(value: &Text, blanks: &[usize], escape: char) -> impl Iterator<Item = Edit> {
    blanks
        .iter()
        .map(move |at| Edit::insert(value.span_of(*at..at + 1).start, escape))
}

/// What a value needs so that it stays one word.
enum Quoting {
    /// It is one word.
    Needless,
    /// Double quotes around it: it holds blanks, and nothing that double quotes would change.
    Around,
    /// An escape in front of each of these bytes of it, which are the blanks outside its own
    /// quotes.
    Escapes(Vec<usize>),
}

impl Quoting {
    fn of(value: &str, escape: char) -> Result<Self, &'static str> {
        let blanks = open_blanks(value, escape)?;
        if blanks.is_empty() && !value.is_empty() {
            return Ok(Self::Needless);
        }
        let has_quotes = value.contains(['"', '\'']) || value.contains(escape);
        Ok(if has_quotes {
            Self::Escapes(blanks)
        } else {
            Self::Around
        })
    }
}

/// The blanks of a value outside its quotes, which are read as BuildKit's `shell.Lex` does.
fn open_blanks(value: &str, escape: char) -> Result<Vec<usize>, &'static str> {
    let mut blanks = Vec::new();
    let mut quote = None;
    let mut characters = value.char_indices();
    while let Some((at, c)) = characters.next() {
        if c == escape && quote != Some('\'') {
            characters
                .next()
                .ok_or("an escape at the end of the value has nothing to escape")?;
            continue;
        }
        match quote {
            None if c == '"' || c == '\'' => quote = Some(c),
            None if c == ' ' || c == '\t' => blanks.push(at),
            None if c.is_whitespace() => return Err("the value holds unusual white space"),
            Some(open) if c == open => quote = None,
            _ => {}
        }
    }
    match quote {
        None => Ok(blanks),
        Some(_) => Err("a quote in the value is left open"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanks(value: &str) -> Option<Vec<usize>> {
        open_blanks(value, '\\').ok()
    }

    #[test]
    fn blanks_in_quotes_are_safe_already() {
        assert_eq!(blanks("a b  c"), Some(vec![1, 3, 4]));
        assert_eq!(blanks("\"a b\" c"), Some(vec![5]));
        assert_eq!(blanks("'a b\\' c"), Some(vec![6]));
        assert_eq!(blanks("a\\ b"), Some(vec![]));
        assert_eq!(blanks("\"a \\\" b\""), Some(vec![]));
    }

    #[test]
    fn open_quotes_are_refused() {
        for value in ["\"a", "it's", "a\\"] {
            assert_eq!(blanks(value), None, "{value}");
        }
    }
}
