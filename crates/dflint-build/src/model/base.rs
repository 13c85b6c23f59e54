//! What is known of the image that a chain of stages stands on.

use dflint_knowledge::base_image::{BaseImage, Family, ROOT, base_image};

use crate::env::Env;
use crate::reference::ImageReference;
use crate::value::Value;

/// What stands for a working directory that is not known.
const UNKNOWN_WORKDIR: &str = "<workdir of the base image>";

/// What is known of the image that a chain of stages stands on.
#[derive(Debug, Clone, Copy)]
pub enum BaseFacts {
    /// `scratch`: nothing is there.
    Scratch,
    /// Base images are taken to set nothing.
    Empty,
    /// An entry of the table of base images.
    Known(&'static BaseImage),
    /// Nothing is known.
    Unknown,
}

impl BaseFacts {
    /// What the table knows of an image.
    pub(super) fn of(reference: &ImageReference) -> Self {
        Self::find(&reference.name(), reference.tag.as_deref())
    }

    /// What the table knows of an image whose tag depends on something unknown (`python:${V}`).
    pub(super) fn of_unknown(name: &Value) -> Self {
        let known = match name.unresolved_ranges().first() {
            Some(first) => name
                .as_str()
                .get(..first.start as usize)
                .unwrap_or_default(),
            None => name.as_str(),
        };
        let slash = known.rfind('/').map_or(0, |at| at + 1);
        let colon = known.get(slash..).and_then(|last| last.find([':', '@']));
        let repository = colon.and_then(|at| known.get(..slash + at));
        match repository.map(ImageReference::parse) {
            Some(Ok(reference)) => Self::find(&reference.name(), None),
            _ => Self::Unknown,
        }
    }

    fn find(repository: &str, tag: Option<&str>) -> Self {
        base_image(repository, tag).map_or(Self::Unknown, Self::Known)
    }

    /// The table's entry, where there is one.
    #[must_use]
    pub fn known(self) -> Option<&'static BaseImage> {
        match self {
            Self::Known(image) => Some(image),
            _ => None,
        }
    }

    pub(super) fn is_windows(self) -> bool {
        self.known()
            .is_some_and(|image| image.family == Family::Windows)
    }

    /// The variables that the image sets.
    pub(super) fn env(self) -> Env {
        let image = match self {
            Self::Scratch | Self::Empty => return Env::default(),
            Self::Unknown => return Env::open(),
            Self::Known(image) => image,
        };
        // An entry for many repositories does not know all variables of each.
        let is_about_one = !image.repository.ends_with('*');
        let mut env = if is_about_one {
            Env::default()
        } else {
            Env::open()
        };
        for (name, value) in image.env {
            let value = match value {
                Some(value) => Value::known(*value),
                None => Value::unresolved(format!("${{{name}}}")),
            };
            env.set(name, value);
        }
        env
    }

    /// The user that the image's configuration names; empty for root.
    pub(super) fn user(self) -> Value {
        match self {
            Self::Scratch | Self::Empty => Value::default(),
            Self::Unknown => Value::unresolved("<user of the base image>"),
            Self::Known(image) if image.user.name == ROOT.name => Value::default(),
            Self::Known(image) => image.user.name.into(),
        }
    }

    /// The working directory that the image's configuration names.
    pub(super) fn workdir(self) -> Value {
        match self {
            Self::Scratch => "/".into(),
            Self::Empty => Value::default(),
            Self::Unknown => Value::unresolved(UNKNOWN_WORKDIR),
            Self::Known(image) => match image.workdir {
                None => Value::unresolved(UNKNOWN_WORKDIR),
                // Where the configuration names none.
                Some("/") => Value::default(),
                Some(directory) => directory.into(),
            },
        }
    }
}

/// Entries of the table are equal when they are the same entry.
impl PartialEq for BaseFacts {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Known(one), Self::Known(two)) => std::ptr::eq(*one, *two),
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

impl Eq for BaseFacts {}
