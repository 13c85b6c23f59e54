//! Secrets that a `RUN` gets as a variable.

use dflint_build::env::Variables;
use dflint_build::{Action, Lookup, Step};
use dflint_fix::Edit;
use dflint_parser::Dockerfile;

use crate::cache_mounts::insert_mounts;

/// The flag of a `RUN` that gets the secret `name` as the variable of that name.
pub(crate) fn env_mount(name: &str) -> String {
    format!("--mount=type=secret,id={name},env={name}")
}

/// What hands the variable `name` of the caller in: an option of `docker build`.
pub(crate) fn env_option(name: &str) -> String {
    format!("--secret id={name},env={name}")
}

/// How a secret gets into a `RUN` and into the build, for messages.
pub(crate) fn env_advice(name: &str) -> String {
    format!(
        "`RUN {} …` and `docker build {}`",
        env_mount(name),
        env_option(name)
    )
}

/// The edit that gives a `RUN` the secret `name`, which nothing else sets there.
///
/// # Errors
/// Why that cannot be done.
pub(crate) fn mount_in(file: &Dockerfile, step: &Step, name: &str) -> Result<Edit, String> {
    knows_secret_variables(file)?;
    let Action::Run(run) = &step.action else {
        return Err("only a `RUN` has mounts".to_owned());
    };
    let is_set = matches!(step.state.env().lookup(name), Lookup::Set(_));
    let mounted = run.mounts.iter().filter_map(|mount| mount.env.as_ref());
    if is_set || mounted.into_iter().any(|env| env.as_str() == name) {
        return Err(format!("`{name}` is a variable of another meaning here"));
    }
    insert_mounts(file, step.instruction, &[env_mount(name)])
        .ok_or_else(|| "the mount cannot be written".to_owned())
}

/// Whether the frontend knows `env=` of a secret mount, which came with 1.10.
pub(crate) fn knows_secret_variables(file: &Dockerfile) -> Result<(), String> {
    const FIRST: u32 = 10;
    let Some(directive) = &file.directives.syntax else {
        return Ok(());
    };
    let unknown = || {
        format!(
            "whether `{}` knows `env=` of secrets is not known",
            directive.value
        )
    };
    let image = directive
        .value
        .strip_prefix("docker.io/")
        .unwrap_or(directive.value);
    let image = image.split('@').next().unwrap_or(image);
    let Some(tag) = image.strip_prefix("docker/dockerfile:") else {
        return Err(unknown());
    };
    let version = tag.strip_suffix("-labs").unwrap_or(tag);
    let mut numbers = version.split('.').map(str::parse::<u32>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(1)), None) => Ok(()),
        _ if matches!(version, "latest" | "labs") => Ok(()),
        (Some(Ok(1)), Some(Ok(minor))) if minor >= FIRST => Ok(()),
        (Some(Ok(1)), Some(Ok(_))) => Err(format!(
            "`{}` is too old for `env=` of secrets: it needs 1.{FIRST}",
            directive.value
        )),
        _ => Err(unknown()),
    }
}
