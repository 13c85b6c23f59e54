//! What other files of the project say about how this file is built.

use std::fmt;

/// A place in another file of the project.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// Relative to the project's root, with `/`.
    pub path: String,
    /// Counted from 1.
    pub line: u32,
}

/// A stage that another file asks for: `docker build --target`, `target:` of Compose …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideTarget {
    /// Its name or number, lower case; `None` where it is computed, so that any may be meant.
    pub stage: Option<String>,
    /// Whether this Dockerfile is surely meant; otherwise another one may be.
    pub is_certain: bool,
    /// Where it is asked for.
    pub place: Place,
}

/// A program that builds Dockerfiles and is not BuildKit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Builder {
    /// Docker's builder before BuildKit, which `DOCKER_BUILDKIT=0` asks for.
    Legacy,
    /// kaniko.
    Kaniko,
    /// Buildah, and with it Podman and OpenShift.
    Buildah,
}

impl fmt::Display for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Legacy => "Docker's legacy builder",
            Self::Kaniko => "kaniko",
            Self::Buildah => "Buildah",
        })
    }
}

/// A builder other than BuildKit that may build this Dockerfile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherBuilder {
    /// Which.
    pub builder: Builder,
    /// Where it is called.
    pub place: Place,
}

/// What the other files of the project say about builds of one Dockerfile. An implementation
/// reads them when first asked, within bounds of its own.
pub trait ProjectFacts {
    /// Whether all files were read; otherwise more stages may be asked for.
    fn is_complete(&self) -> bool;

    /// The stages that are asked for.
    fn targets(&self) -> &[OutsideTarget];

    /// Builders other than BuildKit, each once.
    fn other_builders(&self) -> &[OtherBuilder];
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.path, self.line)
    }
}

/// A project of which no other file builds anything, for tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoOtherFiles;

impl ProjectFacts for NoOtherFiles {
    fn is_complete(&self) -> bool {
        true
    }

    fn targets(&self) -> &[OutsideTarget] {
        &[]
    }

    fn other_builders(&self) -> &[OtherBuilder] {
        &[]
    }
}
