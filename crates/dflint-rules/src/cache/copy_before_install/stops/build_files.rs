//! Build files of Go, Maven, Gradle, .NET and others.

/// `replace a => ../b`
pub(super) fn is_local_replace(line: &str) -> bool {
    let place = line
        .split("//")
        .next()
        .and_then(|code| code.split_once("=>"));
    place.is_some_and(|(_, place)| place.trim_start().starts_with(['.', '/']))
}

/// A line by which a manifest reads or runs another file. Modules that every Package.swift or
/// conanfile.py imports are no files of the project.
pub(super) fn reads_other_files(line: &str) -> bool {
    let line = line.trim();
    if line.starts_with('#') || line.starts_with("//") {
        return false;
    }
    if let Some(module) = line.strip_prefix("import ") {
        return module.trim_end_matches(';') != "PackageDescription";
    }
    let reads = [
        "eval_gemfile",
        "instance_eval",
        "gemspec",
        "<Import",
        "Code.eval_file",
        "Code.require_file",
    ];
    reads.iter().any(|word| line.starts_with(word)) || line.contains("File.")
}

/// A line by which a build file names modules with build files of their own.
pub(super) fn names_modules(line: &str) -> bool {
    let line = line.trim();
    [
        "<modules>",
        "<module>",
        "include(",
        "include ",
        "include\t",
        "module \"",
    ]
    .iter()
    .any(|word| line.starts_with(word))
}

/// The place of the parent of a pom.xml, relative to its folder; `None` where it has none, or
/// only one in a repository.
pub(super) fn maven_parent(pom: &str) -> Option<&str> {
    let (_, parent) = pom.split_once("<parent>")?;
    let (parent, _) = parent.split_once("</parent>")?;
    if parent.contains("<relativePath/>") || parent.contains("<relativePath />") {
        return None;
    }
    let place = parent.split_once("<relativePath>").and_then(|(_, rest)| {
        let (place, _) = rest.split_once("</relativePath>")?;
        Some(place.trim())
    });
    match place {
        Some("") => None,
        Some(place) => Some(place),
        // Maven's own default.
        None => Some("../pom.xml"),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_local_replace, maven_parent, reads_other_files};

    #[test]
    fn modules_are_replaced_by_folders() {
        assert!(is_local_replace("replace example.com/a => ../a"));
        assert!(is_local_replace("\texample.com/a v1.0.0 => ./a"));
        assert!(!is_local_replace("replace a => example.com/b v1.2.3"));
        assert!(!is_local_replace("// replace a => ./b"));
    }

    #[test]
    fn a_parent_may_be_in_a_folder_or_a_repository() {
        assert_eq!(maven_parent("<project></project>"), None);
        assert_eq!(
            maven_parent("<parent><artifactId>a</artifactId></parent>"),
            Some("../pom.xml")
        );
        assert_eq!(maven_parent("<parent><relativePath/></parent>"), None);
        assert_eq!(
            maven_parent("<parent><relativePath>../a</relativePath></parent>"),
            Some("../a")
        );
    }

    #[test]
    fn manifests_that_are_code_may_read_files() {
        let cases = [
            ("import PackageDescription", false),
            ("import Foundation", true),
            ("gemspec", true),
            ("eval_gemfile \"other\"", true),
            ("ruby File.read(\".ruby-version\")", true),
            ("gem \"rails\"", false),
            ("# gemspec", false),
        ];
        for (line, reads) in cases {
            assert_eq!(reads_other_files(line), reads, "{line}");
        }
    }
}
