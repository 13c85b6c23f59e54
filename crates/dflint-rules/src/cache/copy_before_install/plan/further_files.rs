//! Files of the source that an installation reads besides its manifests: those that its words or
//! the environment name, and the configuration in a home directory.

use dflint_build::packages::UnknownProject;
use dflint_build::path::base;
use dflint_build::{Lookup, Step, env::Variables};

use crate::place::resolve;

use super::super::install::Install;
use super::source::Source;

/// Variables that name a file or a folder which installers read.
const VARIABLES: &[&str] = &[
    "BUNDLE_SSL_CA_CERT",
    "CARGO_HTTP_CAINFO",
    "CURL_CA_BUNDLE",
    "GIT_CONFIG_GLOBAL",
    "GIT_SSL_CAINFO",
    "GOENV",
    "NETRC",
    "NODE_EXTRA_CA_CERTS",
    "NPM_CONFIG_CAFILE",
    "NPM_CONFIG_GLOBALCONFIG",
    "PIP_CERT",
    "PIP_CLIENT_CERT",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "SSL_CLIENT_CERT",
    "XDG_CONFIG_HOME",
    "YARN_CAFILE",
    "YARN_HTTPS_CA_FILE_PATH",
    "npm_config_cafile",
    "npm_config_globalconfig",
    "npm_config_userconfig",
];

/// What the names of the settings of installers, and of the programs that they run, begin with.
const SETTINGS: &[&str] = &[
    "BUNDLE_",
    "BUN_",
    "CARGO_",
    "COMPOSER_",
    "CONDA_",
    "CURL_",
    "GEM_",
    "GIT_",
    "GO",
    "GRADLE_",
    "JAVA_",
    "MAVEN_",
    "NODE_",
    "NPM_CONFIG_",
    "NUGET_",
    "PIP_",
    "PNPM_",
    "POETRY_",
    "REQUESTS_",
    "SSH_",
    "SSL_",
    "UV_",
    "YARN_",
    "npm_config_",
];

/// Configuration of installers in a project, in lower case.
const CONFIGURATION: &[&str] = &[".npmrc", ".yarnrc", "nuget.config", "pip.conf"];

/// What installers read in the home directory.
const IN_HOME: &[&str] = &[
    ".bundle",
    ".cargo",
    ".composer",
    ".condarc",
    ".config",
    ".gem",
    ".gemrc",
    ".gitconfig",
    ".m2",
    ".netrc",
    ".npmrc",
    ".nuget",
    ".pip",
    ".pypirc",
    ".ssh",
    ".yarnrc",
    ".yarnrc.yml",
];

/// What pip reads in the folder of a virtual environment.
const IN_ENVIRONMENT: &str = "pip.conf";

/// Checks that the installation reads nothing of the source but what comes first.
///
/// # Errors
/// What it reads.
pub(super) fn check(source: &Source, step: &Step, install: &Install) -> Result<(), String> {
    check_words(source, install)?;
    check_configuration(source, install)?;
    check_surroundings(source, step, install)
}

/// Checks that the configuration which comes first names nothing that does not: `cafile`,
/// `yarn-path`, a folder of packages.
pub(super) fn check_configuration(source: &Source, install: &Install) -> Result<(), String> {
    let directory = install.directory.as_deref().unwrap_or("/");
    for file in source.reads {
        let name = base(file).to_ascii_lowercase();
        let text = source
            .context
            .read(file)
            .filter(|_| CONFIGURATION.contains(&&*name));
        let text = text.unwrap_or_default();
        let mut lines = text
            .lines()
            .filter(|line| !line.trim_start().starts_with(['#', ';']));
        if let Some(path) = lines.find_map(|line| source.named_in_settings(directory, line)) {
            return Err(format!(
                "`{file}` names `{path}`, which comes with the source"
            ));
        }
    }
    Ok(())
}

/// Checks the same of the environment and the home directory alone.
///
/// # Errors
/// What is read.
pub(super) fn check_surroundings(
    source: &Source,
    step: &Step,
    install: &Install,
) -> Result<(), String> {
    check_variables(source, step, install)?;
    check_settings(source, step, install)?;
    check_home(source, step, install)?;
    check_environment(source, step, install)
}

/// `--cert ca.pem`, `--config=conf/pip.conf`, `-i file:///app/simple`
fn check_words(source: &Source, install: &Install) -> Result<(), String> {
    let Some(directory) = install.directory.as_deref() else {
        return Ok(());
    };
    let call = install.call;
    let is_subcommand = |range| {
        call.subcommand_words
            .iter()
            .any(|word| word.range() == range)
    };
    let words = call.command.args();
    for word in words.filter(|word| !is_subcommand(word.range())) {
        let named = word
            .literal()
            .and_then(|text| source.named_in(directory, text));
        if let Some(path) = named {
            return Err(format!("`{}` reads `{path}` of the source", install.name()));
        }
    }
    Ok(())
}

fn check_variables(source: &Source, step: &Step, install: &Install) -> Result<(), String> {
    let directory = install.directory.as_deref().unwrap_or("/");
    for name in VARIABLES {
        let value = match install.call.command.variable(name) {
            Some(value) => value,
            None => match step.state.env().lookup(name) {
                Lookup::Set(value) => value.to_known(),
                Lookup::Unset | Lookup::Unknown => continue,
            },
        };
        let is_read =
            value.is_none_or(|value| !value.is_empty() && source.holds(&resolve(directory, value)));
        if is_read {
            return Err(format!(
                "`{name}` names a file that may come with the source"
            ));
        }
    }
    Ok(())
}

/// Checks that no setting of an installer or of what it runs names a part of the source.
fn check_settings(source: &Source, step: &Step, install: &Install) -> Result<(), String> {
    let directory = install.directory.as_deref().unwrap_or("/");
    let known = step.state.env().in_update_order();
    let known = known
        .iter()
        .filter_map(|variable| Some((&*variable.name, variable.value.to_known()?)));
    let assigned = install.call.command.assignments();
    let assigned = assigned.filter_map(|it| Some((it.name(), it.literal()?)));
    let is_setting = |name: &str| {
        let mut begins = SETTINGS.iter();
        name != "NODE_PATH" && begins.any(|begin| name.starts_with(begin))
    };
    let mut settings = known.chain(assigned).filter(|(name, _)| is_setting(name));
    let named = settings.find_map(|(name, value)| {
        let path = source.named_in(directory, value)?;
        Some(format!(
            "`{name}` names `{path}`, which comes with the source"
        ))
    });
    named.map_or(Ok(()), Err)
}

/// Checks that the source does not bring configuration into the home directory.
fn check_home(source: &Source, step: &Step, install: &Install) -> Result<(), String> {
    let user = step.state.site(&UnknownProject).user;
    let home = match install.call.command.variable("HOME") {
        Some(value) => value.map(str::to_owned),
        None => match step.state.env().lookup("HOME") {
            Lookup::Set(value) => value.to_known().map(str::to_owned),
            Lookup::Unset | Lookup::Unknown => user.home.as_deref().map(str::to_owned),
        },
    };
    // A home that is not known may be any place that the source goes to.
    let homes = match &home {
        Some(home) => vec![home.as_str()],
        None => source.destinations().collect(),
    };
    let mut found = IN_HOME.iter();
    let found = found.find(|name| {
        let mut homes = homes.iter();
        homes.any(|home| source.at(&resolve(home, name)).is_some())
    });
    match found {
        Some(name) => Err(format!(
            "`{}` may read `{name}`, which the source brings into the home directory",
            install.name()
        )),
        None => Ok(()),
    }
}

/// Checks that the source does not bring pip's configuration into a virtual environment.
fn check_environment(source: &Source, step: &Step, install: &Install) -> Result<(), String> {
    let Lookup::Set(path) = step.state.env().lookup("PATH") else {
        return Ok(());
    };
    let mut programs = path
        .as_str()
        .split(':')
        .filter_map(|it| it.strip_suffix("/bin"));
    let is_read = install.call.manager.name == "pip"
        && programs.any(|place| source.at(&resolve(place, IN_ENVIRONMENT)).is_some());
    match is_read {
        true => Err(format!("pip reads `{IN_ENVIRONMENT}` of the source")),
        false => Ok(()),
    }
}
