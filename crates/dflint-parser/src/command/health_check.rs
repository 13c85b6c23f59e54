//! `HEALTHCHECK`.

use crate::ast::{Command, CommandLine, HealthTest, Healthcheck, Instruction};
use crate::duration::parse_duration;
use crate::problem::Problem;
use crate::suggest::did_you_mean;
use crate::text::Text;

use super::flags::{FlagKind, FlagSpec, check_flags, value};

const FLAGS: [FlagSpec; 5] = [
    ("interval", FlagKind::Value),
    ("timeout", FlagKind::Value),
    ("start-period", FlagKind::Value),
    ("start-interval", FlagKind::Value),
    ("retries", FlagKind::Value),
];

/// The shortest duration, in nanoseconds.
const SHORTEST: i64 = 1_000_000;

/// Reads a `HEALTHCHECK`.
pub(super) fn read<'a>(instruction: &Instruction<'a>) -> Result<Command<'a>, Problem> {
    let Some((kind, test)) = instruction.args.split_first() else {
        let span = instruction.keyword.span();
        return Err(Problem::new(
            span,
            "HEALTHCHECK needs CMD and a command, or NONE",
        ));
    };
    if kind.as_str().eq_ignore_ascii_case("NONE") {
        return none(test);
    }
    check_flags(instruction, &FLAGS)?;
    if !kind.as_str().eq_ignore_ascii_case("CMD") {
        let word = kind.as_str();
        let suggestion = did_you_mean(word, ["CMD", "NONE"]);
        let message = format!("HEALTHCHECK takes CMD or NONE, not {word}{suggestion}");
        return Err(Problem::new(kind.span(), message));
    }
    if test.is_empty() {
        return Err(Problem::new(kind.span(), "HEALTHCHECK CMD needs a command"));
    }
    let line = match test {
        [line] if !instruction.json => CommandLine::Shell(line.clone()),
        words => CommandLine::Exec(words.to_vec()),
    };
    Ok(Command::Healthcheck(Healthcheck {
        test: HealthTest::Cmd(line),
        interval: duration(instruction, "interval")?,
        timeout: duration(instruction, "timeout")?,
        start_period: duration(instruction, "start-period")?,
        start_interval: duration(instruction, "start-interval")?,
        retries: retries(instruction)?,
    }))
}

/// `HEALTHCHECK NONE`, which ignores flags.
fn none<'a>(rest: &[Text<'a>]) -> Result<Command<'a>, Problem> {
    if let Some(first) = rest.first() {
        return Err(Problem::new(
            first.span(),
            "nothing can follow HEALTHCHECK NONE",
        ));
    }
    Ok(Command::Healthcheck(Healthcheck {
        test: HealthTest::None,
        interval: None,
        timeout: None,
        start_period: None,
        start_interval: None,
        retries: None,
    }))
}

fn duration(instruction: &Instruction<'_>, name: &str) -> Result<Option<i64>, Problem> {
    let Some(value) = value(instruction, name) else {
        return Ok(None);
    };
    let Some(nanoseconds) = parse_duration(value.as_str()) else {
        let message = format!(
            "--{name} is a duration such as 30s or 1m30s, not {:?}",
            value.as_str()
        );
        return Err(Problem::new(value.span(), message));
    };
    if nanoseconds != 0 && nanoseconds < SHORTEST {
        return Err(Problem::new(
            value.span(),
            format!("--{name} must be at least 1ms"),
        ));
    }
    Ok(Some(nanoseconds))
}

fn retries(instruction: &Instruction<'_>) -> Result<Option<i64>, Problem> {
    let Some(value) = value(instruction, "retries") else {
        return Ok(None);
    };
    let message = match value.as_str().parse::<i32>() {
        Ok(count) if count >= 0 => return Ok(Some(i64::from(count))),
        Ok(_) => "--retries cannot be negative".to_owned(),
        Err(_) => format!("--retries is a whole number, not {:?}", value.as_str()),
    };
    Err(Problem::new(value.span(), message))
}
