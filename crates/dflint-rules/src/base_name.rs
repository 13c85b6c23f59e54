//! The image that a stage begins with, as it is written.

use std::collections::HashSet;

use dflint_parser::Text;

use crate::context::{Context, Dialect};
use crate::written::written_stages;

/// A written image name, taken apart.
pub(crate) struct BaseName<'m, 'a> {
    /// The word in the file.
    pub(crate) word: &'m Text<'a>,
    /// What stands behind the last colon.
    pub(crate) tag: Option<&'m str>,
    /// What stands behind `@`.
    pub(crate) digest: Option<&'m str>,
}

impl<'m, 'a> BaseName<'m, 'a> {
    /// The images of all stages, without `scratch` and earlier stages.
    pub(crate) fn of_stages(cx: &Context<'m, 'a>) -> Vec<Self> {
        let by_case = cx.dialect == Dialect::Hadolint;
        let fold = |name: &str| {
            if by_case {
                name.to_owned()
            } else {
                name.to_lowercase()
            }
        };
        let mut names = HashSet::new();
        let mut found = Vec::new();
        for from in written_stages(cx.dockerfile).filter_map(|stage| stage.from) {
            let word = &from.base;
            let is_image = word.as_str() != "scratch" && !names.contains(&fold(word.as_str()));
            if is_image {
                found.push(Self::read(word));
            }
            names.extend(from.name.as_ref().map(|name| fold(name.as_str())));
        }
        found
    }

    fn read(word: &'m Text<'a>) -> Self {
        let text = word.as_str();
        let (named, digest) = match text.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (text, None),
        };
        let tag = match named.rsplit_once(':') {
            // The colon of a port is not that of a tag.
            Some((_, tag)) if !tag.contains('/') => Some(tag),
            _ => None,
        };
        Self { word, tag, digest }
    }

    /// Whether a variable may hold the tag. hadolint looks for one only where the name begins.
    pub(crate) fn may_hold_tag(&self, dialect: Dialect) -> bool {
        let text = self.word.as_str();
        if dialect != Dialect::Hadolint {
            return text.contains('$');
        }
        let name = match text.split_once('/') {
            Some((registry, rest)) if registry.contains(['.', ':']) => rest,
            _ => text,
        };
        name.starts_with('$')
    }
}
