//! Git repositories as sources of `ADD`, as BuildKit's `dfgitutil` reads them.

use std::borrow::Cow;
use std::fmt::Write as _;

use dflint_parser::lowercase;

/// Why the address of a Git repository is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// `?key=` without a value, twice, or unknown.
    #[error("the query `{0}` is not one that BuildKit takes")]
    Query(String),
    /// Two of them name different revisions or directories.
    #[error("the address names two different values for `{0}`")]
    Conflict(&'static str),
    /// The fragment after `##` is not `key=value,…`.
    #[error("the fragment `{0}` is not one that BuildKit takes")]
    Fragment(String),
}

/// A Git repository.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GitSource {
    /// The address, without fragment and query.
    pub remote: String,
    /// `host/path`, as it names the source in BuildKit's operations.
    pub host_and_path: String,
    /// Whether it is reached through SSH.
    pub ssh: bool,
    /// Commit, tag or branch; empty where not given.
    pub reference: String,
    /// Directory inside; empty where not given.
    pub subdir: String,
    /// Commit it must be; empty where not given.
    pub checksum: String,
    /// Whether `.git` stays.
    pub keep_git_dir: Option<bool>,
    /// Whether submodules are fetched.
    pub submodules: Option<bool>,
}

const GIT_SCHEMES: [&str; 4] = ["http", "https", "ssh", "git"];

/// Reads a source of `ADD`; `None` where it is not a Git repository.
///
/// # Errors
/// The address of a repository whose query or fragment BuildKit refuses.
pub fn parse(source: &str) -> Result<Option<GitSource>, GitError> {
    // `github.com/…` without a scheme is a path here, though not as a build context.
    if source.starts_with("./") || source.starts_with("../") || source.starts_with("github.com/") {
        return Ok(None);
    }
    let Some(address) = Address::parse(source) else {
        return Ok(None);
    };
    let is_web = matches!(address.scheme, "http" | "https");
    if is_web && !address.path.ends_with(".git") {
        return Ok(None);
    }
    let mut git = GitSource {
        remote: address.remote(),
        host_and_path: format!("{}{}", address.host, crate::path::join("/", address.path)),
        ssh: address.scheme == "ssh",
        ..GitSource::default()
    };
    git.read_fragment(&address.fragment())?;
    git.read_query(address.query.unwrap_or_default())?;
    Ok(Some(git))
}

/// What BuildKit calls a file from the web whose address names none.
const UNNAMED: &str = "__unnamed__";

/// The name that a file from the web gets: the last part of its path.
pub(crate) fn file_name(url: &str) -> String {
    let after_scheme = url.split_once("://").map_or(url, |(_, rest)| rest);
    let end = after_scheme.find(['?', '#']).unwrap_or(after_scheme.len());
    let without_query = after_scheme.get(..end).unwrap_or_default();
    let path = without_query
        .find('/')
        .and_then(|at| without_query.get(at..));
    let path = path.unwrap_or_default();
    let authority = match path.is_empty() {
        true => without_query,
        false => without_query.strip_suffix(path).unwrap_or_default(),
    };
    if has_control(url) || !is_authority(authority) || has_bad_escape(path) {
        return UNNAMED.to_owned();
    }
    let decoded = percent_decode(path);
    match crate::path::base(&decoded) {
        "." | "/" => UNNAMED.to_owned(),
        name => name.to_owned(),
    }
}

/// The parts of an address.
struct Address<'s> {
    scheme: &'s str,
    /// Whether it is written `user@host:path`.
    is_scp: bool,
    user: &'s str,
    host: &'s str,
    path: &'s str,
    /// What follows `?`; `None` without one.
    query: Option<&'s str>,
    fragment: &'s str,
}

impl<'s> Address<'s> {
    fn parse(source: &'s str) -> Option<Self> {
        let (before, fragment) = source.split_once('#').unwrap_or((source, ""));
        let (before, query) = match before.split_once('?') {
            Some((before, query)) => (before, Some(query)),
            None => (before, None),
        };
        if let Some((scheme, rest)) = before.split_once("://") {
            let scheme = GIT_SCHEMES
                .into_iter()
                .find(|known| scheme.eq_ignore_ascii_case(known))?;
            let (authority, path) = match rest.find('/') {
                Some(slash) => rest.split_at(slash),
                None => (rest, ""),
            };
            let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
            let is_bad = has_control(source) || has_bad_escape(path) || has_bad_escape(fragment);
            if is_bad || !is_authority(authority) {
                return None;
            }
            return Some(Self {
                scheme,
                is_scp: false,
                user,
                host,
                path,
                query,
                fragment,
            });
        }
        let (user, rest) = before.split_once('@')?;
        let (host, path) = rest.split_once(':')?;
        let is_word = |text: &str, extra: &[u8]| {
            let allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || extra.contains(&b);
            !text.is_empty() && text.bytes().all(allowed)
        };
        (is_word(user, b"_") && is_word(host, b".")).then_some(Self {
            scheme: "ssh",
            is_scp: true,
            user,
            host,
            path,
            query,
            fragment,
        })
    }

    fn remote(&self) -> String {
        if self.is_scp {
            return format!("{}@{}:{}", self.user, self.host, self.path);
        }
        let at = if self.user.is_empty() { "" } else { "@" };
        // Without a query the sign of one stays.
        let sign = if self.query == Some("") { "?" } else { "" };
        format!(
            "{}://{}{at}{}{}{sign}",
            self.scheme,
            self.user,
            self.host,
            encoded_path(self.path)
        )
    }

    /// What follows `#`, which is encoded in an address with a scheme.
    fn fragment(&self) -> Cow<'s, str> {
        if self.is_scp {
            return self.fragment.into();
        }
        percent_decode(self.fragment).into()
    }
}

impl GitSource {
    fn read_fragment(&mut self, fragment: &str) -> Result<(), GitError> {
        let Some(fields) = fragment.strip_prefix('#') else {
            let (reference, subdir) = fragment.split_once(':').unwrap_or((fragment, ""));
            reference.clone_into(&mut self.reference);
            let subdir = crate::path::join("/", subdir);
            subdir.trim_start_matches('/').clone_into(&mut self.subdir);
            return Ok(());
        };
        for field in fields.split(',').filter(|field| !field.is_empty()) {
            let bad_field = || GitError::Fragment(field.to_owned());
            let (key, value) = field.split_once('=').ok_or_else(bad_field)?;
            match lowercase(key).as_str() {
                "ref" => value.clone_into(&mut self.reference),
                "subdir" => value.clone_into(&mut self.subdir),
                "commit" => value.clone_into(&mut self.checksum),
                _ => return Err(bad_field()),
            }
        }
        if self.reference.is_empty() {
            self.reference.clone_from(&self.checksum);
        }
        Ok(())
    }

    fn read_query(&mut self, query: &str) -> Result<(), GitError> {
        let mut seen: Vec<&str> = Vec::new();
        let mut tag = String::new();
        let mut branch = String::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let value = percent_decode(&value.replace('+', " "));
            let is_flag = matches!(key, "submodules" | "keep-git-dir");
            if seen.contains(&key) || (value.is_empty() && !is_flag) {
                return Err(GitError::Query(key.to_owned()));
            }
            seen.push(key);
            let flag = || match value.as_str() {
                "" | "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(Some(true)),
                "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(Some(false)),
                _ => Err(GitError::Query(key.to_owned())),
            };
            match key {
                "ref" => agree("ref", &mut self.reference, value)?,
                "subdir" => agree("subdir", &mut self.subdir, value)?,
                "tag" => tag = with_prefix("refs/tags/", value),
                "branch" => branch = with_prefix("refs/heads/", value),
                "checksum" | "commit" => self.checksum = value,
                "keep-git-dir" => self.keep_git_dir = flag()?,
                "submodules" => self.submodules = flag()?,
                _ => return Err(GitError::Query(key.to_owned())),
            }
        }
        if !tag.is_empty() && !branch.is_empty() {
            return Err(GitError::Conflict("branch and tag"));
        }
        for named in [tag, branch] {
            if !named.is_empty() {
                agree("ref", &mut self.reference, named)?;
            }
        }
        if self.reference.is_empty() {
            self.reference.clone_from(&self.checksum);
        }
        Ok(())
    }
}

/// Sets `known` unless it already says something else.
fn agree(what: &'static str, known: &mut String, value: String) -> Result<(), GitError> {
    if !known.is_empty() && *known != value {
        return Err(GitError::Conflict(what));
    }
    *known = value;
    Ok(())
}

fn with_prefix(prefix: &str, value: String) -> String {
    if value.starts_with(prefix) {
        return value;
    }
    format!("{prefix}{value}")
}

/// Whether a control character stands in `text`, which makes it no address for Go.
fn has_control(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_control())
}

/// Whether Go takes `authority` for `[user@]host[:port]`.
fn is_authority(authority: &str) -> bool {
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let allowed = |byte: u8, signs: &[u8]| byte.is_ascii_alphanumeric() || signs.contains(&byte);
    let is_user = user
        .bytes()
        .all(|byte| allowed(byte, b"-._:~!$&'()*+,;=%@"));
    let is_host = |byte: u8| !byte.is_ascii() || allowed(byte, b"-._~!$&'()*+,;=:[]<>\"");
    let port = match host.rsplit_once(']') {
        Some((_, port)) => port,
        None if host.starts_with('[') => return false,
        None => host
            .rfind(':')
            .map_or("", |at| host.get(at..).unwrap_or_default()),
    };
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    is_user
        && host.bytes().all(is_host)
        && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port))
}

/// Whether a `%` is not followed by two hexadecimal digits, which makes it no address for Go.
fn has_bad_escape(text: &str) -> bool {
    let digits = |rest: &str| {
        let mut bytes = rest.bytes().take(2);
        bytes.len() == 2 && bytes.all(|byte| byte.is_ascii_hexdigit())
    };
    let mut escapes = text.split('%').skip(1);
    escapes.any(|rest| !digits(rest))
}

/// A path as Go's `URL.EscapedPath` has it: as it is written where that is properly encoded.
fn encoded_path(path: &str) -> Cow<'_, str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~$&+,/:;=@".contains(&byte);
    let is_encoded = |byte: u8| is_plain(byte) || b"!'()*[]%".contains(&byte);
    if path.bytes().all(is_encoded) {
        return path.into();
    }
    let mut encoded = String::with_capacity(path.len());
    for byte in percent_decode(path).bytes() {
        if is_plain(byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded.into()
}

fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = match (byte, after) {
            (b'%', [high, low, ..]) => hex_digit(*high).zip(hex_digit(*low)),
            _ => None,
        };
        (rest, _) = match code {
            Some((high, low)) => (
                after.get(2..).unwrap_or_default(),
                bytes.push(high * 16 + low),
            ),
            None => (after, bytes.push(byte)),
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_digit(byte: u8) -> Option<u8> {
    let digit = char::from(byte).to_digit(16)?;
    u8::try_from(digit).ok()
}

#[cfg(test)]
mod tests {
    use super::{GitError, GitSource, file_name, parse};

    fn git(source: &str) -> GitSource {
        parse(source).unwrap().unwrap()
    }

    #[test]
    fn addresses_are_encoded_as_in_go() {
        for (source, remote) in [
            ("https://x.org/a b.git", "https://x.org/a%20b.git"),
            ("https://x.org/a%20b.git", "https://x.org/a%20b.git"),
            ("https://x.org/é!.git", "https://x.org/%C3%A9%21.git"),
            ("https://x.org/a[b]!.git", "https://x.org/a[b]!.git"),
            ("https://x.org/a.git?", "https://x.org/a.git?"),
            ("https://x.org/a.git?tag=b", "https://x.org/a.git"),
            ("git@x.org:a b.git", "git@x.org:a b.git"),
        ] {
            assert_eq!(git(source).remote, remote, "{source}");
        }
        assert_eq!(git("https://x.org/a.git#b%20c").reference, "b c");
        assert_eq!(git("git@x.org:a.git#b%20c").reference, "b%20c");
        for refused in [
            "https://x.org/a%zz.git",
            "https://x y/a.git",
            "https://x{y/a.git",
            "https://u{v@x.org/a.git",
            "https://x.org:b/a.git",
            "https://[::1/a.git",
            "https://x.org/\u{7f}.git",
        ] {
            assert_eq!(parse(refused), Ok(None), "{refused}");
            assert_eq!(file_name(refused), "__unnamed__", "{refused}");
        }
        for taken in [
            "https://[::1]:80/a.git",
            "https://é.org:/a.git",
            "ssh://u:p%40q@x_y/a",
        ] {
            assert!(parse(taken).unwrap().is_some(), "{taken}");
        }
        assert_eq!(parse("https://x.org/a.git#%zz"), Ok(None));
    }

    #[test]
    fn repositories() {
        let source = git("https://github.com/moby/buildkit.git#v0.1:docs");
        assert_eq!(source.remote, "https://github.com/moby/buildkit.git");
        assert_eq!(source.host_and_path, "github.com/moby/buildkit.git");
        assert_eq!(
            (source.reference.as_str(), source.subdir.as_str()),
            ("v0.1", "docs")
        );
        let source = git("git@github.com:moby/buildkit.git");
        assert!(source.ssh);
        assert_eq!(source.host_and_path, "github.com/moby/buildkit.git");
        let source = git("https://x.org/a.git?tag=v1&keep-git-dir&submodules=0");
        assert_eq!(source.reference, "refs/tags/v1");
        assert_eq!(
            (source.keep_git_dir, source.submodules),
            (Some(true), Some(false))
        );
        let source = git("https://x.org/a.git#:/d//e/../f/");
        assert_eq!(source.subdir, "d/f");
        let source = git("https://x.org/a.git##ref=v1,subdir=d");
        assert_eq!(
            (source.reference.as_str(), source.subdir.as_str()),
            ("v1", "d")
        );
    }

    #[test]
    fn other_sources() {
        for source in [
            "a",
            "./a.git",
            "github.com/a/b",
            "https://x.org/a.tar.gz",
            "a:b",
            "C:/x",
        ] {
            assert_eq!(parse(source), Ok(None), "{source}");
        }
    }

    #[test]
    fn refused_addresses() {
        let refused = parse("https://x.org/a.git?what=1");
        assert_eq!(refused, Err(GitError::Query("what".to_owned())));
        let refused = parse("https://x.org/a.git?ref=b#c");
        assert_eq!(refused, Err(GitError::Conflict("ref")));
    }

    #[test]
    fn file_names() {
        for (url, want) in [
            ("https://x.org/a/b.tar.gz?x=1", "b.tar.gz"),
            ("https://x.org/a%20b", "a b"),
            ("https://x.org/", "__unnamed__"),
            ("https://x.org", "__unnamed__"),
            ("https://x.org/a/", "a"),
            ("https://x.org/a%zz", "__unnamed__"),
            ("https://x.org/a%2", "__unnamed__"),
        ] {
            assert_eq!(file_name(url), want, "{url}");
        }
    }
}
