//! The packages that pip installs, in a virtual environment of their own.

use dflint_build::Base;
use dflint_build::path::base;

use crate::package_calls::directory;
use crate::place::resolve;
use crate::stage_split::Ground;
use crate::stage_split::brought::{Brought, read};

use super::Made;

/// Where the environment stands.
const ENVIRONMENT: &str = "/opt/venv";

/// Flags of pip that put packages elsewhere, or leave them with the project.
const ELSEWHERE: [&str; 8] = [
    "--user",
    "--target",
    "-t",
    "--prefix",
    "--root",
    "-e",
    "--editable",
    "--python",
];

/// Packages that call a compiler while the program runs.
const COMPILE_LATER: [&str; 9] = [
    "cmdstanpy",
    "deepspeed",
    "pyopencl",
    "pystan",
    "pythran",
    "torch",
    "triton",
    "vllm",
    "weave",
];

pub(super) fn made(ground: &Ground, brought: &[Brought]) -> Result<Made, String> {
    let repository = match &ground.stage.base {
        Base::Image(image) => image.name(),
        _ => String::new(),
    };
    if !ground
        .call
        .language
        .keeps_base
        .contains(&repository.as_str())
    {
        return Err("only Python's own image is known to make virtual environments".to_owned());
    }
    for step in ground.stage.steps.iter().take(ground.call.at + 1) {
        let line = step.instruction.start_line;
        for call in ground.cx.package_calls(step) {
            if call.manager.name != "pip" {
                continue;
            }
            if !step.state.user().is_root() {
                return Err(format!("line {line} installs as another user than root"));
            }
            if let Some(flag) = ELSEWHERE.iter().find(|flag| call.flag(flag).is_some()) {
                return Err(format!("line {line} installs with `{flag}`"));
            }
            if base(call.command.command_word().map_or("", |word| word.raw())) != call.name
                && !call
                    .command
                    .name()
                    .is_some_and(|name| name.starts_with("python"))
            {
                return Err(format!(
                    "it is not known which Python line {line} installs for"
                ));
            }
            let names = call.operands.iter().filter_map(|word| word.literal());
            let mut wanted: Vec<String> = names.map(package_name).collect();
            let files = call
                .flags
                .iter()
                .filter(|flag| matches!(flag.name.as_str(), "-r" | "--requirement"));
            let place = directory(&step.state, call.command).unwrap_or_default();
            for file in files.filter_map(|flag| flag.value.as_deref()) {
                let text = read(ground, brought, &resolve(&place, file)).ok_or_else(|| {
                    format!("`{file}` is not there to see whether a package compiles at run time")
                })?;
                wanted.extend(text.lines().map(package_name));
            }
            if let Some(name) = wanted
                .iter()
                .find(|name| COMPILE_LATER.contains(&name.as_str()))
            {
                return Err(format!(
                    "`{name}` may call the compiler while the program runs"
                ));
            }
        }
    }
    let later = ground.stage.steps.iter().skip(ground.call.at + 1);
    for step in later {
        let text = step.instruction.rest.as_str();
        if text.contains("/usr/local/bin/") || text.contains("/usr/local/lib/python") {
            let line = step.instruction.start_line;
            return Err(format!("line {line} names a place that packages leave"));
        }
    }
    let mut made = Made::in_place([ENVIRONMENT.to_owned()]);
    made.stands_alone = true;
    made.before_install = vec![
        ("RUN", format!("python -m venv {ENVIRONMENT}")),
        ("ENV", format!("PATH={ENVIRONMENT}/bin:$PATH")),
    ];
    Ok(made)
}

/// The name that a requirement begins with, lower case.
fn package_name(requirement: &str) -> String {
    let end =
        requirement.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')));
    let name = requirement
        .get(..end.unwrap_or(requirement.len()))
        .unwrap_or_default();
    name.to_ascii_lowercase().replace('_', "-")
}
