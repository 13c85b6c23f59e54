//! Paths inside images and contexts: Go's `path` package and BuildKit's `util/system/path.go`.

use crate::value::{Value, ValueBuilder};

/// Go's `path.Clean`: the shortest path that means the same.
#[must_use]
pub fn clean(path: &str) -> String {
    clean_parts(path.starts_with('/'), path.len(), path.split('/'))
}

fn clean_parts<'p>(is_rooted: bool, length: usize, parts: impl Iterator<Item = &'p str>) -> String {
    let mut out = String::with_capacity(length);
    if is_rooted {
        out.push('/');
    }
    let root = out.len();
    // What no `..` goes back over: the root, and each `..` in front.
    let mut fixed = root;
    for part in parts {
        match part {
            "" | "." => {}
            ".." if out.len() > fixed => {
                let parent = out.rfind('/').unwrap_or(0);
                out.truncate(parent.max(fixed));
            }
            ".." if is_rooted => {}
            _ => {
                if out.len() > root {
                    out.push('/');
                }
                out.push_str(part);
                if part == ".." {
                    fixed = out.len();
                }
            }
        }
    }
    if out.is_empty() {
        out.push('.');
    }
    out
}

/// Go's `path.Join` of two parts.
#[must_use]
pub fn join(first: &str, second: &str) -> String {
    match (first, second) {
        ("", "") => String::new(),
        ("", path) | (path, "") => clean(path),
        (first, second) => clean_parts(
            first.starts_with('/'),
            first.len() + 1 + second.len(),
            first.split('/').chain(second.split('/')),
        ),
    }
}

/// What of `path` lies below `folder`; `None` where it lies elsewhere or is the folder itself.
#[must_use]
pub fn below<'p>(path: &'p str, folder: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    rest.strip_prefix('/').filter(|rest| !rest.is_empty())
}

/// Whether `path` is `folder` or lies below it.
#[must_use]
pub fn is_within(path: &str, folder: &str) -> bool {
    path.trim_end_matches('/') == folder.trim_end_matches('/') || below(path, folder).is_some()
}

/// Go's `path.Base`: the last part, `.` for nothing, `/` for the root.
#[must_use]
pub fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() {
        return "/";
    }
    // Paths are short: going through the bytes beats a search that is made for long texts.
    let last = trimmed.bytes().rposition(|byte| byte == b'/');
    last.and_then(|at| trimmed.get(at + 1..)).unwrap_or(trimmed)
}

/// A Windows path names a drive other than `C:`, a drive alone, or a share on the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OtherDrive;

/// How paths of one operating system are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PathStyle {
    /// Whether `\` divides paths too, and drives exist.
    pub(crate) windows: bool,
}

impl PathStyle {
    /// With slashes.
    pub(crate) fn to_slash(self, path: &str) -> String {
        if self.windows {
            path.replace('\\', "/")
        } else {
            path.to_owned()
        }
    }

    /// With the separators of the operating system.
    pub(crate) fn native(self, path: &str) -> String {
        if self.windows {
            path.replace('/', "\\")
        } else {
            path.to_owned()
        }
    }

    pub(crate) fn is_absolute(self, path: &str) -> bool {
        if !self.windows {
            return path.starts_with('/');
        }
        let path = self.without_drive(path, false);
        path.is_ok_and(|path| path.starts_with('/'))
    }

    /// `NormalizePath`: `path` seen from `parent`, with slashes; what is absolute already stays as
    /// it is. With `keep_slash` a slash (or `/.`) at the end stays.
    pub(crate) fn normalize(
        self,
        parent: &str,
        path: &str,
        keep_slash: bool,
    ) -> Result<String, OtherDrive> {
        let written = self.to_slash(path);
        let parent = if parent.is_empty() { "/" } else { parent };
        let mut parent = self.without_drive(parent, keep_slash)?;
        if !parent.starts_with('/') {
            parent = join("/", &parent);
        }
        let path = if written.is_empty() {
            &parent
        } else {
            &written
        };
        let mut path = self.without_drive(path, keep_slash)?;
        if !path.starts_with('/') {
            path = join(&parent, &path);
            if keep_slash {
                restore_ending(&written, &mut path);
            }
        }
        Ok(path)
    }

    /// `CheckSystemDriveAndRemoveDriveLetter`: on Windows cleaned, with slashes, without `C:`;
    /// elsewhere the path as it is.
    /// `keep_slash` keeps a slash at the end, unless a single character stands in front of it.
    pub(crate) fn without_drive(self, path: &str, keep_slash: bool) -> Result<String, OtherDrive> {
        if !self.windows {
            return Ok(path.to_owned());
        }
        let slashed = self.to_slash(path);
        let rest = match slashed.split_once(':') {
            _ if slashed.starts_with("//") => return Err(OtherDrive),
            Some((drive, rest)) if !drive.eq_ignore_ascii_case("c") || rest.is_empty() => {
                return Err(OtherDrive);
            }
            // `C:dir` is relative to the directory that is current on the drive.
            Some((_, rest)) => rest,
            None => &slashed,
        };
        let mut cleaned = clean(rest);
        if keep_slash && cleaned.len() > 1 && rest.ends_with('/') {
            cleaned.push('/');
        }
        Ok(cleaned)
    }

    /// [`PathStyle::normalize`] for values: what is not known stays in the path, which is then
    /// not cleaned.
    pub(crate) fn normalize_value(
        self,
        parent: &Value,
        path: &Value,
        keep_slash: bool,
    ) -> Result<Value, OtherDrive> {
        if let (Some(parent), Some(path)) = (parent.to_known(), path.to_known()) {
            return self.normalize(parent, path, keep_slash).map(Value::from);
        }
        if let Some(path) = path.to_known() {
            // Wherever the parent is.
            self.without_drive(path, keep_slash)?;
        }
        let starts_at_root = path.has_known_start() && self.is_absolute(path.as_str());
        if starts_at_root {
            return match path.to_known() {
                Some(known) => self.normalize("/", known, keep_slash).map(Value::from),
                None => Ok(path.clone()),
            };
        }
        if !path.has_known_start() {
            return Ok(Value::unresolved(format!("{parent}/{path}")));
        }
        let mut joined = ValueBuilder::default();
        joined.push_value(parent);
        if !parent.as_str().ends_with('/') {
            joined.push('/');
        }
        match path.to_known() {
            Some(known) => {
                let mut cleaned = clean(known);
                if keep_slash {
                    restore_ending(known, &mut cleaned);
                }
                joined.push_str(&cleaned);
            }
            None => joined.push_value(path),
        }
        Ok(joined.finish())
    }
}

/// An absolute path cleaned as operations have it (`llb`'s `normalizePath`); with `keep_slash` a
/// slash (or `/.`) at the end stays. What is not known stays as it is.
pub(crate) fn clean_value(path: &Value, keep_slash: bool) -> Value {
    let Some(known) = path.to_known() else {
        return path.clone();
    };
    let mut cleaned = join("/", known);
    if keep_slash {
        restore_ending(known, &mut cleaned);
    }
    cleaned.into()
}

/// Gives `path` the slash or `/.` that `written` ends with.
fn restore_ending(written: &str, path: &mut String) {
    if written.ends_with('/') && !path.ends_with('/') {
        path.push('/');
    } else if written.ends_with("/.") {
        if path != "/" {
            path.push('/');
        }
        path.push('.');
    }
}

#[cfg(test)]
mod tests {
    use super::{OtherDrive, PathStyle, base, clean, clean_value, join};
    use crate::value::Value;

    const UNIX: PathStyle = PathStyle { windows: false };
    const WINDOWS: PathStyle = PathStyle { windows: true };

    #[test]
    fn paths_are_cleaned() {
        for (path, want) in [
            ("", "."),
            (".", "."),
            ("/", "/"),
            ("//a//b/", "/a/b"),
            ("a/./b/../c", "a/c"),
            ("../a", "../a"),
            ("/../a", "/a"),
            ("a/..", "."),
            ("../../a/..", "../.."),
        ] {
            assert_eq!(clean(path), want, "{path}");
        }
        assert_eq!(join("/", "a/"), "/a");
        assert_eq!(base("/a/b/"), "b");
        assert_eq!(base("/"), "/");
        assert_eq!(base(""), ".");
    }

    #[test]
    fn destinations_keep_their_slash() {
        for (path, want) in [
            ("/x", "/x"),
            ("/x/", "/x/"),
            ("x", "/w/x"),
            ("x/", "/w/x/"),
            ("./", "/w/"),
            ("x/.", "/w/x/."),
            ("..", "/"),
            ("", "/w"),
        ] {
            assert_eq!(
                UNIX.normalize("/w", path, true).as_deref(),
                Ok(want),
                "{path}"
            );
        }
        assert_eq!(
            UNIX.normalize("/w", "/x//y/.", true).as_deref(),
            Ok("/x//y/.")
        );
        assert_eq!(clean_value(&"/x//y/.".into(), true), "/x/y/.".into());
        assert_eq!(clean_value(&"/x//y/.".into(), false), "/x/y".into());
        assert_eq!(UNIX.normalize("/", "./", true).as_deref(), Ok("/"));
    }

    #[test]
    fn windows_paths() {
        assert_eq!(
            WINDOWS.normalize("/", "C:\\a\\b", false).as_deref(),
            Ok("/a/b")
        );
        assert_eq!(
            WINDOWS.normalize("/w", "a\\b", false).as_deref(),
            Ok("/w/a/b")
        );
        assert_eq!(WINDOWS.normalize("/", "D:\\a", false), Err(OtherDrive));
        assert_eq!(WINDOWS.normalize("/", "\\\\a\\b", false), Err(OtherDrive));
        let unknown = Value::unresolved("${W}");
        let on_other_drive = WINDOWS.normalize_value(&unknown, &"D:/a".into(), false);
        assert_eq!(on_other_drive, Err(OtherDrive));
        for (path, want) in [
            ("c/", "c"),
            ("cd\\", "cd/"),
            ("cd\\.", "cd"),
            ("C:\\c\\", "/c/"),
            ("\\", "/"),
            ("", "."),
        ] {
            let stripped = WINDOWS.without_drive(path, true);
            assert_eq!(stripped.as_deref(), Ok(want), "{path}");
        }
        assert!(WINDOWS.is_absolute("c:\\a"));
        assert!(!UNIX.is_absolute("c:\\a"));
    }

    #[test]
    fn unknown_pieces_stay() {
        let workdir = Value::known("/w");
        let normalize = |path: Value| UNIX.normalize_value(&workdir, &path, true).unwrap();
        assert_eq!(
            normalize(Value::unresolved("${X}")),
            Value::unresolved("/w/${X}")
        );
        assert_eq!(normalize("a/../b".into()), "/w/b".into());
        let unknown = Value::unresolved("${W}");
        let joined = UNIX.normalize_value(&unknown, &"a/".into(), true).unwrap();
        assert_eq!(joined.as_str(), "${W}/a/");
        assert_eq!(joined.unresolved_ranges().first(), Some(&(0..4)));
    }
}
