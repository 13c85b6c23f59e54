//! The program that `go build` or `go install` makes.

use dflint_build::path::base;
use dflint_build::{Action, Stage};

use crate::place::resolve;
use crate::stage_split::Ground;
use crate::stage_split::brought::{Brought, read};

use super::{Made, build_directory, started_program};

pub(super) fn made(ground: &Ground, brought: &[Brought]) -> Result<Made, String> {
    let call = ground.call.invocation;
    let call = call.ok_or("it is not known what `go` builds")?;
    if ["-C", "-buildmode"]
        .iter()
        .any(|flag| call.flag(flag).is_some())
    {
        return Err("`-C` and `-buildmode` are not followed".to_owned());
    }
    let directory = build_directory(ground)?;
    let operands: Option<Vec<&str>> = call.operands.iter().map(|word| word.literal()).collect();
    let operands = operands.ok_or("it is not known which packages are built")?;
    if call.subcommand.words == "install" {
        let folder = install_folder(ground)?;
        let name = name(&operands, &directory, ground, brought)?;
        return started_program(ground, vec![resolve(&folder, &name)]);
    }
    let output = match ground.call.flag(&["-o", "--o"])? {
        Some(output) if is_folder(&output, &directory, ground.stage) => {
            let name = name(&operands, &directory, ground, brought)?;
            resolve(&resolve(&directory, &output), &name)
        }
        Some(output) => resolve(&directory, &output),
        None => resolve(&directory, &name(&operands, &directory, ground, brought)?),
    };
    started_program(ground, vec![output])
}

/// Where `go install` puts programs.
fn install_folder(ground: &Ground) -> Result<String, String> {
    let step = ground.stage.steps.get(ground.call.at);
    let variable = |name: &str| {
        let value = step.and_then(|step| step.state.env().get(name));
        value.and_then(|value| value.to_known())
    };
    match (variable("GOBIN"), variable("GOPATH")) {
        (Some(folder), _) => Ok(folder.to_owned()),
        (None, Some(path)) => Ok(resolve(path, "bin")),
        (None, None) => Err("it is not known where `go install` puts the program".to_owned()),
    }
}

/// Whether `-o` names a folder: with a slash, or one that an instruction made.
fn is_folder(output: &str, directory: &str, stage: &Stage) -> bool {
    let path = resolve(directory, output);
    let made = |path: &str| {
        stage.steps.iter().any(|step| match &step.action {
            Action::Workdir { path: workdir, .. } => {
                crate::place::is_within(workdir.as_str(), path)
            }
            Action::Copy(copy) => {
                let place = copy.destination.as_str();
                crate::place::is_within(place.trim_end_matches('/'), path) && place.ends_with('/')
            }
            _ => false,
        })
    };
    output.ends_with('/') || output == "." || made(&path)
}

/// The name that a program gets from its package.
fn name(
    operands: &[&str],
    directory: &str,
    ground: &Ground,
    brought: &[Brought],
) -> Result<String, String> {
    let first = match operands {
        [] => ".",
        [one] => one,
        [first, ..] if operands.iter().all(|file| file.ends_with(".go")) => first,
        _ => return Err("several programs are built".to_owned()),
    };
    if first.ends_with("...") {
        return Err(format!("`{first}` may be several programs"));
    }
    if let Some(name) = first.strip_suffix(".go") {
        return Ok(base(name).to_owned());
    }
    let path = first.split('@').next().unwrap_or(first);
    let is_root = resolve(directory, path) == *directory;
    if path.starts_with(['.', '/']) && !is_root {
        return Ok(base(path.trim_end_matches('/')).to_owned());
    }
    if !path.starts_with('.') {
        return Ok(last_element(path).to_owned());
    }
    let manifest = read(ground, brought, &resolve(directory, "go.mod"));
    let manifest =
        manifest.ok_or("the name of the program stands in a go.mod that is not there")?;
    let module = manifest
        .lines()
        .find_map(|line| line.trim().strip_prefix("module "));
    let module = module.ok_or("go.mod names no module")?;
    Ok(last_element(module.trim().trim_matches('"')).to_owned())
}

/// The last element of an import path, without a major version behind it.
fn last_element(path: &str) -> &str {
    let version = |element: &str| {
        let number = element.strip_prefix('v').unwrap_or_default();
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut elements = path.rsplit('/');
    elements.find(|element| !version(element)).unwrap_or(path)
}
