//! Where the caches of a call are.

use std::fmt;

use dflint_knowledge::package_manager::{Action, Condition, EnvTest, Refusal};
use dflint_shell::SimpleCommand;

pub use dflint_knowledge::package_manager::Cache;

use super::invocation::{Flag, Invocation};
use super::site::Site;

/// What a call does with its caches.
#[derive(Debug, Clone)]
pub struct CacheUse<'i> {
    /// Each cache that it uses, and where it is.
    pub places: Places,
    /// What switches the caches off.
    pub disabled: Vec<Disabled<'i>>,
    /// Why a mount would be wrong, whatever its target.
    pub refusals: Vec<&'static Refusal>,
}

/// Where a cache is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The directory: absolute, clean. It is what a mount's target must be.
    pub target: String,
    /// What moved it away from the manager's own place.
    pub moved_by: Option<MovedBy>,
    /// Who must own the directory, root included; `None` where that is not known.
    pub owner: Option<Owner>,
}

/// What moved a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MovedBy {
    /// A flag of the call.
    Flag(&'static str),
    /// A variable of the environment.
    Env(&'static str),
}

/// The owner of a directory, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

impl Owner {
    /// Whether a mount without `uid=` and `gid=` suits.
    #[must_use]
    pub fn is_root(self) -> bool {
        self.uid == 0
    }
}

/// What switches a manager's caches off.
#[derive(Debug, Clone)]
pub enum Disabled<'i> {
    /// A flag, and what takes its place once a mount works.
    Flag {
        /// The flag in the call.
        flag: &'i Flag<'i>,
        /// What takes its place; `None`: it is dropped.
        with_mount: Option<&'static str>,
    },
    /// A variable.
    Env(&'static str),
    /// A variable that may do it, or not.
    PerhapsEnv(&'static str),
}

/// Why it cannot be told where a cache is. Displayed as a clause for a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// The value of this variable is not static.
    Variable(String),
    /// The base image may set this variable.
    Environment(String),
    /// The home directory of the user.
    Home,
    /// The user.
    User,
    /// The directory the command runs in.
    Directory,
    /// `sudo`, `su` and the like: another user's cache.
    OtherUser,
    /// Several managers have this command.
    Manager(&'static str),
    /// The place is known only on base images that bring the manager.
    BaseImage,
    /// An expansion that is more than a variable.
    Expansion,
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(name) => write!(f, "the value of {name} is not known"),
            Self::Environment(name) => write!(f, "the base image may set {name}"),
            Self::Home => f.write_str("the user's home directory is not known"),
            Self::User => f.write_str("the user is not known"),
            Self::Directory => f.write_str("the directory it runs in is not known"),
            Self::OtherUser => f.write_str("it runs as another user"),
            Self::Manager(name) => write!(f, "it is not certain that this is {name}"),
            Self::BaseImage => f.write_str("the base image is not known to bring it"),
            Self::Expansion => f.write_str("its place is worked out when it runs"),
        }
    }
}

/// Each cache that a call uses, and where it is.
pub type Places = Vec<(&'static Cache, Result<Place, Unknown>)>;

/// Where the caches of `call` are.
#[must_use]
pub fn places(call: &Invocation<'_>, site: &Site<'_>) -> Places {
    let used = call.manager.caches.iter().filter(|cache| uses(call, cache));
    used.map(|cache| (cache, place(call, cache, site)))
        .collect()
}

/// Where the caches of `call` are, and what keeps them from being used.
#[must_use]
pub fn caches<'i>(call: &'i Invocation<'i>, site: &Site<'_>) -> CacheUse<'i> {
    CacheUse {
        places: places(call, site),
        disabled: disabled(call, site),
        refusals: refusals(call, site),
    }
}

/// Whether the call uses the cache at all.
fn uses(call: &Invocation<'_>, cache: &Cache) -> bool {
    let by_action = if cache.only_for.is_empty() {
        call.fills_caches()
    } else {
        cache.only_for.contains(&call.action())
    };
    // Fetching an index leaves the packages' cache alone.
    let by_index = call.action() != Action::UpdateIndex || cache.only_with_update;
    let by_command =
        cache.only_commands.is_empty() || cache.only_commands.contains(&call.name.as_str());
    by_action && by_index && by_command
}

fn place(call: &Invocation<'_>, cache: &Cache, site: &Site<'_>) -> Result<Place, Unknown> {
    if !call.is_certain {
        return Err(Unknown::Manager(call.manager.name));
    }
    let (target, moved_by) = unowned_place(call, cache, site)?;
    Ok(Place {
        target: site.absolute(call.command, &target)?,
        moved_by,
        owner: site.owner(call.command),
    })
}

fn unowned_place(
    call: &Invocation<'_>,
    cache: &Cache,
    site: &Site<'_>,
) -> Result<(String, Option<MovedBy>), Unknown> {
    let command = call.command;
    for by in cache.flags {
        if let Some(value) = flag_value(call, by.name) {
            let value = site.expand(command, untilded(&value)?)?;
            let path = template_path(by.path, &value, command, site)?;
            return Ok((path, Some(MovedBy::Flag(by.name))));
        }
    }
    for by in cache.env {
        let value = site.variable(command, by.name);
        let is_presence_enough = !by.path.contains("{value");
        if is_presence_enough && matches!(value, Err(Unknown::Variable(_))) {
            let path = template_path(by.path, "", command, site)?;
            return Ok((path, Some(MovedBy::Env(by.name))));
        }
        let value = value?;
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let path = template_path(by.path, untilded(&value)?, command, site)?;
            return Ok((path, Some(MovedBy::Env(by.name))));
        }
    }
    let brings_it = |name| {
        site.base
            .is_some_and(|base| base.package_managers.contains(&name))
    };
    if cache.only_on_known_base && !brings_it(call.manager.name) {
        return Err(Unknown::BaseImage);
    }
    let template = match cache.root_path {
        Some(root_path) if site.is_root(command)? => root_path,
        _ => cache.path,
    };
    Ok((template_path(template, "", command, site)?, None))
}

/// The value of the last flag called `name`, which may itself hold a `=` (`--setopt=cachedir`).
fn flag_value(call: &Invocation<'_>, name: &str) -> Option<String> {
    let flags = call.flags.iter().rev();
    let Some((outer, key)) = name.split_once('=') else {
        return flags
            .filter(|flag| flag.name == name)
            .find_map(|flag| flag.value.clone());
    };
    flags.filter(|flag| flag.name == outer).find_map(|flag| {
        let value = flag
            .value
            .as_deref()?
            .strip_prefix(key)?
            .strip_prefix('=')?;
        Some(value.to_owned())
    })
}

/// A value that does not begin with `~`: tools and shells differ in what they make of one.
fn untilded(value: &str) -> Result<&str, Unknown> {
    if value.starts_with('~') {
        return Err(Unknown::Expansion);
    }
    Ok(value)
}

/// A template of the table with its pieces filled in.
fn template_path(
    template: &str,
    value: &str,
    command: SimpleCommand<'_>,
    site: &Site<'_>,
) -> Result<String, Unknown> {
    if let Some(rest) = template.strip_prefix("{home}") {
        return Ok(site.home(command)? + rest);
    }
    if let Some(rest) = template.strip_prefix("{project}") {
        return Ok(site.directory(command)? + rest);
    }
    if let Some(rest) = template.strip_prefix("{value:first}") {
        return Ok(value.split(':').next().unwrap_or_default().to_owned() + rest);
    }
    if let Some(rest) = template.strip_prefix("{value}") {
        return Ok(value.to_owned() + rest);
    }
    Ok(template.to_owned())
}

fn disabled<'i>(call: &'i Invocation<'i>, site: &Site<'_>) -> Vec<Disabled<'i>> {
    let mut found = Vec::new();
    for disabling in call.manager.disabling_flags {
        let flags = call.flags.iter().filter(|flag| flag.name == disabling.flag);
        found.extend(flags.map(|flag| Disabled::Flag {
            flag,
            with_mount: disabling.with_mount,
        }));
    }
    for condition in call.manager.disabling_env {
        match holds(condition, call.command, site) {
            Some(true) => found.push(Disabled::Env(condition.env)),
            Some(false) => {}
            None => found.push(Disabled::PerhapsEnv(condition.env)),
        }
    }
    found
}

/// Whether the condition holds for `command`; `None` where the variable is not known.
pub(super) fn holds(
    condition: &Condition,
    command: SimpleCommand<'_>,
    site: &Site<'_>,
) -> Option<bool> {
    let Some(value) = site.variable(command, condition.env).ok()? else {
        return Some(false);
    };
    Some(match condition.test {
        EnvTest::Set => true,
        EnvTest::NonEmpty => !value.is_empty(),
        EnvTest::Truthy => !matches!(
            value.to_ascii_lowercase().as_str(),
            "" | "0" | "false" | "no" | "off" | "n" | "f"
        ),
        EnvTest::Equals(wanted) => value == wanted,
        EnvTest::HasWord(wanted) => value.split(' ').any(|word| word == wanted),
    })
}

fn refusals(call: &Invocation<'_>, site: &Site<'_>) -> Vec<&'static Refusal> {
    let by_flag = |refusal: &Refusal| {
        call.flags.iter().any(|flag| {
            let value = flag.value.as_deref().unwrap_or_default();
            flag.name == refusal.flag && (refusal.value.is_empty() || refusal.value == value)
        })
    };
    let by_env = |refusal: &Refusal| match site.variable(call.command, refusal.env) {
        Ok(Some(value)) => refusal.value.is_empty() || refusal.value == value,
        Ok(None) | Err(_) => false,
    };
    call.manager
        .refusals
        .iter()
        .filter(|refusal| match refusal.env {
            "" => by_flag(refusal),
            _ => by_env(refusal),
        })
        .collect()
}
