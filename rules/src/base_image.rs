//! Base images: what a stage starts with.
//!
//! The table is `data/base-images.toml`; `data/README.md` documents its keys.

use crate::glob;

/// What is known about a base image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BaseImage {
    /// The repository with its registry, `docker.io/library/python`; a trailing `*` stands for
    /// any rest.
    pub repository: &'static str,
    /// The tags it is about, `*` as wildcard; empty for every tag that no earlier entry names.
    pub tags: &'static [&'static str],
    /// Whether the entry holds where the tag is not known.
    pub any_tag: bool,
    /// What the image is made of.
    pub family: Family,
    /// The user commands run as.
    pub user: User,
    /// The working directory; `None` where it is not known.
    pub workdir: Option<&'static str>,
    /// The environment, sorted by name. `None`: set, to a value that depends on the version.
    pub env: &'static [(&'static str, Option<&'static str>)],
    /// Users that exist besides root.
    pub users: &'static [User],
    /// The shell of shell-form instructions; `None` where there is no shell.
    pub shell: Option<&'static [&'static str]>,
    /// Whether bash is installed.
    pub bash: bool,
    /// Whether `/etc/apt/apt.conf.d/docker-clean` is there, which empties apt's cache after each
    /// command.
    pub docker_clean: bool,
    /// The [package managers](crate::package_manager) that are installed, by name.
    pub package_managers: &'static [&'static str],
    /// Symbolic links that lead a cache elsewhere: link and directory.
    pub links: &'static [(&'static str, &'static str)],
    /// Directories that exist and that its user may write, besides the user's home.
    pub directories: &'static [&'static str],
    /// Paths declared as volumes.
    pub volumes: &'static [&'static str],
    /// Whether its config holds `ONBUILD` triggers.
    pub onbuild: bool,
}

/// What an image is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Family {
    Debian,
    Ubuntu,
    Alpine,
    Fedora,
    /// Red Hat Enterprise Linux and what is built from it.
    Rhel,
    /// Amazon Linux.
    Amazon,
    /// Azure Linux and CBL-Mariner.
    Azure,
    Suse,
    Arch,
    /// Chainguard's Wolfi.
    Wolfi,
    Busybox,
    /// Without shell and package manager.
    Distroless,
    Windows,
    /// Not known, or not the same for all tags.
    Unknown,
}

/// A user of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    /// The name.
    pub name: &'static str,
    /// The number; `None` when it is not known.
    pub uid: Option<u32>,
    /// The number of the user's group; `None` when it is not known.
    pub gid: Option<u32>,
    /// The home directory; `None` when it is not known.
    pub home: Option<&'static str>,
}

mod table {
    use super::*;

    include!(concat!(env!("OUT_DIR"), "/base_images.rs"));
}

/// Every entry: exact repositories in ascending order, those of one repository in the order in
/// which they are tried.
#[must_use]
pub fn base_images() -> &'static [BaseImage] {
    table::EXACT
}

/// What is known about the image `repository:tag`.
///
/// `repository` is normalised with its registry (`docker.io/library/python`). `tag` is the tag
/// (`latest` where the reference names none); `None` where it is not known, for example because a
/// build argument holds it, or where only a digest is given.
#[must_use]
pub fn base_image(repository: &str, tag: Option<&str>) -> Option<&'static BaseImage> {
    let original = original(repository);
    let repository = original.as_deref().unwrap_or(repository);
    entries(repository).find(|image| image.holds_for(tag))
}

/// Whether `repository:tag` is known to be an image for Linux whatever machine asks for it. A tag
/// such as `golang:1.25`, of a repository that holds images for Windows too, gives a Windows
/// machine one of those.
#[must_use]
pub fn is_for_linux_only(repository: &str, tag: Option<&str>) -> bool {
    let original = original(repository);
    let repository = original.as_deref().unwrap_or(repository);
    let Some(image) = entries(repository).find(|image| image.holds_for(tag)) else {
        return false;
    };
    let names_its_family = !image.tags.is_empty();
    match image.family {
        Family::Windows | Family::Unknown => false,
        _ if names_its_family => true,
        _ => entries(repository).all(|image| image.family != Family::Windows),
    }
}

/// The entries about a repository, in the order in which they are tried.
fn entries(repository: &str) -> impl Iterator<Item = &'static BaseImage> {
    let start = table::EXACT.partition_point(|image| image.repository < repository);
    let exact = table::EXACT
        .get(start..)
        .unwrap_or_default()
        .iter()
        .take_while(move |image| image.repository == repository);
    let by_prefix = table::PREFIXES
        .iter()
        .filter(move |image| glob::matches(image.repository, repository));
    exact.chain(by_prefix)
}

/// The repository that `repository` is a copy of.
fn original(repository: &str) -> Option<String> {
    table::MIRRORS.iter().find_map(|(mirror, original)| {
        let rest = repository.strip_prefix(mirror)?;
        Some(format!("{original}{rest}"))
    })
}

impl BaseImage {
    fn holds_for(&self, tag: Option<&str>) -> bool {
        match tag {
            None => self.any_tag,
            Some(tag) => {
                self.tags.is_empty() || self.tags.iter().any(|known| glob::matches(known, tag))
            }
        }
    }

    /// The variable's entry in [`BaseImage::env`]: `Some(None)` when it is set to a value that
    /// depends on the version.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<Option<&'static str>> {
        let at = self
            .env
            .binary_search_by(|(known, _)| (*known).cmp(name))
            .ok()?;
        self.env.get(at).map(|&(_, value)| value)
    }

    /// The user called `name` or with that number, root included.
    #[must_use]
    pub fn user(&self, name: &str) -> Option<User> {
        let uid = name.parse().ok();
        std::iter::once(&ROOT)
            .chain(self.users)
            .find(|user| user.name == name || (uid.is_some() && user.uid == uid))
            .copied()
    }
}

/// The user that every image has.
pub const ROOT: User = User {
    name: "root",
    uid: Some(0),
    gid: Some(0),
    home: Some("/root"),
};
