//! Which file names mean a Dockerfile.

/// Whether a file called `name` is taken for a Dockerfile when a directory is searched:
/// `Dockerfile`, `Dockerfile.*`, `Dockerfile-*`, `*.Dockerfile`, and the same with `Containerfile`,
/// whatever the case; never `*.dockerignore`.
#[must_use]
pub fn is_dockerfile_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    if name.ends_with(".dockerignore") {
        return false;
    }
    ["dockerfile", "containerfile"].iter().any(|stem| {
        let after = name.strip_prefix(stem);
        let before = name.strip_suffix(stem);
        after.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']) && rest.len() > 1)
            || before.is_some_and(|rest| rest.ends_with('.') && rest.len() > 1)
    })
}

#[cfg(test)]
mod tests {
    use super::is_dockerfile_name;

    #[test]
    fn dockerfile_names_are_known_in_every_case() {
        for name in [
            "Dockerfile",
            "dockerfile",
            "DOCKERFILE",
            "Containerfile",
            "Dockerfile.prod",
            "Containerfile.dev",
            "Dockerfile-dev",
            "api.Dockerfile",
            "api.dockerfile",
            "a.b.containerfile",
        ] {
            assert!(is_dockerfile_name(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for name in [
            "Dockerfile.dockerignore",
            ".dockerignore",
            "Dockerfiles",
            "Dockerfile.",
            "Dockerfile-",
            ".dockerfile",
            "mydockerfile",
            "docker-compose.yml",
            "Makefile",
            "",
        ] {
            assert!(!is_dockerfile_name(name), "{name}");
        }
    }
}
