//! Files of the source that an installation reads besides its manifests: those that its words or
//! the environment name, and the configuration in a home directory.

use dflint_build::packages::UnknownProject;
use dflint_build::{BuildContext, EntryKind, Lookup, Step, env::Variables};

use crate::place::{is_within, relative, resolve};
use crate::sent_files::kind_of;

use super::super::Late;
use super::super::install::Install;
use super::manifests::Wanted;

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

/// Checks that the installation reads nothing of the source but what is `wanted`.
///
/// # Errors
/// What it reads.
pub(super) fn check(
    context: &dyn BuildContext,
    step: &Step,
    late: &Late,
    install: &Install,
    wanted: &Wanted,
) -> Result<(), String> {
    let source = Source {
        context,
        late,
        wanted,
    };
    check_words(&source, install)?;
    check_variables(&source, step, install)?;
    check_home(&source, step, install)?;
    check_environment(&source, step, install)
}

/// The files of the context that come later.
struct Source<'s, 'm> {
    context: &'s dyn BuildContext,
    late: &'s Late<'m>,
    wanted: &'s Wanted,
}

impl Source<'_, '_> {
    /// What would only come later at `place` in the image.
    fn at(&self, place: &str) -> Option<EntryKind> {
        let mut copies = self.late.copies.iter();
        let path = copies.find_map(|copy| copy.brings_to(place, Some(self.context)))?;
        let comes_first = self.wanted.reads.contains(&path);
        kind_of(self.context, &path)
            .filter(|_| !comes_first && self.context.is_sent(relative(&path)))
    }

    /// Whether `place` is where the source goes, or lies below that.
    fn holds(&self, place: &str) -> bool {
        let mut copies = self.late.copies.iter();
        copies.any(|copy| is_within(place, copy.destination()))
    }
}

/// `--cert ca.pem`, `--config=conf/pip.conf`
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
    for word in call
        .command
        .args()
        .filter(|word| !is_subcommand(word.range()))
    {
        let Some(text) = word.literal() else {
            continue;
        };
        let path = text.rsplit_once('=').map_or(text, |(_, path)| path);
        let found = source.at(&resolve(directory, path));
        // A folder may have a package's name.
        let is_read = match found {
            Some(EntryKind::File) => true,
            Some(_) => path.contains('/'),
            None => false,
        };
        if is_read && !path.is_empty() {
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
    let Some(home) = home else {
        return Ok(());
    };
    let mut found = IN_HOME.iter();
    let found = found.find(|name| source.at(&resolve(&home, name)).is_some());
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
