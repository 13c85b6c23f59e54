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
    let shared = directory.components().zip(path.components());
    let shared = shared.take_while(|(a, b)| a == b).count();
    if shared == 0 {
        return path.to_string_lossy().replace('\\', "/");
    }
    let mut told = String::with_capacity(path.as_os_str().len());
    told.push_str(&"../".repeat(directory.components().count() - shared));
    for component in path.components().skip(shared) {
        told.push_str(&component.as_os_str().to_string_lossy());
        told.push('/');
    }
    // The last part has nothing behind it.
    told.pop();
    match told.is_empty() {
        true => ".".to_owned(),
        false => told,
    }
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
