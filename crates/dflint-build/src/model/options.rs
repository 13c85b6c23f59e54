//! What a model is told about the build.

use crate::platform::Platform;

/// What is known of base images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum BaseImages {
    /// What dflint's table knows; images that it does not hold may set anything.
    #[default]
    Known,
    /// Every base image has an empty configuration, as in BuildKit's own checks without a
    /// registry.
    Empty,
}

/// What build arguments are worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Arguments {
    /// Defaults hold; an argument without a value may be given any.
    #[default]
    DefaultsOrUnknown,
    /// Defaults hold; an argument without a value is unset, as in a plain `docker build`.
    Defaults,
    /// Any argument may be given any value, default or not.
    Unknown,
}

/// Settings of a [`Model`](crate::Model).
#[derive(Debug, Clone, Default)]
pub struct ModelOptions {
    /// `--build-arg` values; they beat [`ModelOptions::arguments`].
    pub build_args: Vec<(String, String)>,
    /// `--target`: a stage name or index; the last stage where absent.
    pub target: Option<String>,
    /// The platform that is built for.
    pub target_platform: Platform,
    /// The platform that the build runs on.
    pub build_platform: Platform,
    /// What is known of base images.
    pub base_images: BaseImages,
    /// What build arguments are worth.
    pub arguments: Arguments,
}

impl ModelOptions {
    /// As BuildKit's build checks answer without a registry: base images set nothing, arguments
    /// have their defaults.
    #[must_use]
    pub fn like_buildkit_checks() -> Self {
        Self {
            base_images: BaseImages::Empty,
            arguments: Arguments::Defaults,
            ..Self::default()
        }
    }

    /// The stage to build as it is named; `None` for the last one, which an empty name means too.
    #[must_use]
    pub fn named_target(&self) -> Option<&str> {
        self.target.as_deref().filter(|name| !name.is_empty())
    }

    /// The value that `--build-arg` gives to `name`.
    #[must_use]
    pub fn build_arg(&self, name: &str) -> Option<&str> {
        let given = self.build_args.iter().rev().find(|(key, _)| key == name);
        given.map(|(_, value)| value.as_str())
    }
}
