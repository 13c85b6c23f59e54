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
    let elements = ["<modules>", "<module>"];
    let statements = ["include(", "include ", "include\t", "module \""];
    elements.iter().any(|element| line.contains(element))
        || statements.iter().any(|word| line.starts_with(word))
}

/// A line by which a pom.xml takes archives from the source.
pub(super) fn is_local_in_maven(line: &str) -> bool {
    line.contains("<systemPath>") || line.contains("file:/")
}

/// A line by which a Gradle file runs or reads other files.
pub(super) fn is_read_by_gradle(line: &str) -> bool {
    let words = [
        "apply from",
        "apply(from",
        "includeBuild",
        "file(",
        "files(",
        "fileTree(",
        "fileTree ",
        "flatDir",
    ];
    let code = line.split("//").next().unwrap_or(line);
    words.iter().any(|word| code.contains(word))
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
    use super::{
        is_local_in_maven, is_local_replace, is_read_by_gradle, maven_parent, names_modules,
        reads_other_files,
    };

    #[test]
    fn build_files_name_other_files() {
        assert!(names_modules(
            "<project><modules><module>api</module></modules>"
        ));
        assert!(names_modules("include ':app'"));
        assert!(!names_modules("exclude group: 'a', module: 'b'"));
        assert!(is_local_in_maven(
            "<systemPath>${project.basedir}/b.jar</systemPath>"
        ));
        assert!(is_local_in_maven(
            "<url>file://${project.basedir}/repo</url>"
        ));
        assert!(!is_local_in_maven("<url>https://example.com/repo</url>"));
        assert!(is_read_by_gradle("version = file('version.txt').text"));
        assert!(is_read_by_gradle("implementation files('libs/x.jar')"));
        assert!(is_read_by_gradle(
            "repositories { flatDir { dirs 'libs' } }"
        ));
        assert!(!is_read_by_gradle("// file('x')"));
        assert!(!is_read_by_gradle("implementation 'a:b:1.0'"));
    }

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
