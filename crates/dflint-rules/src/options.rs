//! What the configuration tells rules.

use std::collections::BTreeMap;

/// Options of rules. One value serves all files that share a configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleOptions {
    /// How package caches are kept out of images: `cache-policy`.
    pub cache_policy: CachePolicy,
    /// Registries images may come from; empty allows every one. `*`, `*suffix` and `prefix*` are
    /// understood: `trusted-registries`.
    pub trusted_registries: Vec<String>,
    /// The labels a stage must carry, and what their values look like: `label-schema`.
    pub label_schema: BTreeMap<String, LabelFormat>,
    /// Whether labels outside the schema are reported: `strict-labels`.
    pub strict_labels: bool,
}

/// How package caches are kept out of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CachePolicy {
    /// In a cache mount, so that the next build finds them.
    #[default]
    Mount,
    /// Switched off or deleted in the same step.
    Cleanup,
}

/// What the value of a label looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LabelFormat {
    /// Anything that is not empty.
    Text,
    /// An absolute URL.
    Url,
    /// A date and time after RFC 3339.
    Rfc3339,
    /// An SPDX licence expression.
    Spdx,
    /// A Git commit id, 7 or 40 lower case hexadecimal digits.
    Hash,
    /// A semantic version.
    SemVer,
    /// An e-mail address.
    Email,
}
