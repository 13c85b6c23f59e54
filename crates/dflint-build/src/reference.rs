//! Image references as `distribution/reference` reads them.

use std::fmt;

const DEFAULT_DOMAIN: &str = "docker.io";
const LEGACY_DEFAULT_DOMAIN: &str = "index.docker.io";
const OFFICIAL_REPOSITORY: &str = "library";
const MAX_NAME_LENGTH: usize = 255;
const MAX_TAG_LENGTH: usize = 128;

/// Why a text is not an image reference.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// 64 hexadecimal digits could be an image's identifier.
    #[error("an image name cannot be 64 hexadecimal digits")]
    Identifier,
    /// The repository is not lower case.
    #[error("the repository name `{0}` must be lower case")]
    Uppercase(String),
    /// Longer than 255 bytes.
    #[error("the repository name is longer than 255 characters")]
    TooLong,
    /// The digest's algorithm or length is wrong.
    #[error("the digest is not a valid one")]
    Digest,
    /// Anything else.
    #[error("this is not a valid image reference")]
    Format,
}

/// A normalised image reference: `domain/path[:tag][@digest]`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ImageReference {
    /// The registry, `docker.io` where none is written; empty where the first part looks like one
    /// but cannot be one (`a_b.c/d`).
    pub domain: String,
    /// The repository, `library/…` for official images.
    pub path: String,
    /// The tag, `latest` where neither tag nor digest is written.
    pub tag: Option<String>,
    /// The digest, with its algorithm.
    pub digest: Option<String>,
    /// Whether the tag was written (and not filled in).
    pub has_written_tag: bool,
}

impl ImageReference {
    /// Reads a reference as `FROM` has it, and fills in what is left out (`ParseNormalizedNamed`,
    /// then `TagNameOnly`).
    ///
    /// # Errors
    /// What the reference grammar refuses.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if is_identifier(text) {
            return Err(ReferenceError::Identifier);
        }
        let (domain, rest) = split_domain(text);
        let repository = rest.split(':').next().unwrap_or_default();
        if repository.to_lowercase() != repository {
            return Err(ReferenceError::Uppercase(repository.to_owned()));
        }
        let (named, digest) = match rest.split_once('@') {
            Some((named, digest)) => (named, Some(digest)),
            None => (rest.as_str(), None),
        };
        let (path, tag) = match named.split_once(':') {
            Some((path, tag)) => (path, Some(tag)),
            None => (named, None),
        };
        // What stands where a registry stands, but is no name of one, belongs to the path.
        let (domain, path) = match is_domain(&domain) {
            true => (domain, path.to_owned()),
            false => (String::new(), format!("{domain}/{path}")),
        };
        if !path.split('/').all(is_path_component)
            || !tag.is_none_or(is_tag)
            || !digest.is_none_or(has_digest_format)
        {
            return Err(ReferenceError::Format);
        }
        if path.len() > MAX_NAME_LENGTH {
            return Err(ReferenceError::TooLong);
        }
        if !digest.is_none_or(is_digest) {
            return Err(ReferenceError::Digest);
        }
        let filled_in = (tag.is_none() && digest.is_none()).then_some("latest");
        Ok(Self {
            domain,
            path,
            tag: tag.or(filled_in).map(str::to_owned),
            digest: digest.map(str::to_owned),
            has_written_tag: tag.is_some(),
        })
    }

    /// `domain/path`.
    #[must_use]
    pub fn name(&self) -> String {
        if self.domain.is_empty() {
            return self.path.clone();
        }
        format!("{}/{}", self.domain, self.path)
    }

    /// The name as people write it: without `docker.io/` and `library/`.
    #[must_use]
    pub fn familiar_name(&self) -> String {
        if self.domain != DEFAULT_DOMAIN {
            return self.name();
        }
        let official = self.path.strip_prefix("library/");
        official
            .filter(|name| !name.contains('/'))
            .unwrap_or(&self.path)
            .to_owned()
    }
}

impl fmt::Display for ImageReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

fn is_identifier(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// Divides the registry from the rest, as `splitDockerDomain` does.
fn split_domain(text: &str) -> (String, String) {
    let Some((first, rest)) = text.split_once('/') else {
        return (
            DEFAULT_DOMAIN.to_owned(),
            format!("{OFFICIAL_REPOSITORY}/{text}"),
        );
    };
    let (domain, rest) = if first == LEGACY_DEFAULT_DOMAIN {
        (DEFAULT_DOMAIN, rest)
    } else if first == "localhost" || first.contains(['.', ':']) || first.to_lowercase() != first {
        (first, rest)
    } else {
        (DEFAULT_DOMAIN, text)
    };
    if domain == DEFAULT_DOMAIN && !rest.contains('/') {
        return (domain.to_owned(), format!("{OFFICIAL_REPOSITORY}/{rest}"));
    }
    (domain.to_owned(), rest.to_owned())
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.strip_prefix('[') {
        Some(rest) => {
            let Some((address, port)) = rest.split_once(']') else {
                return false;
            };
            let is_address =
                !address.is_empty() && address.bytes().all(|b| b.is_ascii_hexdigit() || b == b':');
            if !is_address {
                return false;
            }
            let Some(port) = port.strip_prefix(':') else {
                return port.is_empty();
            };
            (None, Some(port))
        }
        None => match domain.split_once(':') {
            Some((host, port)) => (Some(host), Some(port)),
            None => (Some(domain), None),
        },
    };
    let is_component = |part: &str| {
        let inner = part.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        inner && !part.is_empty() && !part.starts_with('-') && !part.ends_with('-')
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit());
    host.is_none_or(|host| host.split('.').all(is_component)) && port.is_none_or(is_port)
}

/// Runs of lower case letters and digits, divided by one dot, one or two underscores, or dashes.
fn is_path_component(part: &str) -> bool {
    let is_alphanumeric = |ch: char| ch.is_ascii_lowercase() || ch.is_ascii_digit();
    let starts_well = part.starts_with(is_alphanumeric);
    let mut rest = part.trim_start_matches(is_alphanumeric);
    while !rest.is_empty() {
        let end = rest.find(is_alphanumeric).unwrap_or(rest.len());
        let (separator, after) = rest.split_at(end);
        let is_separator = matches!(separator, "." | "_" | "__")
            || (!separator.is_empty() && separator.bytes().all(|b| b == b'-'));
        if !is_separator || after.is_empty() {
            return false;
        }
        rest = after.trim_start_matches(is_alphanumeric);
    }
    starts_well
}

fn is_tag(tag: &str) -> bool {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    tag.len() <= MAX_TAG_LENGTH
        && tag.bytes().next().is_some_and(is_word)
        && tag.bytes().all(|b| is_word(b) || b == b'.' || b == b'-')
}

/// `algorithm:hex` with at least 32 digits.
fn has_digest_format(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return false;
    };
    let is_component = |part: &str| {
        part.starts_with(|ch: char| ch.is_ascii_alphabetic())
            && part.bytes().all(|b| b.is_ascii_alphanumeric())
    };
    algorithm.split(['-', '_', '+', '.']).all(is_component)
        && hex.len() >= 32
        && hex.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a digest names an algorithm that exists and has its length.
pub(crate) fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else {
        return false;
    };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::{ImageReference, ReferenceError};

    #[test]
    fn references_are_normalised() {
        let digest = format!("sha256:{}", "a".repeat(64));
        for (text, want) in [
            ("alpine", "docker.io/library/alpine:latest".to_owned()),
            ("alpine:3.20", "docker.io/library/alpine:3.20".to_owned()),
            (
                "docker.io/alpine",
                "docker.io/library/alpine:latest".to_owned(),
            ),
            (
                "index.docker.io/alpine",
                "docker.io/library/alpine:latest".to_owned(),
            ),
            ("org/name", "docker.io/org/name:latest".to_owned()),
            ("ghcr.io/org/name:v1", "ghcr.io/org/name:v1".to_owned()),
            ("localhost/name", "localhost/name:latest".to_owned()),
            (
                "localhost:5000/name",
                "localhost:5000/name:latest".to_owned(),
            ),
            ("Host/name", "Host/name:latest".to_owned()),
            ("[::1]:5000/name", "[::1]:5000/name:latest".to_owned()),
            (
                &format!("a@{digest}"),
                format!("docker.io/library/a@{digest}"),
            ),
            (
                &format!("a:1@{digest}"),
                format!("docker.io/library/a:1@{digest}"),
            ),
            ("a__b.c--d", "docker.io/library/a__b.c--d:latest".to_owned()),
            ("a_b.c/d", "a_b.c/d:latest".to_owned()),
        ] {
            let reference = ImageReference::parse(text).unwrap();
            assert_eq!(reference.to_string(), want, "{text}");
        }
    }

    #[test]
    fn wrong_references_are_refused() {
        for (text, want) in [
            ("", ReferenceError::Format),
            (":", ReferenceError::Format),
            ("alpine:", ReferenceError::Format),
            ("php:-alpine", ReferenceError::Format),
            ("gcr.io//a", ReferenceError::Format),
            ("a@sha256:", ReferenceError::Format),
            ("a___b", ReferenceError::Format),
            ("a..b", ReferenceError::Format),
            ("-a", ReferenceError::Format),
            ("a b", ReferenceError::Format),
            ("BASE", ReferenceError::Uppercase("library/BASE".into())),
            (&"0".repeat(64), ReferenceError::Identifier),
            (&"a".repeat(300), ReferenceError::TooLong),
            (
                &format!("a@sha256:{}", "a".repeat(40)),
                ReferenceError::Digest,
            ),
            (&format!("a@md5:{}", "a".repeat(32)), ReferenceError::Digest),
        ] {
            assert_eq!(ImageReference::parse(text), Err(want), "{text}");
        }
    }

    #[test]
    fn familiar_names() {
        for (text, want) in [
            ("docker.io/library/alpine:3", "alpine"),
            ("org/name", "org/name"),
            ("ghcr.io/a/b", "ghcr.io/a/b"),
        ] {
            assert_eq!(ImageReference::parse(text).unwrap().familiar_name(), want);
        }
    }
}
