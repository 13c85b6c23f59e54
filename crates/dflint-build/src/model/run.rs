//! `RUN`, as BuildKit's `dispatchRun` converts it.

use std::borrow::Cow;
use std::rc::Rc;

use dflint_parser::{CommandLine, Heredoc, Instruction, Run, Text};

use crate::error::ErrorKind;

use super::convert::{Converter, Refused};
use super::mount;
use super::step::{Action, Network, RunStep};

/// Converts one `RUN`.
pub(super) fn convert<'a>(
    converter: &mut Converter<'_, 'a, '_>,
    instruction: &'a Instruction<'a>,
    run: &'a Run<'a>,
) -> Result<Action<'a>, Refused> {
    let mut expanded = Vec::with_capacity(run.mounts.len());
    for written in &run.mounts {
        expanded.push(mount::expand(converter, instruction, written)?);
    }
    let mut mounts = Vec::with_capacity(expanded.len());
    for (written, fields) in run.mounts.iter().zip(expanded) {
        mounts.push(mount::convert(converter, instruction, written, fields)?);
    }
    let script_file = script_file(converter, instruction, run);
    let args = match (&run.command, &script_file) {
        (_, Some((name, _))) => {
            let mut args = converter.state.shell_or_default();
            args.push(format!("{PIPES}{name}").into());
            args
        }
        (CommandLine::Exec(words), None) => words.iter().map(|w| w.as_str().into()).collect(),
        (CommandLine::Shell(text), None) => {
            let mut args = converter.state.shell_or_default();
            args.push(script(instruction, run, text).into());
            args
        }
    };
    if args.is_empty() {
        let span = match instruction.rest.span() {
            span if span.is_empty() => instruction.keyword.span(),
            span => span,
        };
        return Err(converter.refuse(instruction, span, ErrorKind::EmptyRun));
    }
    let network = match run.network.as_ref().map(Text::as_str) {
        Some("none") => Network::None,
        Some("host") => Network::Host,
        _ => Network::Default,
    };
    Ok(Action::Run(Box::new(RunStep {
        command: &run.command,
        args,
        script_file,
        mounts,
        network,
        insecure: run
            .security
            .as_ref()
            .is_some_and(|text| text.as_str() == "insecure"),
        devices: run
            .devices
            .iter()
            .map(|device| device.as_str().to_owned())
            .collect(),
    })))
}

/// Where BuildKit puts the script of a heredoc with `#!`.
pub(crate) const PIPES: &str = "/dev/pipes/";

/// Name and text of the script that a heredoc with `#!` becomes.
fn script_file(
    converter: &Converter<'_, '_, '_>,
    instruction: &Instruction<'_>,
    run: &Run<'_>,
) -> Option<(Rc<str>, Rc<str>)> {
    let heredoc = instruction
        .heredocs
        .first()
        .filter(|_| run.script_heredoc)?;
    let text = body(heredoc);
    let is_script = text.starts_with("#!") && !converter.state.platform().is_windows();
    is_script.then(|| (heredoc.name.as_str().into(), text.into()))
}

/// The text that the shell gets.
fn script(instruction: &Instruction<'_>, run: &Run<'_>, text: &Text<'_>) -> String {
    if run.script_heredoc
        && let Some(heredoc) = instruction.heredocs.first()
    {
        return body(heredoc);
    }
    let mut script = text.as_str().to_owned();
    for heredoc in &instruction.heredocs {
        script.push('\n');
        script.push_str(heredoc.body.as_str());
        script.push_str(&heredoc.name);
    }
    script
}

/// A heredoc's body, leading tabs taken off where it says so.
fn body(heredoc: &Heredoc<'_>) -> String {
    chomped(heredoc.body.as_str(), heredoc.chomp).into_owned()
}

/// The text with the tabs in front of its lines taken off where `chomp` says so.
pub(super) fn chomped(text: &str, chomp: bool) -> Cow<'_, str> {
    if !chomp {
        return text.into();
    }
    let lines = text.split_inclusive('\n');
    lines.map(|line| line.trim_start_matches('\t')).collect()
}
