//! `RUN`.

use crate::ast::{Command, CommandLine, Flag, Instruction, Run};
use crate::csv::split_fields;
use crate::heredoc::read_name;
use crate::lowercase::lowercase;
use crate::mount::read_mount;
use crate::problem::Problem;
use crate::suggest::did_you_mean;
use crate::text::Text;

use super::command_line;
use super::flags::{FlagKind, FlagSpec, all, check_flags, find, value_span, values};

const FLAGS: [FlagSpec; 4] = [
    ("device", FlagKind::List),
    ("mount", FlagKind::List),
    ("network", FlagKind::Value),
    ("security", FlagKind::Value),
];

/// Reads a `RUN`.
pub(super) fn read<'a>(
    source: &'a str,
    instruction: &Instruction<'a>,
) -> Result<Command<'a>, Problem> {
    check_flags(instruction, &FLAGS)?;
    for device in all(instruction, "device") {
        check_device(source, device)?;
    }
    let mut mounts = Vec::new();
    for mount in all(instruction, "mount") {
        mounts.push(read_mount(source, mount)?);
    }
    let network = one_of(instruction, "network", &["default", "none", "host"])?;
    let security = one_of(instruction, "security", &["sandbox", "insecure"])?;
    let command = command_line(instruction);
    let script_heredoc = match &command {
        CommandLine::Shell(line) => {
            !instruction.heredocs.is_empty() && matches!(read_name(line.as_str()), Ok(Some(_)))
        }
        CommandLine::Exec(_) => false,
    };
    Ok(Command::Run(Run {
        command,
        script_heredoc,
        mounts,
        network,
        security,
        devices: values(instruction, "device").cloned().collect(),
    }))
}

fn one_of<'a>(
    instruction: &Instruction<'a>,
    name: &str,
    allowed: &[&str],
) -> Result<Option<Text<'a>>, Problem> {
    let Some(flag) = find(instruction, name) else {
        return Ok(None);
    };
    let Some(value) = &flag.value else {
        return Ok(None);
    };
    let written = value.as_str();
    if allowed.contains(&written) {
        return Ok(Some(value.clone()));
    }
    let suggestion = did_you_mean(written, allowed.iter().copied());
    let known = allowed.join(", ");
    let message = format!("--{name} is {known}, not {written:?}{suggestion}");
    Err(Problem::new(value_span(flag), message))
}

/// A device is one name, bare or as `name=`, and `required` with or without a truth value.
fn check_device<'a>(source: &'a str, device: &Flag<'a>) -> Result<(), Problem> {
    let mut named = false;
    for field in split_fields(source, device)? {
        let text = field.text.as_str();
        let refuse = |message: &str| Err(Problem::new(field.text.span(), message));
        let key = text.split('=').next().unwrap_or(text);
        let key = lowercase(key);
        let value = text.split_once('=').map(|(_, value)| value);
        match (key.as_str(), value) {
            ("required", None) => {}
            ("required", Some(value)) if is_bool(value) => {}
            ("required", Some(_)) => return refuse("`required` is true or false"),
            ("name", Some(_)) if named => return refuse("the device has a name already"),
            ("name", Some(value)) => named = !value.is_empty(),
            _ if named => return refuse("a device has only the fields `name` and `required`"),
            _ => named = !text.is_empty(),
        }
    }
    Ok(())
}

/// The truth values of Go's `strconv.ParseBool`.
fn is_bool(value: &str) -> bool {
    matches!(
        value,
        "1" | "t" | "T" | "TRUE" | "true" | "True" | "0" | "f" | "F" | "FALSE" | "false" | "False"
    )
}
