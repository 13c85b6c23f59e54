//! What the tables say, asked through their lookups.

use dflint_knowledge::base_image::{Family, base_image, base_images};
use dflint_knowledge::package_manager::{
    Action, CacheClass, manager_of_module, managers_of_command, package_manager, package_managers,
};
use dflint_knowledge::secret::{
    Alphabet, TokenShape, buildkit_secret_names, hadolint_secret_names, secret_file, token_at,
    token_shapes,
};
use dflint_knowledge::{Severity, buildkit_preset, hadolint_preset, page, pages, pages_for_code};

#[test]
fn commands_name_their_managers() {
    let cases: [(&str, &[&str]); 14] = [
        ("pip", &["pip"]),
        ("pip3", &["pip"]),
        ("pip3.11", &["pip"]),
        ("pipx", &[]),
        ("pipenv", &["pipenv"]),
        ("uvx", &["uv"]),
        ("npx", &["npm"]),
        ("yarn", &["yarn", "yarn-berry"]),
        ("dnf", &["dnf4", "dnf5"]),
        ("yum", &["dnf4", "dnf5", "yum"]),
        ("apt-get", &["apt"]),
        ("cargo-chef", &["cargo"]),
        ("", &[]),
        ("ls", &[]),
    ];
    for (command, expected) in cases {
        let found: Vec<&str> = managers_of_command(command)
            .map(|manager| manager.name)
            .collect();
        assert_eq!(found, expected, "{command}");
    }
    assert_eq!(
        manager_of_module("pip").map(|manager| manager.name),
        Some("pip")
    );
    assert_eq!(manager_of_module("venv"), None);
}

#[test]
fn subcommands_give_actions_by_the_longest_match() {
    let cases = [
        ("uv", "pip install flask", Some((Action::Install, 2))),
        ("uv", "pip compile", Some((Action::Lock, 2))),
        ("uv", "version", None),
        ("npm", "ci", Some((Action::Install, 1))),
        ("npm", "run build", None),
        ("yarn", "", Some((Action::Install, 0))),
        ("yarn", "--frozen-lockfile", Some((Action::Install, 0))),
        ("yarn", "build", None),
        ("maven", "-B package", Some((Action::Build, 0))),
        (
            "maven",
            "dependency:go-offline",
            Some((Action::Download, 1)),
        ),
        ("pacman", "-Syu", Some((Action::Upgrade, 1))),
        ("pacman", "-Syuq", Some((Action::Upgrade, 1))),
        ("pacman", "-Scc", Some((Action::Clean, 1))),
        ("go", "mod download", Some((Action::Download, 2))),
        ("go", "mod init", None),
        ("dnf4", "clean all", Some((Action::Clean, 2))),
    ];
    for (name, words, expected) in cases {
        let words: Vec<&str> = words.split_whitespace().collect();
        let manager = package_manager(name).expect("the manager is in the table");
        let found = manager
            .subcommand(&words)
            .map(|(found, count)| (found.action, count));
        assert_eq!(found, expected, "{name} {words:?}");
    }
}

#[test]
fn every_manager_is_complete_enough_to_be_used() {
    for manager in package_managers() {
        let name = manager.name;
        assert_eq!(package_manager(name).map(|found| found.name), Some(name));
        assert!(!manager.subcommands.is_empty(), "{name} has no subcommands");
        let called = !manager.commands.is_empty()
            || !manager.shortcuts.is_empty()
            || !manager.interpreters.is_empty();
        assert!(called, "{name} cannot be called");
        for cache in manager.caches {
            let moved = cache.flags.iter().chain(cache.env);
            for place in moved {
                // That composer keeps its cache elsewhere does not depend on what XDG's are set to.
                let is_by_presence = name == "composer" && place.path.starts_with("{home}/.cache/");
                assert!(
                    place.path.starts_with("{value") || is_by_presence,
                    "{name}: {} ignores its value",
                    place.name
                );
            }
            // Only what is right or can be made right is offered.
            let offered = cache.offered && cache.class == CacheClass::Stale;
            assert!(!offered, "{name}: {} may give wrong results", cache.name);
        }
        for shortcut in manager.shortcuts {
            let words: Vec<&str> = shortcut.words.split(' ').collect();
            let prefix = manager
                .subcommands
                .iter()
                .any(|subcommand| subcommand.words.starts_with(shortcut.words));
            assert!(
                prefix || manager.subcommand(&words).is_some(),
                "{name}: {}",
                shortcut.command
            );
        }
    }
}

#[test]
fn managers_named_by_the_guide_are_known() {
    let names = "apk apt bazel bun bundler cabal cargo ccache composer conan conda deno dnf4 dnf5 \
                 dotnet electron gem go gradle maven microdnf micromamba mix node-gyp npm opam \
                 pacman pak pdm pip pip-tools pipenv pixi pnpm poetry pub rebar renv sbt sccache \
                 stack swift uv vcpkg yarn yarn-berry yum zypper";
    for name in names.split_whitespace() {
        assert!(package_manager(name).is_some(), "{name} is missing");
    }
}

#[test]
fn base_images_are_told_apart_by_tag() {
    let cases = [
        (
            "docker.io/library/python",
            Some("3.12"),
            Family::Debian,
            true,
        ),
        (
            "docker.io/library/python",
            Some("3.12-slim-bookworm"),
            Family::Debian,
            true,
        ),
        (
            "docker.io/library/python",
            Some("3.12-alpine3.20"),
            Family::Alpine,
            false,
        ),
        (
            "docker.io/library/python",
            Some("3.12-windowsservercore-ltsc2022"),
            Family::Windows,
            false,
        ),
        ("docker.io/library/python", None, Family::Unknown, false),
        ("docker.io/library/debian", None, Family::Debian, true),
        (
            "docker.io/library/php",
            Some("8.3-fpm-alpine"),
            Family::Alpine,
            false,
        ),
        (
            "docker.io/library/php",
            Some("8.3-fpm"),
            Family::Debian,
            true,
        ),
        (
            "docker.io/library/openjdk",
            Some("17-jdk-slim"),
            Family::Debian,
            true,
        ),
        (
            "docker.io/library/openjdk",
            Some("17"),
            Family::Unknown,
            false,
        ),
        (
            "docker.io/library/openjdk",
            Some("11"),
            Family::Debian,
            true,
        ),
        (
            "ghcr.io/astral-sh/uv",
            Some("latest"),
            Family::Distroless,
            false,
        ),
        (
            "ghcr.io/astral-sh/uv",
            Some("python3.12-bookworm-slim"),
            Family::Debian,
            true,
        ),
        (
            "ghcr.io/astral-sh/uv",
            Some("python3.12-alpine"),
            Family::Alpine,
            false,
        ),
        (
            "mcr.microsoft.com/dotnet/sdk",
            Some("8.0"),
            Family::Debian,
            true,
        ),
        (
            "mcr.microsoft.com/dotnet/sdk",
            Some("10.0"),
            Family::Ubuntu,
            true,
        ),
        (
            "mcr.microsoft.com/dotnet/sdk",
            Some("10.0-alpine"),
            Family::Alpine,
            false,
        ),
        (
            "mcr.microsoft.com/dotnet/aspnet",
            Some("8.0-jammy-chiseled"),
            Family::Distroless,
            false,
        ),
        (
            "mcr.microsoft.com/windows/servercore",
            Some("ltsc2022"),
            Family::Windows,
            false,
        ),
        (
            "docker.io/nvidia/cuda",
            Some("12.4.1-devel-ubuntu22.04"),
            Family::Ubuntu,
            true,
        ),
        (
            "docker.io/nvidia/cuda",
            Some("12.4.1-devel-rockylinux9"),
            Family::Rhel,
            false,
        ),
        ("docker.io/library/centos", Some("7"), Family::Rhel, false),
        (
            "docker.io/arm64v8/ruby",
            Some("3.4-alpine"),
            Family::Alpine,
            false,
        ),
        (
            "mirror.gcr.io/library/debian",
            Some("bookworm"),
            Family::Debian,
            true,
        ),
        (
            "public.ecr.aws/docker/library/node",
            Some("22"),
            Family::Debian,
            true,
        ),
        (
            "docker.io/library/maven",
            Some("3.6.1-jdk-11-slim"),
            Family::Debian,
            true,
        ),
        (
            "docker.io/library/maven",
            Some("3.5-jdk-8-alpine"),
            Family::Alpine,
            false,
        ),
        (
            "docker.io/library/maven",
            Some("3.9-eclipse-temurin-21"),
            Family::Ubuntu,
            true,
        ),
        (
            "gcr.io/distroless/static-debian12",
            Some("nonroot"),
            Family::Distroless,
            false,
        ),
    ];
    for (repository, tag, family, docker_clean) in cases {
        let image = base_image(repository, tag).expect("the image is in the table");
        assert_eq!(image.family, family, "{repository}:{tag:?}");
        assert_eq!(image.docker_clean, docker_clean, "{repository}:{tag:?}");
    }
    assert_eq!(
        base_image("docker.io/library/unheard-of", Some("latest")),
        None
    );
}

#[test]
fn base_images_know_users_places_and_variables() {
    let golang = base_image("docker.io/library/golang", None).expect("known");
    assert_eq!(
        (golang.workdir, golang.variable("GOPATH")),
        (Some("/go"), Some(Some("/go")))
    );
    assert_eq!(golang.variable("GOLANG_VERSION"), Some(None));
    assert_eq!(golang.variable("NODE_VERSION"), None);
    let node = base_image("docker.io/library/node", Some("22-alpine")).expect("known");
    assert_eq!(node.user("node").and_then(|user| user.uid), Some(1000));
    assert_eq!(
        node.user("1000").and_then(|user| user.home),
        Some("/home/node")
    );
    assert_eq!(node.user("root").and_then(|user| user.uid), Some(0));
    assert_eq!(node.user("nobody"), None);
    let yum = base_image("docker.io/library/centos", Some("7")).expect("known");
    assert_eq!(yum.package_managers, ["yum"]);
    let dnf = base_image("docker.io/library/fedora", Some("39")).expect("known");
    assert_eq!(dnf.package_managers, ["dnf4"]);
    let dnf = base_image("docker.io/library/fedora", Some("latest")).expect("known");
    assert_eq!(dnf.package_managers, ["dnf5"]);
    let static_image =
        base_image("gcr.io/distroless/static-debian12", Some("nonroot")).expect("known");
    assert_eq!(
        (static_image.user.uid, static_image.shell),
        (Some(65532), None)
    );
}

#[test]
fn exact_base_images_are_sorted_for_the_search() {
    assert!(base_images().is_sorted_by_key(|image| image.repository));
    for image in base_images() {
        assert!(
            image.env.is_sorted_by_key(|(name, _)| *name),
            "{}",
            image.repository
        );
        assert!(image.variable("PATH").is_some(), "{}", image.repository);
    }
}

#[test]
fn secret_names_follow_each_tool() {
    let cases = [
        ("GITHUB_TOKEN", true, true),
        ("token", true, true),
        ("TOKEN_FILE", false, true),
        ("PUBLIC_KEY", false, false),
        ("MONKEY", false, false),
        ("KEY", true, false),
        ("GOPRIVATE", false, true),
        ("AWS_ACCESS_KEY_ID", true, true),
        ("TRAVIS_SUDO", false, true),
        ("KEY_VERSION", false, false),
        ("Db_Password", true, true),
    ];
    for (name, buildkit, hadolint) in cases {
        assert_eq!(buildkit_secret_names().matches(name), buildkit, "{name}");
        assert_eq!(hadolint_secret_names().matches(name), hadolint, "{name}");
    }
}

#[test]
fn tokens_are_known_by_their_shape() {
    let github = format!("ghp_{} rest", "a1".repeat(18));
    let (shape, length) = token_at(&github).expect("a token");
    assert_eq!((shape.name, length), ("GitHub personal access token", 40));
    let key = format!("sk-{}-{}", "proj", "x".repeat(48));
    assert_eq!(
        token_at(&key).map(|(shape, _)| shape.name),
        Some("OpenAI project key")
    );
    let jwt = format!(
        "eyJ{}.eyJ{}.{}",
        "a".repeat(20),
        "b".repeat(20),
        "c".repeat(20)
    );
    assert_eq!(token_at(&jwt).map(|(_, length)| length), Some(jwt.len()));
    for harmless in [
        "ghp_short",
        "AKIAlowercase1234567",
        "eyJub3RhdG9rZW4K",
        "",
        "sk-",
        "é",
    ] {
        assert_eq!(token_at(harmless), None, "{harmless}");
    }
    let long = format!("ghp_{}", "a".repeat(37));
    assert_eq!(token_at(&long), None, "too long for the shape");
}

/// What a token of this shape may look like, its body `length` long: made here, so that no file
/// holds it.
fn made_up(shape: &TokenShape, length: u32) -> String {
    let letters = match shape.alphabet {
        Alphabet::Hex => "0a1b2c3d4e5f6789",
        Alphabet::UpperAlphanumeric => "A1B2C3D4E5F6G7H8",
        _ => "a1B2c3D4e5F6g7H8",
    };
    let mut body: Vec<char> = letters.chars().cycle().take(length as usize).collect();
    let part = body.len() / shape.parts as usize;
    for dot in 1..shape.parts as usize {
        body[dot * part] = '.';
    }
    format!("{}{}", shape.prefix, body.into_iter().collect::<String>())
}

#[test]
fn each_shape_is_known_at_its_lengths_and_at_no_other() {
    for shape in token_shapes() {
        let found = |length: u32| token_at(&made_up(shape, length)).map(|(it, _)| it.name);
        assert_eq!(found(shape.min), Some(shape.name));
        assert_eq!(found(shape.max), Some(shape.name));
        assert_ne!(found(shape.max + 1), Some(shape.name));
        if shape.min > 0 {
            assert_ne!(found(shape.min - 1), Some(shape.name));
        }
    }
}

#[test]
fn widely_used_services_are_in_the_table() {
    for prefix in [
        "AKIA",
        "ASIA",
        "ghp_",
        "gho_",
        "ghu_",
        "ghs_",
        "ghr_",
        "github_pat_",
        "glpat-",
        "gldt-",
        "glrt-",
        "xoxa-",
        "xoxb-",
        "xoxp-",
        "xoxr-",
        "xoxs-",
        "xapp-",
        "npm_",
        "sk_live_",
        "rk_live_",
        "AIza",
        "eyJ",
        "AccountKey=",
        "sig=",
        "dop_v1_",
        "hf_",
        "sk-",
        "sk-proj-",
        "sk-ant-",
        "dckr_pat_",
        "dckr_oat_",
        "SG.",
        "AGE-SECRET-KEY-1",
        "dapi",
        "shpat_",
        "key-",
        "NRAK-",
        "hvs.",
        "lin_api_",
        "PMAK-",
        "dp.pt.",
        "pscale_tkn_",
    ] {
        let known = token_shapes().iter().any(|shape| shape.prefix == prefix);
        assert!(known, "{prefix}");
    }
}

#[test]
fn secret_files_are_known_by_name() {
    let cases = [
        (".env", true),
        ("config/.env.production", true),
        (".env.example", false),
        ("home/.ssh", true),
        ("keys/server.pem", true),
        ("id_rsa.pub", false),
        (".docker/config.json", true),
        ("app/config.json", false),
        ("a/.docker/config.json", true),
        ("xdocker/config.json", false),
        ("src/main.rs", false),
    ];
    for (path, expected) in cases {
        assert_eq!(secret_file(path).is_some(), expected, "{path}");
    }
}

#[test]
fn presets_hold_each_tools_rules_once() {
    let default = buildkit_preset().iter().filter(|code| code.default).count();
    assert_eq!((default, buildkit_preset().len()), (21, 22));
    let severity = |code: &str| {
        hadolint_preset()
            .iter()
            .find(|known| known.code == code)
            .map(|known| known.severity)
    };
    assert_eq!(severity("DL3020"), Some(Severity::Error));
    assert_eq!(severity("DL3048"), Some(Severity::Style));
    assert_eq!(severity("DL3005"), None);
    for preset in [buildkit_preset(), hadolint_preset()] {
        assert!(preset.is_sorted_by_key(|code| code.code));
    }
}

#[test]
fn pages_are_found_by_name_and_code() {
    for known in pages::ALL {
        assert_eq!(page(known.name), Some(*known));
        for code in known.codes {
            assert!(pages_for_code(code).any(|found| found == *known), "{code}");
        }
    }
    assert_eq!(page("no-such-rule"), None);
    assert_eq!(pages_for_code("DL9999").count(), 0);
}
