//! Dependencies that lie in the source.

use serde_json::Value as Json;

use super::requirements::is_local_requirement;

/// Manifests are not nested deeper than this.
const MAX_DEPTH: usize = 16;

/// Whether the manifest called `file` names a dependency that lies in the source. The manifest
/// tells; what a lock file repeats is not judged.
pub(super) fn names_local_dependency(file: &str, text: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    let ending = name.rsplit('.').next().unwrap_or(name);
    match (name, ending) {
        ("Pipfile", _) | (_, "toml") => {
            let manifest = text.parse::<toml::Table>();
            manifest.map_or(true, |it| in_toml(&toml::Value::Table(it), false, 0))
        }
        ("pubspec.yaml", _) => text.lines().any(|line| line.trim().starts_with("path:")),
        ("Package.swift", _) => in_swift(text),
        (_, "json") => serde_json::from_str(text).map_or(true, |json| in_json(&json)),
        (_, "txt" | "in") => text.lines().any(is_local_requirement),
        (_, "lock" | "yaml" | "lockb" | "sum") => false,
        _ => text.lines().any(names_path),
    }
}

/// `path: "../x"`, `:path => "../x"`, `path "../x" do`
fn names_path(line: &str) -> bool {
    let line = line.trim();
    !line.starts_with('#')
        && (line.contains("path:")
            || line.contains("path =>")
            || line.contains("path=>")
            || line.starts_with("path "))
}

/// `.package(path: "../x")`, on one line or over several.
fn in_swift(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let mut packages = text.split(".package(").skip(1);
    packages.any(|rest| {
        let arguments = rest.split(')').next().unwrap_or_default();
        arguments.contains("path:")
    })
}

/// Dependencies by `file:`, `link:` and the like.
fn in_json(manifest: &Json) -> bool {
    let sections = [
        "dependencies",
        "devDependencies",
        "optionalDependencies",
        "peerDependencies",
        "overrides",
        "resolutions",
    ];
    let local = |place: &str| {
        [
            "file:",
            "link:",
            "portal:",
            "workspace:",
            "./",
            "../",
            "/",
            "~/",
        ]
        .iter()
        .any(|start| place.starts_with(start))
    };
    let named = sections
        .iter()
        .filter_map(|section| manifest.get(section)?.as_object());
    let mut places = named
        .flat_map(|section| section.values())
        .filter_map(Json::as_str);
    let path_repository = manifest
        .get("repositories")
        .is_some_and(|it| it.to_string().contains("\"path\""));
    places.any(local) || path_repository
}

/// Dependencies with a `path`, or that are members of a workspace. `named` is whether the value
/// stands in a table of dependencies.
fn in_toml(value: &toml::Value, named: bool, depth: usize) -> bool {
    if depth > MAX_DEPTH {
        return true;
    }
    match value {
        toml::Value::Table(table) => table.iter().any(|(key, value)| {
            let local = match key.as_str() {
                "path" => value.is_str(),
                "workspace" | "editable" => value.as_bool() == Some(true),
                _ => false,
            };
            named && local || in_toml(value, named || holds_dependencies(key), depth + 1)
        }),
        toml::Value::Array(items) => items.iter().any(|item| in_toml(item, named, depth + 1)),
        toml::Value::String(text) => text.contains("file:/") || text.contains(" @ file:"),
        _ => false,
    }
}

/// `dependencies`, `dev-dependencies`, `pypi-dependencies`; uv's `sources`; Pipfile's `packages`.
fn holds_dependencies(key: &str) -> bool {
    key.ends_with("dependencies") || key == "sources" || key.ends_with("packages")
}

#[cfg(test)]
mod tests {
    use super::names_local_dependency;

    #[test]
    fn each_manifest_has_its_own_way_to_name_a_folder() {
        let cases = [
            (
                "a/pyproject.toml",
                "[tool.uv.sources]\nx = { path = \"../x\" }",
                true,
            ),
            (
                "pyproject.toml",
                "[tool.uv.sources]\nx = { index = \"cpu\" }",
                false,
            ),
            (
                "pyproject.toml",
                "[tool.hatch.version]\npath = \"src/x/about\"",
                false,
            ),
            (
                "pyproject.toml",
                "[tool.poetry.dependencies]\nx = { path = \"x\" }",
                true,
            ),
            (
                "pyproject.toml",
                "[[tool.uv.index]]\nurl = \"file:///app/simple\"",
                true,
            ),
            (
                "Pipfile",
                "[packages]\nx = { path = \".\", editable = true }",
                true,
            ),
            (
                "gleam.toml",
                "[dependencies]\nx = { path = \"../x\" }",
                true,
            ),
            (
                "package.json",
                r#"{"dependencies": {"x": "file:../x"}}"#,
                true,
            ),
            (
                "package.json",
                r#"{"dependencies": {"x": "^1.0.0"}}"#,
                false,
            ),
            (
                "pubspec.yaml",
                "dependencies:\n  x:\n    path: ../x\n",
                true,
            ),
            ("pnpm-lock.yaml", "x:\n  path: ../x\n", false),
            (
                "Package.swift",
                ".target(name: \"a\", path: \"Sources\")",
                false,
            ),
            ("Package.swift", ".package(\n  path: \"../x\"\n)", true),
            ("Gemfile", "gem \"x\", path: \"vendor/x\"", true),
            ("Gemfile", "gem \"rails\" # the path", false),
        ];
        for (file, text, local) in cases {
            assert_eq!(names_local_dependency(file, text), local, "{file}: {text}");
        }
    }
}
