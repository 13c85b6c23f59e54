//! Which flags an instruction takes, and what BuildKit demands of their values.

use crate::ast::{Flag, Instruction};
use crate::problem::Problem;
use crate::span::Span;
use crate::suggest::did_you_mean;
use crate::text::Text;

/// What may follow a flag's name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum FlagKind {
    /// Nothing, `=true` or `=false`.
    Switch,
    /// `=value`.
    Value,
    /// `=value`, and the flag may be repeated.
    List,
}

/// No instruction takes more flags.
const MAX_FLAGS: usize = 8;

/// A flag that an instruction takes.
pub(super) type FlagSpec = (&'static str, FlagKind);

/// Refuses the first of the instruction's flags that is not as `specs` says.
pub(super) fn check_flags(
    instruction: &Instruction<'_>,
    specs: &[FlagSpec],
) -> Result<(), Problem> {
    let mut seen = [false; MAX_FLAGS];
    for flag in &instruction.flags {
        let name = flag.name.as_str();
        let Some(index) = specs.iter().position(|(known, _)| *known == name) else {
            return Err(unknown_flag(instruction, flag, specs));
        };
        let (Some((_, kind)), Some(seen)) = (specs.get(index), seen.get_mut(index)) else {
            continue;
        };
        if *kind != FlagKind::List && std::mem::replace(seen, true) {
            let message = format!("--{name} is given twice");
            return Err(Problem::new(flag.word.span(), message));
        }
        check_value(flag, *kind)?;
    }
    Ok(())
}

fn check_value(flag: &Flag<'_>, kind: FlagKind) -> Result<(), Problem> {
    let name = flag.name.as_str();
    let missing = || {
        Problem::new(
            flag.word.span(),
            format!("--{name} needs a value: --{name}=…"),
        )
    };
    match (&flag.value, kind) {
        (None, FlagKind::Switch) => Ok(()),
        (None, _) => Err(missing()),
        (Some(value), FlagKind::Switch) if value.is_empty() => Err(missing()),
        (Some(value), FlagKind::Switch) if switch(value).is_none() => {
            let message = format!("--{name} is true or false, not {:?}", value.as_str());
            Err(Problem::new(value.span(), message))
        }
        (Some(_), _) => Ok(()),
    }
}

fn unknown_flag(instruction: &Instruction<'_>, flag: &Flag<'_>, specs: &[FlagSpec]) -> Problem {
    let names = specs.iter().map(|(name, _)| *name);
    let suggestion = did_you_mean(flag.name.as_str(), names.clone());
    let hint = if specs.is_empty() {
        ": it takes none".to_owned()
    } else if suggestion.is_empty() {
        let known: Vec<String> = names.map(|name| format!("--{name}")).collect();
        format!(": it takes {}", known.join(", "))
    } else {
        suggestion.replace("did you mean ", "did you mean --")
    };
    let word = instruction.keyword.as_str();
    let message = format!("{word} has no flag --{}{hint}", flag.name.as_str());
    Problem::new(flag.word.span(), message)
}

/// Where the value of `flag` stands; the flag itself where the value is empty.
pub(crate) fn value_span(flag: &Flag<'_>) -> Span {
    let value = flag.value.as_ref().filter(|value| !value.is_empty());
    value.unwrap_or(&flag.word).span()
}

fn switch(value: &Text<'_>) -> Option<bool> {
    let value = value.as_str();
    if value.eq_ignore_ascii_case("true") {
        return Some(true);
    }
    value.eq_ignore_ascii_case("false").then_some(false)
}

/// The value of flag `name`; `None` where it is absent or empty, which BuildKit takes for the
/// same.
pub(super) fn value<'a>(instruction: &Instruction<'a>, name: &str) -> Option<Text<'a>> {
    let flag = find(instruction, name)?;
    flag.value.clone().filter(|value| !value.is_empty())
}

/// The repeatable flags `name`.
pub(super) fn all<'i, 'a>(
    instruction: &'i Instruction<'a>,
    name: &'static str,
) -> impl Iterator<Item = &'i Flag<'a>> {
    let flags = instruction.flags.iter();
    flags.filter(move |flag| flag.name.as_str() == name)
}

/// The values of the repeatable flag `name`.
pub(super) fn values<'i, 'a>(
    instruction: &'i Instruction<'a>,
    name: &'static str,
) -> impl Iterator<Item = &'i Text<'a>> {
    all(instruction, name).filter_map(|flag| flag.value.as_ref())
}

/// Whether switch `name` is on; `None` where it is absent.
pub(super) fn switched(instruction: &Instruction<'_>, name: &str) -> Option<bool> {
    let flag = find(instruction, name)?;
    flag.value.as_ref().map_or(Some(true), switch)
}

/// The first flag called `name`.
pub(super) fn find<'i, 'a>(instruction: &'i Instruction<'a>, name: &str) -> Option<&'i Flag<'a>> {
    instruction
        .flags
        .iter()
        .find(|flag| flag.name.as_str() == name)
}
