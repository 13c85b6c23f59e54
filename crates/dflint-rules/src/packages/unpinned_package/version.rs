//! Whether a word names a version.

/// Whether `package`, as a word for the manager of this name, says which version is meant, or is
/// something that has none: a file, a directory.
pub(super) fn is_pinned(manager: &str, package: &str) -> bool {
    match manager {
        "apt" => {
            package.contains(['=', '/']) || package.ends_with(".deb") || package.ends_with('-')
        }
        "apk" => package.contains(['=', '~', '<', '>']) || package.ends_with(".apk"),
        "zypper" => package.contains(['=', '<', '>']) || package.ends_with(".rpm"),
        "pip" => is_pinned_python(package),
        "npm" => is_pinned_npm(package),
        "gem" => package.contains(':') || package.ends_with(".gem"),
        "go" => is_pinned_go(package),
        _ => is_pinned_rpm(package),
    }
}

/// A word for pip.
pub(super) fn is_pinned_python(package: &str) -> bool {
    if let Some((_, url)) = package.split_once('+').filter(|(system, _)| is_vcs(system)) {
        return revision_of(url);
    }
    let is_file = package.contains('/')
        || [".whl", ".tar.gz", ".zip"]
            .iter()
            .any(|end| package.ends_with(end));
    is_file
        || package == "."
        || ["==", ">=", "<=", "!=", "~=", ">", "<"]
            .iter()
            .any(|sign| package.contains(sign))
}

/// Whether the path of a repository's address ends in `@revision`.
fn revision_of(url: &str) -> bool {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    path.split_once('/')
        .is_some_and(|(_, path)| path.contains('@'))
}

fn is_vcs(text: &str) -> bool {
    matches!(text, "git" | "hg" | "svn" | "bzr")
}

/// A word for npm.
pub(super) fn is_pinned_npm(package: &str) -> bool {
    let is_git = [
        "git://",
        "git+ssh://",
        "git+http://",
        "git+https://",
        "git+file://",
    ];
    if is_git.iter().any(|scheme| package.starts_with(scheme)) {
        return package.contains('#');
    }
    let is_file = [".tar", ".tgz", ".tar.gz"]
        .iter()
        .any(|end| package.ends_with(end))
        || ["/", "./", "../", "~/"]
            .iter()
            .any(|start| package.starts_with(start));
    let name = package.strip_prefix('@').unwrap_or(package);
    is_file || matches!(package, "." | "..") || name.contains('@')
}

/// A word for go.
pub(super) fn is_pinned_go(package: &str) -> bool {
    if package.starts_with(['.', '/', '-']) {
        return true;
    }
    package.contains('@') && !package.ends_with("@latest") && !package.ends_with("@none")
}

/// A word for yum or dnf: `name-version[-release]`, where a part that begins with a digit is taken
/// for a version.
pub(super) fn is_pinned_rpm(package: &str) -> bool {
    let mut parts = package.split('-').skip(1);
    package.ends_with(".rpm")
        || package.starts_with(['@', '/', '.'])
        || package.contains("://")
        || parts.any(|part| part.starts_with(|first: char| first.is_ascii_digit()))
}
