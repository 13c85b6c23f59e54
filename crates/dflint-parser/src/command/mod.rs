//! The typed level: what an instruction's words mean, and which of them BuildKit refuses.

pub(crate) mod flags;
mod from;
mod health_check;
mod run;
mod transfer;

use crate::ast::{
    ArgDefinition, Command, CommandLine, Instruction, InstructionName, KeyValue, KeyValues,
};
use crate::problem::Problem;
use crate::suggest::did_you_mean;
use crate::text::Text;

use flags::check_flags;

/// Reads what `instruction`, of the file `source`, says; `inner` is the instruction under `ONBUILD`.
pub(crate) fn read_command<'a>(
    source: &'a str,
    instruction: &Instruction<'a>,
    inner: Option<Box<Instruction<'a>>>,
) -> Result<Command<'a>, Problem> {
    use InstructionName as Name;
    let Some(name) = instruction.name else {
        return Err(unknown_instruction(instruction));
    };
    match name {
        Name::Add | Name::Copy => transfer::read(instruction, name),
        Name::Arg => arg(instruction),
        Name::Cmd => {
            check_flags(instruction, &[])?;
            Ok(Command::Cmd(command_line(instruction)))
        }
        Name::Entrypoint => {
            check_flags(instruction, &[])?;
            Ok(Command::Entrypoint(command_line(instruction)))
        }
        Name::Env => Ok(Command::Env(key_values(instruction)?)),
        Name::Expose => {
            need_argument(instruction, "a port")?;
            check_flags(instruction, &[])?;
            Ok(Command::Expose(instruction.args.clone()))
        }
        Name::From => from::read(instruction),
        Name::Healthcheck => health_check::read(instruction),
        Name::Label => Ok(Command::Label(key_values(instruction)?)),
        Name::Maintainer => Ok(Command::Maintainer(one_argument(instruction, "a name")?)),
        Name::Onbuild => onbuild(instruction, inner),
        Name::Run => run::read(source, instruction),
        Name::Shell => shell(instruction),
        // Like ARG, it ignores flags.
        Name::Stopsignal => {
            need_argument(instruction, "a signal")?;
            Ok(Command::Stopsignal(instruction.rest.clone()))
        }
        Name::User => Ok(Command::User(one_argument(instruction, "a user")?)),
        Name::Volume => volume(instruction),
        Name::Workdir => Ok(Command::Workdir(one_argument(instruction, "a path")?)),
    }
}

/// What `RUN`, `CMD` or `ENTRYPOINT` runs.
fn command_line<'a>(instruction: &Instruction<'a>) -> CommandLine<'a> {
    if instruction.json {
        CommandLine::Exec(instruction.args.clone())
    } else {
        CommandLine::Shell(instruction.rest.clone())
    }
}

fn unknown_instruction(instruction: &Instruction<'_>) -> Problem {
    let word = instruction.keyword.as_str();
    let span = instruction.keyword.span();
    if word.is_empty() {
        return Problem::new(span, "an instruction must stand before the end of the file");
    }
    let suggestion = did_you_mean(word, InstructionName::ALL.map(InstructionName::as_str));
    Problem::new(span, format!("unknown instruction {word}{suggestion}"))
}

fn need_argument(instruction: &Instruction<'_>, what: &str) -> Result<(), Problem> {
    if instruction.args.is_empty() {
        let word = instruction.keyword.as_str();
        let span = instruction.keyword.span();
        return Err(Problem::new(span, format!("{word} needs {what}")));
    }
    Ok(())
}

fn one_argument<'a>(instruction: &Instruction<'a>, what: &str) -> Result<Text<'a>, Problem> {
    need_argument(instruction, what)?;
    check_flags(instruction, &[])?;
    Ok(instruction.rest.clone())
}

fn arg<'a>(instruction: &Instruction<'a>) -> Result<Command<'a>, Problem> {
    need_argument(instruction, "a name")?;
    let mut definitions = Vec::with_capacity(instruction.args.len());
    for word in &instruction.args {
        let equals = word.as_str().find('=');
        if equals == Some(0) {
            return Err(blank_name(word));
        }
        definitions.push(ArgDefinition {
            key: word.slice(0..equals.unwrap_or(word.len())),
            value: equals.map(|equals| word.slice(equals + 1..word.len())),
        });
    }
    Ok(Command::Arg(definitions))
}

fn blank_name(word: &Text<'_>) -> Problem {
    Problem::new(word.span(), "there is no name in front of `=`")
}

fn key_values<'a>(instruction: &Instruction<'a>) -> Result<KeyValues<'a>, Problem> {
    check_flags(instruction, &[])?;
    need_argument(instruction, "name=value")?;
    let mut pairs = Vec::with_capacity(instruction.args.len() / 3);
    let mut legacy = false;
    for triple in instruction.args.chunks_exact(3) {
        let [key, value, separator] = triple else {
            continue;
        };
        if key.is_empty() {
            return Err(blank_name(separator));
        }
        legacy |= separator.is_empty();
        pairs.push(KeyValue {
            key: key.clone(),
            value: value.clone(),
        });
    }
    Ok(KeyValues { pairs, legacy })
}

fn onbuild<'a>(
    instruction: &Instruction<'a>,
    inner: Option<Box<Instruction<'a>>>,
) -> Result<Command<'a>, Problem> {
    let Some(inner) = inner else {
        let span = instruction.keyword.span();
        return Err(Problem::new(span, "ONBUILD needs an instruction"));
    };
    check_flags(instruction, &[])?;
    // BuildKit compares in upper case here, to which no `İ` becomes an `I`.
    let upper = inner.keyword.as_str().to_uppercase();
    if matches!(upper.as_str(), "ONBUILD" | "FROM" | "MAINTAINER") {
        let message = format!("{upper} cannot stand under ONBUILD");
        return Err(Problem::new(inner.keyword.span(), message));
    }
    Ok(Command::Onbuild(inner))
}

fn shell<'a>(instruction: &Instruction<'a>) -> Result<Command<'a>, Problem> {
    check_flags(instruction, &[])?;
    need_argument(instruction, "a JSON array, such as [\"/bin/sh\", \"-c\"]")?;
    if !instruction.json {
        let message = "SHELL needs a JSON array, such as [\"/bin/sh\", \"-c\"]";
        return Err(Problem::new(instruction.rest.span(), message));
    }
    Ok(Command::Shell(instruction.args.clone()))
}

fn volume<'a>(instruction: &Instruction<'a>) -> Result<Command<'a>, Problem> {
    need_argument(instruction, "a path")?;
    check_flags(instruction, &[])?;
    let mut paths = Vec::with_capacity(instruction.args.len());
    for path in &instruction.args {
        let trimmed = path.trim();
        if trimmed.is_empty() {
            let span = match path.span() {
                span if span.is_empty() => instruction.rest.span(),
                span => span,
            };
            return Err(Problem::new(span, "a VOLUME path is empty"));
        }
        paths.push(trimmed);
    }
    Ok(Command::Volume(paths))
}
