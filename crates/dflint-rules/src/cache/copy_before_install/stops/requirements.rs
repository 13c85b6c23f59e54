//! Requirements files, as pip and uv read them.

use super::super::install::is_local;

/// The file behind `-r` or `-c` of a requirements file.
pub(super) fn include(line: &str) -> Option<&str> {
    let line = line.trim();
    let flags = ["--requirement", "--constraint", "-r", "-c"];
    let rest = flags.iter().find_map(|flag| line.strip_prefix(flag))?;
    let path = rest.trim_start_matches('=').split(" #").next()?.trim();
    (!path.is_empty()).then_some(path)
}

/// `-e .`, `./libs/common`, `common @ file:///src/common`
pub(super) fn is_local_requirement(line: &str) -> bool {
    let line = line.trim();
    let editable = line
        .strip_prefix("-e")
        .or_else(|| line.strip_prefix("--editable"));
    if let Some(package) = editable {
        return !package.contains("://") || package.contains("file://");
    }
    let behind_name = line.split_once(" @ ").map(|(_, place)| place.trim());
    let package = line.split([' ', ';']).next().unwrap_or_default();
    !line.starts_with(['#', '-'])
        && (is_local(package)
            || is_path(package)
            || package.contains("file://")
            || behind_name.is_some_and(|place| place.contains("file:")))
}

/// `libs/common`, `libs/common[extra]`: no package has a slash in its name.
fn is_path(package: &str) -> bool {
    package.contains('/') && !package.contains("://") && !package.contains('@')
}

/// Options of requirements files that name places of packages.
const INDEXES: &[&str] = &[
    "--find-links",
    "--index-url",
    "--extra-index-url",
    "-f",
    "-i",
];

/// `--find-links wheels`, `--index-url file:///app/simple`, `--no-index`
pub(super) fn is_local_index(line: &str) -> bool {
    let line = line.trim();
    let mut options = INDEXES.iter();
    let place = options.find_map(|option| {
        let rest = line.strip_prefix(option)?;
        rest.starts_with([' ', '=', '\t']).then_some(rest)
    });
    line.starts_with("--no-index")
        || place.is_some_and(|place| !place.contains("://") || place.contains("file://"))
}

/// A line of conda's environment file that hands the project to pip.
pub(super) fn is_nested_pip(line: &str) -> bool {
    let item = line.trim().trim_start_matches("- ").trim_matches('"');
    ["-e", "-r", ".", "file:"]
        .iter()
        .any(|start| item.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::{include, is_local_index, is_local_requirement};

    #[test]
    fn requirements_are_read_as_pip_reads_them() {
        let cases = [
            ("-e .", true),
            ("-e git+https://example.com/a.git#egg=a", false),
            ("./libs/common", true),
            ("libs/common", true),
            ("libs/common[extra] ; python_version > '3.8'", true),
            ("common @ https://example.com/a/b", false),
            ("git+https://example.com/a.git@v1#egg=a", false),
            ("common @ file:///src/common", true),
            ("wheels/common-1.0-py3-none-any.whl", true),
            ("flask==3.0.3 ; python_version > '3.8'", false),
            ("# ./libs", false),
            ("https://example.com/a-1.0.tar.gz", false),
            ("git+file:///app/libs/x#egg=x", true),
            ("-e git+file:///app/libs/x#egg=x", true),
            ("x @ git+file:///app/libs/x", true),
        ];
        for (line, local) in cases {
            assert_eq!(is_local_requirement(line), local, "{line}");
        }
        assert_eq!(include("-r base.txt  # more"), Some("base.txt"));
        assert_eq!(include("--constraint=c.txt"), Some("c.txt"));
        assert_eq!(include("requests"), None);
        let indexes = [
            ("--find-links wheels", true),
            ("-f https://example.com/links", false),
            ("--index-url file:///app/simple", true),
            ("--extra-index-url=./simple", true),
            ("-i https://example.com/simple", false),
            ("flask", false),
        ];
        for (line, local) in indexes {
            assert_eq!(is_local_index(line), local, "{line}");
        }
    }
}
