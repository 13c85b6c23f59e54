//! Paths without the file system: cleaned, and as people read them.

use std::path::{Component, Path, PathBuf};

/// `path` below `base` with `.` and `..` resolved by their letters (symbolic links are not
/// followed); `base` must be absolute.
#[must_use]
pub fn absolute(base: &Path, path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in base.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

/// `path` as reports name it: relative to `directory`, with `/` between the parts on every
/// system, and `..` where it lies outside. Both must be absolute and clean.
#[must_use]
pub fn relative(directory: &Path, path: &Path) -> String {
    let from: Vec<Component<'_>> = directory.components().collect();
    let to: Vec<Component<'_>> = path.components().collect();
    let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return path.to_string_lossy().replace('\\', "/");
    }
    let up = std::iter::repeat_n("..".into(), from.len() - shared);
    let down = to
        .iter()
        .skip(shared)
        .map(|component| component.as_os_str().to_string_lossy());
    let parts: Vec<_> = up.chain(down).collect();
    if parts.is_empty() {
        return ".".to_owned();
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{absolute, relative};

    #[test]
    fn dots_are_resolved_by_their_letters() {
        for (path, clean) in [
            ("a/./b", "/base/a/b"),
            ("../x", "/x"),
            ("../../../x", "/x"),
            ("/y/../z", "/z"),
            (".", "/base"),
        ] {
            assert_eq!(
                absolute(Path::new("/base"), Path::new(path)),
                Path::new(clean)
            );
        }
    }

    #[test]
    fn paths_are_told_from_the_working_directory() {
        for (path, told) in [
            ("/work/here/Dockerfile", "Dockerfile"),
            ("/work/here/a/Dockerfile", "a/Dockerfile"),
            ("/work/there/Dockerfile", "../there/Dockerfile"),
            ("/work/here", "."),
        ] {
            assert_eq!(relative(Path::new("/work/here"), Path::new(path)), told);
        }
    }
}
