//! Configuration files, from the disk to what they mean.

#![allow(
    clippy::unwrap_used,
    reason = "clippy knows test functions, but not the functions they share"
)]

use std::fs;
use std::path::PathBuf;

use dflint_knowledge::Severity;
use dflint_linter::Preset;
use dflint_project::config::{Config, ConfigError, FailOn};
use dflint_project::paths::relative;
use dflint_project::project::{ConfigSource, Overrides, Project};
use tempfile::TempDir;

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    directory
}

fn load(text: &str) -> Result<Config, ConfigError> {
    let directory = directory(&[("dflint.toml", text)]);
    Config::load(&directory.path().join("dflint.toml"))
}

/// Line, column and message of the error.
fn refused(text: &str) -> (u32, u32, String) {
    let error = load(text).unwrap_err();
    let (start, _) = error.place.unwrap();
    (start.line, start.column, error.message)
}

#[test]
fn everything_can_be_said() {
    let directory = directory(&[
        ("src/main.c", ""),
        (
            "dflint.toml",
            r#"
preset = "all"
extend-select = ["DL4000"]
ignore = ["style"]
fail-on = "error"
builder = "buildkit"
exclude = ["old/"]
ignore-comments = false

[severity]
maintainer-deprecated = "info"

[per-file-ignores]
"*.dev" = ["legacy-key-value-format"]

[context]
"*" = "."
"docker/*" = "src"

[options]
cache-policy = "cleanup"
trusted-registries = ["ghcr.io"]
strict-labels = true
label-schema = { maintainer = "email" }
"#,
        ),
    ]);
    let at = |path: &str| directory.path().join(path);
    let config = Config::load(&at("dflint.toml")).unwrap();
    assert_eq!(config.selection.preset, Preset::All);
    assert_eq!(config.selection.extend_select, ["DL4000"]);
    assert_eq!(config.selection.ignore, ["style"]);
    let severity = ("maintainer-deprecated".to_owned(), Severity::Info);
    assert_eq!(config.selection.severities, [severity]);
    assert_eq!(config.fail_on, Some(FailOn::Error));
    assert!(config.without_ignore_comments);
    assert!(config.only_buildkit);
    assert!(
        config
            .exclude
            .iter()
            .any(|patterns| patterns.matches(&at("old/Dockerfile"), false))
    );
    let ignored = |path: &str| {
        config
            .ignored_in(&at(path))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(ignored("a/Dockerfile.dev"), ["legacy-key-value-format"]);
    assert!(ignored("Dockerfile").is_empty());
    assert_eq!(config.context_of(&at("Dockerfile")), Some(directory.path()));
    assert_eq!(
        config.context_of(&at("docker/Dockerfile")),
        Some(at("src").as_path())
    );
    assert_eq!(config.options.trusted_registries, ["ghcr.io"]);
    assert!(config.options.strict_labels);
    assert_eq!(config.options.label_schema.len(), 1);
}

#[test]
fn what_is_not_known_is_refused_where_it_stands() {
    for (text, line, column, message) in [
        (
            "selct = []\n",
            1,
            1,
            "unknown key `selct`, did you mean `select`?",
        ),
        (
            "\n[options]\ncache-polic = \"mount\"\n",
            3,
            1,
            "unknown key `cache-polic`, did you mean `cache-policy`?",
        ),
        (
            "preset = \"recomended\"\n",
            1,
            10,
            "unknown value `recomended`, did you mean `recommended`?",
        ),
        (
            "[severity]\nDL4000 = \"eror\"\n",
            2,
            10,
            "unknown value `eror`, did you mean `error`?",
        ),
        (
            "ignore = [\"DL4000\", \"maintainer-depreciated\"]\n",
            1,
            21,
            "there is no rule `maintainer-depreciated`, did you mean `maintainer-deprecated`?",
        ),
        ("exclude = [\"a{b\"]\n", 1, 12, "invalid pattern `a{b`"),
        (
            "[shellcheck]\nenabled = true\npath = \"none\"\n",
            3,
            8,
            "there is no program `none`",
        ),
        (
            "[context]\n\"*\" = \"none\"\n",
            2,
            7,
            "`none` is no directory to use as build context",
        ),
        (
            "[context]\n\"*\" = \"dflint.toml\"\n",
            2,
            7,
            "`dflint.toml` is no directory to use as build context",
        ),
    ] {
        let (at_line, at_column, said) = refused(text);
        assert_eq!((at_line, at_column), (line, column), "{text}");
        assert!(said.starts_with(message), "{text}: {said}");
    }
    let error = load("[options\n").unwrap_err();
    assert_eq!(error.place.map(|(start, _)| start.line), Some(1));
}

#[test]
fn a_file_adds_to_what_it_extends() {
    let directory = directory(&[
        (
            "base.toml",
            "preset = \"all\"\nignore = [\"DL4000\"]\nfail-on = \"error\"\nexclude = [\"x\"]\n",
        ),
        (
            "app/dflint.toml",
            "extends = \"../base.toml\"\nignore = [\"style\"]\nfail-on = \"info\"\n",
        ),
    ]);
    let config = Config::load(&directory.path().join("app/dflint.toml")).unwrap();
    assert_eq!(config.selection.preset, Preset::All);
    assert_eq!(config.selection.ignore, ["DL4000", "style"]);
    assert_eq!(config.fail_on, Some(FailOn::Info));
    let excluded = &config.exclude[0];
    assert!(
        excluded.matches(&directory.path().join("x"), false),
        "relative to the file that says it"
    );
    let files: Vec<PathBuf> = config.files;
    assert!(files[0].ends_with("base.toml") && files[1].ends_with("app/dflint.toml"));
}

#[test]
fn circles_and_missing_files_are_refused() {
    let directory = directory(&[
        ("a.toml", "extends = \"b.toml\"\n"),
        ("b.toml", "extends = \"a.toml\"\n"),
        ("c.toml", "\nextends = \"none.toml\"\n"),
    ]);
    let error = |name: &str| Config::load(&directory.path().join(name)).unwrap_err();
    assert_eq!(
        error("a.toml").message,
        "is extended in a circle or too deeply"
    );
    assert_eq!(
        error("c.toml").message,
        "there is no file `none.toml` to extend"
    );
    let start = error("c.toml")
        .place
        .map(|(start, _)| (start.line, start.column));
    assert_eq!(start, Some((2, 11)));
}

#[test]
fn a_program_must_be_there_unless_the_nearest_file_needs_none() {
    let base = "[shellcheck]\nenabled = true\npath = \"none\"\n";
    let directory = directory(&[
        ("base.toml", base),
        ("program", ""),
        ("a.toml", "extends = \"base.toml\"\n"),
        (
            "b.toml",
            "extends = \"base.toml\"\nshellcheck.enabled = false\n",
        ),
        (
            "c.toml",
            "extends = \"base.toml\"\nshellcheck.path = \"program\"\n",
        ),
    ]);
    let at = |name: &str| directory.path().join(name);
    let error = Config::load(&at("a.toml")).unwrap_err();
    assert!(error.path.ends_with("base.toml"), "where it is written");
    assert_eq!(Config::load(&at("b.toml")).unwrap().shellcheck, Some(false));
    let program = Config::load(&at("c.toml")).unwrap().shellcheck_program;
    assert_eq!(program, Some(at("program")));
}

#[test]
fn a_configuration_below_leaves_files_out_unless_they_are_named() {
    let directory = directory(&[
        ("a/dflint.toml", "exclude = [\"old.Dockerfile\"]\n"),
        ("a/Dockerfile", "FROM a\n"),
        ("a/old.Dockerfile", "FROM a\n"),
    ]);
    let found = |path: &str, force_exclude: bool| {
        let overrides = Overrides {
            force_exclude,
            ..Overrides::default()
        };
        let here = directory.path().to_owned();
        let project = Project::new(here, ConfigSource::Nearest, overrides).unwrap();
        let found = project.discover(&[PathBuf::from(path)]).files;
        let names = found
            .iter()
            .map(|file| relative(directory.path(), &file.path));
        names.collect::<Vec<_>>()
    };
    assert_eq!(found(".", false), ["a/Dockerfile"]);
    assert_eq!(found("a/old.Dockerfile", false), ["a/old.Dockerfile"]);
    assert!(found("a/old.Dockerfile", true).is_empty());
}
