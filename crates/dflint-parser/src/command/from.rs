//! `FROM`.

use crate::ast::{Command, FromClause, Instruction};
use crate::lowercase::lowercase_char;
use crate::problem::Problem;
use crate::suggest::did_you_mean;
use crate::text::Text;

use super::flags::{FlagKind, check_flags, value};

/// Reads a `FROM`.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Command<'a>, Problem> {
    let (base, stage) = match instruction.args.as_slice() {
        [base] => (base, None),
        [base, keyword, name] if is_as(keyword.as_str()) => (base, Some((keyword, name))),
        args => return Err(wrong_arguments(instruction, args)),
    };
    if let Some((_, name)) = stage
        && !is_stage_name(name.as_str())
    {
        let message = format!(
            "{:?} is no name for a stage: it begins with a letter, and holds letters, digits, `-`, `_` and `.`",
            name.as_str()
        );
        return Err(Problem::new(name.span(), message));
    }
    check_flags(instruction, &[("platform", FlagKind::Value)])?;
    Ok(Command::From(FromClause {
        base: base.clone(),
        platform: value(instruction, "platform"),
        name: stage.map(|(_, name)| name.clone()),
        as_keyword: stage.map(|(keyword, _)| keyword.clone()),
    }))
}

fn wrong_arguments(instruction: &Instruction<'_>, args: &[Text<'_>]) -> Problem {
    let comment = args.iter().position(|word| word.as_str().starts_with('#'));
    if let Some(Some(comment)) = comment.map(|index| args.get(index)) {
        let message = "a comment must stand on a line of its own: here `#` is part of FROM";
        return Problem::new(comment.span(), message);
    }
    const WANTED: &str = "FROM takes an image, or an image, AS and a stage name";
    match args {
        [_, word] if is_as(word.as_str()) => {
            Problem::new(word.span(), format!("{WANTED}: the name is missing"))
        }
        [_, word, _, extra, ..] if is_as(word.as_str()) => {
            Problem::new(extra.span(), format!("{WANTED}: this is one word too many"))
        }
        [_, word, ..] => {
            let suggestion = did_you_mean(word.as_str(), ["AS"]);
            let message = format!("{WANTED}, not {}{suggestion}", word.as_str());
            Problem::new(word.span(), message)
        }
        _ => Problem::new(instruction.keyword.span(), WANTED),
    }
}

/// `as` in any case; Go's case folding takes `ſ` for an `s`.
fn is_as(word: &str) -> bool {
    let folded = word.chars().map(|c| {
        if c == 'ſ' {
            's'
        } else {
            c.to_ascii_lowercase()
        }
    });
    folded.eq("as".chars())
}

fn is_stage_name(name: &str) -> bool {
    let mut characters = name.chars().map(lowercase_char);
    characters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase())
        && characters.all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_' | '.'))
}
