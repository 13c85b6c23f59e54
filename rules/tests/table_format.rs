//! What the build script says about bad tables.

#[path = "../build/base_images.rs"]
mod base_images;
#[path = "../build/literal.rs"]
mod literal;
#[path = "../build/package_managers/mod.rs"]
mod package_managers;
#[path = "../build/presets.rs"]
mod presets;
#[path = "../build/schema.rs"]
mod schema;
#[path = "../build/secrets.rs"]
mod secrets;
#[path = "../build/stage_splits.rs"]
mod stage_splits;

use std::collections::BTreeSet;

use schema::TableFile;

const MANAGER: &str = r#"
runtime-paths = []
[managers.tool]
kind = "language"
commands = ["tool"]
subcommands = { install = ["add"] }
caches.downloads = { path = "{home}/.cache/tool", sharing = "shared", class = "S", env = [["TOOL_CACHE", "{value}"]] }
cleanups = [{ words = "clean", caches = ["downloads"] }]
disabling-env = { TOOL_OFF = "truthy" }
"#;

fn managers(text: &str) -> Result<String, String> {
    let table = TableFile::parse("managers.toml".to_owned(), text)?;
    package_managers::render(table).map(|(_, code)| code)
}

/// The example of `data/README.md`, behind the real table: adding a manager takes no Rust.
#[test]
fn the_example_of_the_readme_is_an_entry() {
    let readme = include_str!("../data/README.md");
    let (_, after) = readme.split_once("```toml\n").expect("there is an example");
    let (example, _) = after.split_once("```").expect("it ends");
    let table = include_str!("../data/package-managers.toml");
    let code = managers(&format!("{table}\n{example}")).expect("it is an entry");
    for expected in [
        "name: \"homestead\"",
        "\"{home}/.cache/homestead\"",
        "\"HOMESTEAD_BARN\"",
        "\"barn sweep\"",
    ] {
        assert!(code.contains(expected), "{expected}");
    }
}

#[test]
fn errors_name_the_manager_and_the_key() {
    assert!(managers(MANAGER).is_ok_and(|code| code.contains("name: \"tool\"")));
    let cases = [
        (
            "kind = \"language\"\n",
            "",
            "[managers.tool]: missing field `kind`",
        ),
        ("\"language\"", "\"game\"", "unknown variant `game`"),
        (
            "commands",
            "comands",
            "[managers.tool]: unknown field `comands`",
        ),
        (
            "{ install =",
            "{ instal =",
            "[managers.tool]: `instal` is not an action",
        ),
        (
            "{home}/.cache",
            "$HOME/.cache",
            "[managers.tool]: `$HOME/.cache/tool` is not a path that begins with one of",
        ),
        (
            "{home}/.cache",
            "{value}/.cache",
            "is not a path that begins with one of",
        ),
        ("\"S\"", "\"T\"", "unknown variant `T`"),
        (
            "[\"downloads\"]",
            "[\"store\"]",
            "[managers.tool]: cleanup `clean` names the unknown cache `store`",
        ),
        (
            "\"truthy\"",
            "\"maybe\"",
            "[managers.tool]: `maybe` is none of set",
        ),
        (
            "runtime-paths = []",
            "runtime-path = []",
            "[runtime-paths]: it is missing",
        ),
        (
            "runtime-paths = []",
            "runtime-paths = []\nmore = 1",
            "[more]: unknown key",
        ),
        (
            "[managers.tool]",
            "[managers.tool",
            "managers.toml: TOML parse error at line 3",
        ),
    ];
    for (from, to, expected) in cases {
        let error = managers(&MANAGER.replacen(from, to, 1))
            .err()
            .unwrap_or_default();
        assert!(error.contains(expected), "{from:?} -> {to:?}: {error}");
    }
}

#[test]
fn a_shared_command_needs_a_variant() {
    let other =
        "\n[managers.tool2]\nkind = \"language\"\ncommands = [\"tool\"]\nsubcommands = {}\n";
    let error = managers(&format!("{MANAGER}{other}"))
        .err()
        .unwrap_or_default();
    assert!(
        error.contains("[managers.tool2]: `tool` is a command of `tool` too"),
        "{error}"
    );
}

#[test]
fn errors_name_the_image_and_the_key() {
    let text = r#"
[families.debian]
family = "debian"
package-managers = ["apt"]
shell = ["/bin/sh", "-c"]
[variants.slim]
tags = ["*-slim"]
family = "debian"
[mirrors]
"mirror.example/" = "docker.io/library/"
[images.tool]
repositories = ["docker.io/library/tool"]
family = "debian"
variants = ["slim"]
env = { A = "1" }
env-set = ["B"]
"#;
    let known: BTreeSet<String> = ["apt".to_owned()].into();
    let render = |text: &str| {
        let table = TableFile::parse("images.toml".to_owned(), text)?;
        base_images::render(table, &known)
    };
    assert!(render(text).is_ok_and(|code| code.contains("docker.io/library/tool")));
    let cases = [
        (
            "family = \"debian\"\nvariants",
            "family = \"debain\"\nvariants",
            "[images.tool]: `debain` is not a family",
        ),
        (
            "[\"slim\"]",
            "[\"thin\"]",
            "[images.tool]: `thin` is not a variant",
        ),
        (
            "[\"B\"]",
            "[\"A\"]",
            "[images.tool]: variable `A` stands twice",
        ),
        (
            "env-set",
            "env-sets",
            "[images.tool]: unknown field `env-sets`",
        ),
        ("[\"apt\"]", "[\"atp\"]", "`atp` is not a package manager"),
    ];
    for (from, to, expected) in cases {
        let error = render(&text.replacen(from, to, 1))
            .err()
            .unwrap_or_default();
        assert!(error.contains(expected), "{from:?} -> {to:?}: {error}");
    }
}

#[test]
fn errors_name_the_preset_and_the_secret() {
    let preset = |text: &str| presets::render(TableFile::parse("presets.toml".to_owned(), text)?);
    let twice = "buildkit = { warning = [\"A\"], error = [\"A\"] }\nhadolint = {}\n";
    assert_eq!(
        preset(twice),
        Err("presets.toml: [buildkit]: `A` stands twice".to_owned())
    );
    let missing = "buildkit = {}\n";
    assert_eq!(
        preset(missing),
        Err("presets.toml: [hadolint]: it is missing".to_owned())
    );
    let managers = BTreeSet::from(["tool".to_owned()]);
    let secret = |text: &str| {
        let table = TableFile::parse("secrets.toml".to_owned(), text)?;
        secrets::render(table, &managers)
    };
    let text = "harmless-files = []\nfiles = []\n\
                tokens = [{ name = \"T\", prefix = \"t_\", alphabet = \"hex\", min = 2, max = 1 }]\n\
                [buildkit-names]\nwords = []\nexceptions = []\n\
                [hadolint-names]\nparts = []\nnames = []\n";
    let error = secret(text).err().unwrap_or_default();
    assert!(
        error.contains("[tokens]: `T` has no prefix or no length"),
        "{error}"
    );
    for (place, manager, expected) in [
        (
            "{home}/.rc",
            "tol",
            "[files]: `.rc`: `tol` is no package manager",
        ),
        ("~/.rc", "tool", "[files]: `.rc`: `~/.rc` begins nowhere"),
    ] {
        let reader = format!("{{ id = \"rc\", place = \"{place}\", managers = [\"{manager}\"] }}");
        let file =
            format!("\nfiles = [{{ pattern = \".rc\", holds = \"it\", reader = {reader} }}]");
        let text = text
            .replace("\nfiles = []", &file)
            .replace("max = 1", "max = 2");
        let error = secret(&text).err().unwrap_or_default();
        assert!(error.contains(expected), "{error}");
    }
}

const SPLITS: &str = r#"
build-tools = []
build-packages = []
plain-bases = []
neutral-files = []
commands = { harmless = [], printing = [], repeated = [], builders = [], tidying = [] }
[families.debian]
install = "apt-get install {packages}"
compilers = []
compiler-libraries = []
[languages.tool]
title = "Tool"
tool = "tool"
artefact = "jar"
leaves = "tools"
check = "it runs"
shape = { from = "a", copy = "COPY b c" }
runtimes = [{ image = "docker.io/library/tool", tag = "{number}-{debian}", from = "debian:{2}" }]
"#;

#[test]
fn errors_of_stage_splits_name_the_language() {
    let splits = |text: &str| {
        let table = TableFile::parse("splits.toml".to_owned(), text)?;
        stage_splits::render(table)
    };
    assert!(splits(SPLITS).is_ok_and(|code| code.contains("title: \"Tool\"")));
    let cases = [
        (
            "{2}",
            "{3}",
            "[languages.tool]: `{number}-{debian}` has no placeholder 3",
        ),
        (
            "{debian}",
            "{release}",
            "[languages.tool]: `{release}` is not a placeholder of a tag",
        ),
        (
            "\"jar\"",
            "\"war\"",
            "[languages.tool]: unknown variant `war`",
        ),
        (
            "families.debian",
            "families.dos",
            "[families.dos]: unknown variant `dos`",
        ),
        ("leaves", "leves", "[languages.tool]: unknown field `leves`"),
    ];
    for (part, text, want) in cases {
        let error = splits(&SPLITS.replace(part, text)).unwrap_err();
        assert!(error.contains(want), "{error}");
    }
}
