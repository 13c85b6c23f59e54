//! What earlier steps of a stage did that matters to caches.

use dflint_build::packages::{Removal, Site, removal};
use dflint_knowledge::base_image::{BaseImage, Family};
use dflint_knowledge::package_manager::Action;
use dflint_shell::SimpleCommand;

use super::layer::LayerContent;
use super::well_known::runs_a_script;
use crate::package_calls::{CopiedFolders, RunCommand};
use crate::place::is_within;

/// What is known at one point of a stage.
#[derive(Clone, Default)]
pub(super) struct Notes {
    /// Whether Debian's hook that empties apt's cache is in place.
    pub(super) docker_clean: DockerClean,
    /// Whether a step told apt to keep packages.
    pub(super) keeps_packages: bool,
    /// The managers whose configuration a step changed in what concerns caches.
    pub(super) configured: Vec<&'static str>,
    /// The folders of the context that were copied.
    pub(super) copied: CopiedFolders,
    /// Directories that symbolic links lead to: the link, and where it leads.
    pub(super) links: Vec<(String, String)>,
    /// What is in the layers of caches.
    pub(super) layer: LayerContent,
}

/// `/etc/apt/apt.conf.d/docker-clean`, which Debian's and Ubuntu's images have: apt deletes each
/// package after it was installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum DockerClean {
    /// It is there.
    Present,
    /// It was there, but something that cannot be looked into has run since.
    Perhaps,
    /// It is not.
    Absent,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// Where the hook is.
pub(super) const DOCKER_CLEAN: &str = "/etc/apt/apt.conf.d/docker-clean";

impl Notes {
    /// What holds on a base image.
    pub(super) fn of_base(base: Option<&BaseImage>) -> Self {
        let docker_clean = match base {
            Some(base) if base.docker_clean => DockerClean::Present,
            Some(base) if matches!(base.family, Family::Debian | Family::Ubuntu) => {
                DockerClean::Absent
            }
            _ => DockerClean::Unknown,
        };
        Self {
            docker_clean,
            ..Self::default()
        }
    }

    /// Takes in what the commands of a RUN do.
    pub(super) fn follow(&mut self, text: &str, commands: &[RunCommand<'_>], site: &Site<'_>) {
        self.keeps_packages |=
            text.contains("Keep-Downloaded-Packages") || text.contains("keepcache");
        let names_hook = names_hook(text);
        for it in commands {
            if let Some(link) = symbolic_link(it.command)
                && self.links.len() < MAX_LINKS
            {
                self.links.push(link);
            }
            self.docker_clean = self.docker_clean.after(it, site, names_hook);
            self.configured.extend(configured_by(it));
        }
    }
}

/// How many links are remembered; more than any Dockerfile makes.
const MAX_LINKS: usize = 50;

/// The link that `ln -s` makes, and where it leads.
pub(super) fn symbolic_link(command: SimpleCommand<'_>) -> Option<(String, String)> {
    if command.name() != Some("ln") {
        return None;
    }
    let words: Vec<&str> = command.args().filter_map(|word| word.literal()).collect();
    let (flags, paths): (Vec<&str>, Vec<&str>) =
        words.into_iter().partition(|word| word.starts_with('-'));
    let is_symbolic =
        |flag: &&str| *flag == "--symbolic" || (!flag.starts_with("--") && flag.contains('s'));
    let [directory, link] = paths.as_slice() else {
        return None;
    };
    let is_known = flags.iter().any(is_symbolic) && directory.starts_with('/');
    is_known.then(|| ((*link).to_owned(), (*directory).to_owned()))
}

/// The manager whose configuration a command changes in what concerns caches.
pub(super) fn configured_by(it: &RunCommand<'_>) -> Option<&'static str> {
    let call = it.call.as_ref()?;
    let mut settings = call.operands.iter().map(|word| word.raw());
    let is_change = call.action() == Action::Configure && settings.any(is_about_caches);
    is_change.then_some(call.manager.name)
}

/// Where poetry puts virtual environments does not matter to its downloads.
fn is_about_caches(setting: &str) -> bool {
    let setting = setting.to_ascii_lowercase();
    // Bundler's, which put the gems elsewhere.
    matches!(setting.as_str(), "path" | "deployment")
        || ["cache", "store", "pkgs_dirs", "softlink", "offline"]
            .iter()
            .any(|key| setting.contains(key))
}

/// Whether a script names the hook or its folder. Few do, and asking each command takes time.
pub(super) fn names_hook(text: &str) -> bool {
    text.contains("docker-clean") || text.contains("apt.conf.d")
}

impl DockerClean {
    /// What holds after a command; `is_named` says whether its script [names the hook](names_hook).
    pub(super) fn after(self, it: &RunCommand<'_>, site: &Site<'_>, is_named: bool) -> Self {
        let command = it.command;
        if self == Self::Absent && !is_named {
            return self;
        }
        if let Some(Removal { operands, .. }) = removal(command, site) {
            let is_hit = |removed: &dflint_build::packages::RemovedPath| {
                removed.coverage(DOCKER_CLEAN) != dflint_build::packages::Coverage::Apart
                    || (removed.path == DOCKER_CLEAN && removed.pattern.is_none())
            };
            let goes = operands
                .iter()
                .any(|(_, removed)| removed.as_ref().is_ok_and(is_hit));
            return if goes { Self::Absent } else { self };
        }
        let may_remove = it.call.is_none() && (runs_a_script(command) || is_search(command));
        if may_remove && self == Self::Present {
            return Self::Perhaps;
        }
        if !is_named {
            return self;
        }
        let words: Vec<&str> = command.args().filter_map(|word| word.literal()).collect();
        if command.name() == Some("mv") {
            return match (words.first(), words.last()) {
                (Some(&DOCKER_CLEAN), _) => Self::Absent,
                (_, Some(&DOCKER_CLEAN)) => Self::Present,
                _ => self,
            };
        }
        let writes = command.redirects().any(|redirect| {
            redirect
                .target()
                .and_then(|target| target.literal())
                .is_some_and(|path| is_within(path, DOCKER_CLEAN))
        });
        let mentions = words.iter().any(|word| word.contains("docker-clean"));
        if writes || mentions {
            Self::Unknown
        } else {
            self
        }
    }
}

/// Whether a command is a `find` that may do something to the hook.
fn is_search(command: SimpleCommand<'_>) -> bool {
    let acts =
        |word: &str| word == "-delete" || word.starts_with("-exec") || word.starts_with("-ok");
    let may_hold = |word: &str| is_within(DOCKER_CLEAN, word) || !word.starts_with('/');
    let mut words = command.args();
    command.name() == Some("find")
        && words.clone().any(|word| word.literal().is_some_and(acts))
        && words
            .next()
            .is_none_or(|word| word.literal().is_none_or(may_hold))
}
