//! Manifests in folders above the installation's that take part in it.

use dflint_build::BuildContext;
use dflint_knowledge::package_manager::{RootFile, package_manager};

/// The file of a folder above `folder` (relative to the context) that `manager` reads too.
pub(super) fn root_above(
    context: &dyn BuildContext,
    folder: &str,
    manager: &str,
) -> Option<String> {
    let roots = package_manager(manager).map_or([].as_slice(), |it| it.roots_above);
    let found = roots.iter().flat_map(|root| {
        let paths = folders_above(folder).map(|above| path_in(above, root.file));
        paths.filter(|path| is_root(context, path, root))
    });
    found.into_iter().next()
}

fn is_root(context: &dyn BuildContext, path: &str, root: &RootFile) -> bool {
    let holds = || {
        context
            .read(path)
            .is_none_or(|text| text.contains(root.holds))
    };
    context.is_sent(path) && (root.holds.is_empty() || holds())
}

/// `a/b`, `a` and the root for `a/b/c`.
fn folders_above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(folder), |folder| parent(folder))
}

fn parent(folder: &str) -> Option<&str> {
    match folder {
        "" => None,
        inner => Some(inner.rsplit_once('/').map_or("", |(above, _)| above)),
    }
}

fn path_in(folder: &str, file: &str) -> String {
    match folder {
        "" => file.to_owned(),
        folder => format!("{folder}/{file}"),
    }
}

#[cfg(test)]
mod tests {
    use dflint_build::MemoryContext;

    use super::root_above;

    #[test]
    fn only_folders_above_are_asked() {
        let context = MemoryContext::new([
            ("go.work", ""),
            ("a/pyproject.toml", "[tool.uv]\n"),
            ("pyproject.toml", "[project]\n"),
        ]);
        let above = |folder, manager| root_above(&context, folder, manager);
        assert_eq!(above("a/b", "go").as_deref(), Some("go.work"));
        assert_eq!(above("", "go"), None);
        assert_eq!(above("a/b", "uv").as_deref(), Some("a/pyproject.toml"));
        assert_eq!(above("a", "uv"), None);
        assert_eq!(above("a/b", "pip"), None);
    }

    #[test]
    fn every_manager_has_its_roots() {
        for (manager, file, holds) in [
            ("npm", "package.json", r#"{"workspaces": ["web"]}"#),
            ("npm", "pnpm-workspace.yaml", ""),
            ("yarn", "package.json", r#"{"workspaces": ["web"]}"#),
            ("yarn-berry", "package.json", r#"{"workspaces": ["web"]}"#),
            ("pnpm", "pnpm-workspace.yaml", ""),
            ("bun", "package.json", r#"{"workspaces": ["web"]}"#),
            ("uv", "pyproject.toml", "[tool.uv.workspace]\n"),
            ("uv", "uv.toml", ""),
            ("go", "go.work", ""),
            ("cargo", "Cargo.toml", "[workspace]\n"),
        ] {
            let context = MemoryContext::new([(file, holds)]);
            let above = root_above(&context, "web", manager);
            assert_eq!(above.as_deref(), Some(file), "{manager}");
        }
    }

    #[test]
    fn a_manifest_of_one_package_is_no_root() {
        let manifests = [("package.json", "{}"), ("Cargo.toml", "[package]\n")];
        let context = MemoryContext::new(manifests);
        assert_eq!(root_above(&context, "web", "npm"), None);
        assert_eq!(root_above(&context, "web", "cargo"), None);
    }
}
