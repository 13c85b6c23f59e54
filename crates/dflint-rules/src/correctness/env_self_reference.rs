//! `ENV A=1 B=$A`.

use std::collections::HashSet;

use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Dockerfile, Instruction, KeyValue, Span};

use crate::variable::NamedVariables;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct EnvSelfReference;

/// `ENV`s with more pairs are not looked at: every pair is looked for in every other.
const MOST_PAIRS: usize = 500;

impl Rule for EnvSelfReference {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let mut defined: HashSet<&str> = HashSet::new();
        for (index, instruction) in cx.dockerfile.instructions.iter().enumerate() {
            match &instruction.command {
                Command::From(_) if cx.dialect == Dialect::Dflint => defined.clear(),
                Command::Arg(words) => defined.extend(words.iter().map(|word| word.key.as_str())),
                Command::Env(pairs) => {
                    let pairs = pairs.pairs.as_slice();
                    let state = cx.model.step_at(index).map(|(_, step)| &step.state);
                    let is_set = |name: &str| {
                        let set = state.is_some_and(|state| state.env().get(name).is_some());
                        defined.contains(name) || set && cx.dialect == Dialect::Dflint
                    };
                    if pairs.len() <= MOST_PAIRS
                        && let Some(reference) = first_reference(pairs, is_set)
                    {
                        report(cx, instruction, pairs, reference, findings);
                    }
                    defined.extend(pairs.iter().map(|pair| pair.key.as_str()));
                }
                _ => {}
            }
        }
    }
}

/// A pair that refers to what another pair of the same instruction sets.
#[derive(Clone, Copy)]
struct Reference<'m> {
    /// The position of the pair that refers.
    user: usize,
    /// The position of the pair that sets the variable.
    setter: usize,
    /// The variable.
    name: &'m str,
}

fn first_reference<'m>(
    pairs: &'m [KeyValue],
    is_set: impl Fn(&str) -> bool,
) -> Option<Reference<'m>> {
    pairs.iter().enumerate().find_map(|(user, pair)| {
        let variables = NamedVariables::of(&pair.value);
        let others = pairs.iter().enumerate().filter(|(other, _)| *other != user);
        let mut names = others.map(|(setter, other)| (setter, other.key.as_str()));
        let (setter, name) =
            names.find(|(_, name)| !is_set(name) && refers_to(pair, &variables, name))?;
        Some(Reference { user, setter, name })
    })
}

/// Whether the value holds `$name` or `${name}`. One with a default says what it wants.
fn refers_to(pair: &KeyValue, variables: &NamedVariables, name: &str) -> bool {
    let Some(at) = variables.place(name) else {
        return false;
    };
    let text = pair.value.as_str();
    let braced = text
        .get(..at.start)
        .is_some_and(|before| before.ends_with('{'));
    !braced || text.get(at.end..).is_some_and(|rest| rest.starts_with('}'))
}

fn report(
    cx: &Context,
    instruction: &Instruction,
    pairs: &[KeyValue],
    reference: Reference,
    findings: &mut Findings,
) {
    let Some(user) = pairs.get(reference.user) else {
        return;
    };
    let name = reference.name;
    let finding = findings.report(
        cx.anchor(instruction, user.value.span()),
        format!("`{name}` is not set yet within the same ENV: set it in one of its own before"),
    );
    if let Some(setter) = pairs.get(reference.setter) {
        finding.related(setter.key.span(), "it is set here");
    }
    finding.fix_or_withhold(split(cx.dockerfile, pairs, reference));
}

/// The fix that begins another `ENV` with the pair that refers to an earlier one.
fn split(file: &Dockerfile, pairs: &[KeyValue], reference: Reference) -> Result<Fix, &'static str> {
    if reference.setter > reference.user {
        return Err("the variable is set behind the place that reads it");
    }
    let pair = |at: usize| pairs.get(at).ok_or("the pairs cannot be told apart");
    let before = pair(reference.user.saturating_sub(1))?;
    let gap = Span {
        start: before.value.span().end.max(before.key.span().end),
        end: pair(reference.user)?.key.span().start,
    };
    let text = file.source.get(gap.start as usize..gap.end as usize);
    let escape = file.directives.escape;
    let is_blank = |text: &str| text.chars().all(|c| c.is_whitespace() || c == escape);
    let text = text
        .filter(|text| is_blank(text))
        .ok_or("what stands between the pairs would be lost")?;
    let line_end = if text.contains('\r') { "\r\n" } else { "\n" };
    Ok(Fix {
        title: format!("Set `{}` in an ENV of its own", reference.name),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::replace(gap, format!("{line_end}ENV "))],
    })
}
