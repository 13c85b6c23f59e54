//! Platforms as `containerd/platforms` reads them.

use std::fmt;

use dflint_parser::did_you_mean;

/// Why a text is not a platform.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlatformError {
    /// `*` is refused.
    #[error("`{0}` holds a wildcard")]
    Wildcard(String),
    /// A part holds characters it may not hold, or is empty.
    #[error("`{part}` in `{platform}` is not a valid part of a platform")]
    Component {
        /// The part.
        part: String,
        /// The whole.
        platform: String,
    },
    /// One part that is neither an operating system nor an architecture.
    #[error("`{0}` is neither an operating system nor an architecture{suggestion}", suggestion = suggest(.0))]
    Unknown(String),
    /// More than three parts.
    #[error("`{0}` has more than three parts")]
    TooManyParts(String),
}

/// The operating system or architecture that is meant instead of `part`, for a message.
fn suggest(part: &str) -> String {
    did_you_mean(part, KNOWN_OS.into_iter().chain(KNOWN_ARCHITECTURES))
}

/// An operating system and an architecture.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Platform {
    /// Operating system, lower case (`linux`).
    pub os: String,
    /// Version of the operating system, in parentheses after it; empty where not given.
    pub os_version: String,
    /// Architecture in Go's names (`amd64`).
    pub architecture: String,
    /// Variant (`v7`); empty where there is none.
    pub variant: String,
}

impl Default for Platform {
    fn default() -> Self {
        Self::new("linux", "amd64", "")
    }
}

impl Platform {
    fn new(os: &str, architecture: &str, variant: &str) -> Self {
        Self {
            os: os.to_owned(),
            os_version: String::new(),
            architecture: architecture.to_owned(),
            variant: variant.to_owned(),
        }
    }

    /// Reads `os[(version)][/arch[/variant]]`; where only one part is given, the other is
    /// `linux` or `amd64`.
    ///
    /// # Errors
    /// What `containerd/platforms` refuses.
    pub fn parse(text: &str) -> Result<Self, PlatformError> {
        if text.contains('*') {
            return Err(PlatformError::Wildcard(text.to_owned()));
        }
        let mut parts = text.splitn(4, '/');
        let first = parts.next().unwrap_or_default();
        let invalid = |part: &str| PlatformError::Component {
            part: part.to_owned(),
            platform: text.to_owned(),
        };
        let (os, os_version) = split_version(first).ok_or_else(|| invalid(first))?;
        let rest: Vec<&str> = parts.collect();
        if let Some(part) = rest.iter().find(|part| !is_component(part, true)) {
            return Err(invalid(part));
        }
        let os = normalize_os(os);
        let mut platform = match rest.as_slice() {
            [] if KNOWN_OS.contains(&os.as_str()) => Self::new(&os, "amd64", ""),
            [] => {
                let (architecture, variant) = normalize_architecture(first, "");
                if !KNOWN_ARCHITECTURES.contains(&architecture.as_str()) {
                    return Err(PlatformError::Unknown(text.to_owned()));
                }
                let variant = implicit_variant(&architecture, &variant);
                return Ok(Self::new("linux", &architecture, variant));
            }
            [architecture] => {
                let (architecture, variant) = normalize_architecture(architecture, "");
                Self::new(
                    &os,
                    &architecture,
                    implicit_variant(&architecture, &variant),
                )
            }
            [architecture, variant] => {
                let (architecture, mut variant) = normalize_architecture(architecture, variant);
                if architecture == "arm64" && variant.is_empty() {
                    "v8".clone_into(&mut variant);
                }
                Self::new(&os, &architecture, &variant)
            }
            _ => return Err(PlatformError::TooManyParts(text.to_owned())),
        };
        os_version.clone_into(&mut platform.os_version);
        Ok(platform)
    }

    /// The platform in its normal form: `linux/arm` is `linux/arm/v7`, `arm64/v8` is `arm64`.
    #[must_use]
    pub fn normalized(&self) -> Self {
        let (architecture, variant) = normalize_architecture(&self.architecture, &self.variant);
        Self {
            os: normalize_os(&self.os),
            os_version: self.os_version.clone(),
            architecture,
            variant,
        }
    }

    /// Whether images for it run on Windows.
    #[must_use]
    pub fn is_windows(&self) -> bool {
        self.os == "windows"
    }
}

/// Whether a text as written is the target platform whichever that is: `TARGETPLATFORM` alone,
/// perhaps with a default, which never applies because BuildKit always sets the variable.
#[must_use]
pub fn is_target_platform(written: &str) -> bool {
    let Some(rest) = written.strip_prefix("${TARGETPLATFORM") else {
        return written == "$TARGETPLATFORM";
    };
    let Some(modifier) = rest.strip_suffix('}') else {
        return false;
    };
    let modifier = modifier.strip_prefix(':').unwrap_or(modifier);
    rest == "}" || modifier.starts_with('-') && !modifier.contains(['$', '{', '}'])
}

/// `os/arch[/variant]`, the version left out.
impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if !self.variant.is_empty() {
            write!(f, "/{}", self.variant)?;
        }
        Ok(())
    }
}

/// `arm` means `arm/v7`, which is then not said.
fn implicit_variant<'v>(architecture: &str, variant: &'v str) -> &'v str {
    if architecture == "arm" && variant == "v7" {
        return "";
    }
    variant
}

fn is_component(part: &str, dots: bool) -> bool {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-' || dots && b == b'.';
    !part.is_empty() && part.bytes().all(allowed)
}

/// `linux` or `windows(10.0.17763)`.
fn split_version(part: &str) -> Option<(&str, &str)> {
    let (os, version) = match part.split_once('(') {
        Some((os, version)) => (os, version.strip_suffix(')')?),
        None => (part, ""),
    };
    let version_is_well = version.is_empty() || version.split('+').all(|v| is_component(v, true));
    (is_component(os, false) && version_is_well).then_some((os, version))
}

fn normalize_os(os: &str) -> String {
    let os = os.to_lowercase();
    if os == "macos" {
        "darwin".to_owned()
    } else {
        os
    }
}

fn normalize_architecture(architecture: &str, variant: &str) -> (String, String) {
    let (architecture, variant) = (architecture.to_lowercase(), variant.to_lowercase());
    let (architecture, variant) = match (architecture.as_str(), variant.as_str()) {
        ("i386" | "386", _) => ("386", ""),
        ("x86_64" | "x86-64" | "amd64", "v1") => ("amd64", ""),
        ("x86_64" | "x86-64" | "amd64", variant) => ("amd64", variant),
        ("aarch64" | "arm64", "8" | "v8") => ("arm64", ""),
        ("aarch64" | "arm64", variant) => ("arm64", variant),
        ("armhf", _) => ("arm", "v7"),
        ("armel", _) => ("arm", "v6"),
        ("arm", "" | "7") => ("arm", "v7"),
        ("arm", "5") => ("arm", "v5"),
        ("arm", "6") => ("arm", "v6"),
        ("arm", "8") => ("arm", "v8"),
        other => other,
    };
    (architecture.to_owned(), variant.to_owned())
}

const KNOWN_OS: [&str; 17] = [
    "aix",
    "android",
    "darwin",
    "dragonfly",
    "freebsd",
    "hurd",
    "illumos",
    "ios",
    "js",
    "linux",
    "nacl",
    "netbsd",
    "openbsd",
    "plan9",
    "solaris",
    "windows",
    "zos",
];

const KNOWN_ARCHITECTURES: [&str; 24] = [
    "386",
    "amd64",
    "amd64p32",
    "arm",
    "armbe",
    "arm64",
    "arm64be",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
];

#[cfg(test)]
mod tests {
    use super::{Platform, PlatformError, is_target_platform};

    #[test]
    fn platforms_are_read() {
        for (text, want, normal) in [
            ("linux/amd64", "linux/amd64", "linux/amd64"),
            ("Linux/x86_64", "linux/amd64", "linux/amd64"),
            ("linux", "linux/amd64", "linux/amd64"),
            ("arm64", "linux/arm64", "linux/arm64"),
            ("linux/arm", "linux/arm", "linux/arm/v7"),
            ("linux/arm/v7", "linux/arm/v7", "linux/arm/v7"),
            ("linux/arm/6", "linux/arm/v6", "linux/arm/v6"),
            ("linux/arm64/v8", "linux/arm64/v8", "linux/arm64"),
            ("macos/arm64", "darwin/arm64", "darwin/arm64"),
            (
                "windows(10.0.17763)/amd64",
                "windows/amd64",
                "windows/amd64",
            ),
            ("linux/made-up", "linux/made-up", "linux/made-up"),
        ] {
            let platform = Platform::parse(text).unwrap();
            assert_eq!(platform.to_string(), want, "{text}");
            assert_eq!(platform.normalized().to_string(), normal, "{text}");
        }
    }

    #[test]
    fn the_target_platform_is_known_by_its_variable() {
        for (written, want) in [
            ("$TARGETPLATFORM", true),
            ("${TARGETPLATFORM}", true),
            ("${TARGETPLATFORM:-linux/amd64}", true),
            ("${TARGETPLATFORM-}", true),
            ("${TARGETPLATFORM:+linux/amd64}", false),
            ("${TARGETPLATFORM/arm64/amd64}", false),
            ("${TARGETPLATFORM:-a}${B}", false),
            ("$TARGETPLATFORMS", false),
            ("${TARGETPLATFORM", false),
        ] {
            assert_eq!(is_target_platform(written), want, "{written}");
        }
    }

    #[test]
    fn wrong_platforms_are_refused() {
        assert!(matches!(
            Platform::parse("linux/*"),
            Err(PlatformError::Wildcard(_))
        ));
        assert!(matches!(
            Platform::parse("made-up"),
            Err(PlatformError::Unknown(_))
        ));
        assert!(matches!(
            Platform::parse("a/b/c/d"),
            Err(PlatformError::TooManyParts(_))
        ));
        for text in ["", "linux/", "/amd64", "linux/a b", "windows(x/amd64"] {
            let result = Platform::parse(text);
            assert!(
                matches!(result, Err(PlatformError::Component { .. })),
                "{text}"
            );
        }
    }
}
