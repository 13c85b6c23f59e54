//! `ENV A=1 B=$A`.

use std::collections::HashSet;

use dflint_parser::{Command, Instruction, KeyValue};

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
                        && let Some((user, name)) = first_reference(pairs, is_set)
                    {
                        report(cx, instruction, user, name, findings);
                    }
                    defined.extend(pairs.iter().map(|pair| pair.key.as_str()));
                }
                _ => {}
            }
        }
    }
}

/// The first pair that refers to what another pair of the same instruction sets, with the name.
fn first_reference<'m, 'a>(
    pairs: &'m [KeyValue<'a>],
    is_set: impl Fn(&str) -> bool,
) -> Option<(&'m KeyValue<'a>, &'m str)> {
    pairs.iter().enumerate().find_map(|(at, pair)| {
        let variables = NamedVariables::of(&pair.value);
        let others = pairs.iter().enumerate().filter(|(other, _)| *other != at);
        let mut names = others.map(|(_, other)| other.key.as_str());
        let name = names.find(|name| !is_set(name) && refers_to(pair, &variables, name))?;
        Some((pair, name))
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
    pair: &KeyValue,
    name: &str,
    findings: &mut Findings,
) {
    findings.report(
        cx.anchor(instruction, pair.value.span()),
        format!("`{name}` is not set yet within the same ENV: set it in one of its own before"),
    );
}
