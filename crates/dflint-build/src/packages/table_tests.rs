//! Every package manager of the guide: that its calls are recognised, where its caches are for
//! root and for others, and what moves them.

use dflint_knowledge::package_manager::{CacheClass, Sharing};
use dflint_parser::Text;
use dflint_shell::{Script, Shell};

use super::{Project, Site, caches, invocation};
use crate::env::Env;
use crate::model::User;

/// One manager.
struct Row {
    name: &'static str,
    /// A call of it.
    call: &'static str,
    base: (&'static str, &'static str),
    /// For root: each cache with its class and sharing mode, sorted.
    root: &'static [&'static str],
    /// Where the caches are for a user whose home is `/home/me`; empty: where root's are.
    user: &'static [&'static str],
    /// A call with a flag that moves a cache to `/c` or below it, and where that is.
    flag: Option<(&'static str, &'static str)>,
    /// A variable that moves a cache to `/c` or below it, and where that is.
    env: Option<(&'static str, &'static str)>,
}

const DEBIAN: (&str, &str) = ("docker.io/library/debian", "bookworm");

const ROW: Row = Row {
    name: "",
    call: "",
    base: DEBIAN,
    root: &[],
    user: &[],
    flag: None,
    env: None,
};

const ROWS: &[Row] = &[
    Row {
        name: "uv",
        call: "uv sync --locked",
        root: &["/root/.cache/uv S shared"],
        user: &["/home/me/.cache/uv"],
        flag: Some(("uv --cache-dir /c sync", "/c")),
        env: Some(("UV_CACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "pip",
        call: "pip3.12 install flask",
        root: &["/root/.cache/pip S shared"],
        user: &["/home/me/.cache/pip"],
        flag: Some(("pip install --cache-dir=/c flask", "/c")),
        env: Some(("PIP_CACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "pip-tools",
        call: "pip-sync requirements.txt",
        root: &[
            "/root/.cache/pip S shared",
            "/root/.cache/pip-tools S shared",
        ],
        user: &["/home/me/.cache/pip", "/home/me/.cache/pip-tools"],
        env: Some(("PIP_TOOLS_CACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "pipenv",
        call: "pipenv install --deploy",
        root: &["/root/.cache/pip S shared", "/root/.cache/pipenv S shared"],
        user: &["/home/me/.cache/pip", "/home/me/.cache/pipenv"],
        env: Some(("PIPENV_CACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "poetry",
        call: "poetry -C /x install",
        root: &[
            "/root/.cache/pypoetry/artifacts S shared",
            "/root/.cache/pypoetry/cache S shared",
        ],
        user: &[
            "/home/me/.cache/pypoetry/artifacts",
            "/home/me/.cache/pypoetry/cache",
        ],
        env: Some(("POETRY_CACHE_DIR", "/c/artifacts")),
        ..ROW
    },
    Row {
        name: "pdm",
        call: "pdm sync",
        root: &["/root/.cache/pdm S shared"],
        user: &["/home/me/.cache/pdm"],
        env: Some(("PDM_CACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "conda",
        call: "mamba env update -f x.yml",
        base: ("docker.io/condaforge/miniforge3", "latest"),
        root: &["/opt/conda/pkgs S locked"],
        env: Some(("CONDA_PKGS_DIRS", "/c")),
        ..ROW
    },
    Row {
        name: "micromamba",
        call: "micromamba install -n base x",
        base: ("docker.io/mambaorg/micromamba", "2.0"),
        root: &["/opt/conda/pkgs S locked"],
        env: Some(("MAMBA_ROOT_PREFIX", "/c/pkgs")),
        ..ROW
    },
    Row {
        name: "pixi",
        call: "pixi install --locked",
        root: &["/root/.cache/rattler/cache S shared"],
        user: &["/home/me/.cache/rattler/cache"],
        env: Some(("PIXI_CACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "npm",
        call: "npm --prefix web isntall-clean",
        root: &["/root/.npm S shared"],
        user: &["/home/me/.npm"],
        flag: Some(("npm ci --cache /c", "/c")),
        env: Some(("npm_config_cache", "/c")),
        ..ROW
    },
    Row {
        name: "yarn",
        call: "yarn --cwd web --frozen-lockfile",
        base: ("docker.io/library/node", "22"),
        root: &["/usr/local/share/.cache/yarn S locked"],
        user: &["/home/me/.cache/yarn"],
        flag: Some(("yarn install --cache-folder /c", "/c")),
        env: Some(("YARN_CACHE_FOLDER", "/c")),
    },
    Row {
        name: "pnpm",
        call: "pnpm --filter web install",
        root: &["/root/.local/share/pnpm/store S shared"],
        user: &["/home/me/.local/share/pnpm/store"],
        flag: Some(("pnpm install --store-dir /c", "/c")),
        env: Some(("PNPM_HOME", "/c/store")),
        ..ROW
    },
    Row {
        name: "bun",
        call: "bun install",
        root: &["/root/.bun/install/cache S shared"],
        user: &["/home/me/.bun/install/cache"],
        flag: Some(("bun install --cache-dir /c", "/c")),
        env: Some(("BUN_INSTALL_CACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "deno",
        call: "deno cache main.ts",
        root: &["/root/.cache/deno R shared"],
        user: &["/home/me/.cache/deno"],
        env: Some(("DENO_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "go",
        call: "CGO_ENABLED=0 go build ./cmd",
        root: &[
            "/root/.cache/go-build S shared",
            "/root/go/pkg/mod C shared",
        ],
        user: &["/home/me/.cache/go-build", "/home/me/go/pkg/mod"],
        env: Some(("GOMODCACHE", "/c")),
        ..ROW
    },
    Row {
        name: "cargo",
        call: "cargo +nightly build --release",
        root: &[
            "/app/target X locked",
            "/root/.cargo/git S locked",
            "/root/.cargo/registry S locked",
        ],
        user: &[
            "/app/target",
            "/home/me/.cargo/git",
            "/home/me/.cargo/registry",
        ],
        flag: Some(("cargo build --target-dir /c", "/c")),
        env: Some(("CARGO_HOME", "/c/registry")),
        ..ROW
    },
    Row {
        name: "cargo",
        call: "cargo chef cook --release --recipe-path recipe.json",
        root: &[
            "/app/target X locked",
            "/root/.cargo/git S locked",
            "/root/.cargo/registry S locked",
        ],
        user: &[
            "/app/target",
            "/home/me/.cargo/git",
            "/home/me/.cargo/registry",
        ],
        env: Some(("CARGO_HOME", "/c/git")),
        ..ROW
    },
    Row {
        name: "maven",
        call: "mvn -f x/pom.xml -B package",
        root: &["/root/.m2/repository C locked"],
        user: &["/home/me/.m2/repository"],
        flag: Some(("mvn -Dmaven.repo.local=/c package", "/c")),
        ..ROW
    },
    Row {
        name: "gradle",
        call: "./gradlew --no-daemon build",
        root: &[
            "/root/.gradle/caches C locked",
            "/root/.gradle/wrapper C locked",
        ],
        user: &["/home/me/.gradle/caches", "/home/me/.gradle/wrapper"],
        flag: Some(("gradle -g /c build", "/c/caches")),
        env: Some(("GRADLE_USER_HOME", "/c/caches")),
        ..ROW
    },
    Row {
        name: "sbt",
        call: "sbt compile",
        root: &[
            "/root/.cache/coursier C locked",
            "/root/.ivy2 C locked",
            "/root/.sbt/boot C locked",
        ],
        user: &[
            "/home/me/.cache/coursier",
            "/home/me/.ivy2",
            "/home/me/.sbt/boot",
        ],
        flag: Some(("sbt -Dsbt.ivy.home=/c compile", "/c")),
        env: Some(("COURSIER_CACHE", "/c")),
        ..ROW
    },
    Row {
        name: "dotnet",
        call: "dotnet restore x.csproj",
        root: &[
            "/root/.local/share/NuGet S shared",
            "/root/.nuget/packages C locked",
        ],
        user: &["/home/me/.local/share/NuGet", "/home/me/.nuget/packages"],
        flag: Some(("dotnet restore --packages /c", "/c")),
        env: Some(("NUGET_PACKAGES", "/c")),
        ..ROW
    },
    Row {
        name: "composer",
        call: "composer -d x install",
        root: &["/root/.composer/cache S shared"],
        user: &["/home/me/.composer/cache"],
        env: Some(("COMPOSER_CACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "bundler",
        call: "bundle install",
        base: ("docker.io/library/ruby", "3.3"),
        root: &["/usr/local/bundle/cache S locked"],
        env: Some(("GEM_HOME", "/c/cache")),
        ..ROW
    },
    Row {
        name: "gem",
        call: "gem install rails",
        base: ("docker.io/library/ruby", "3.3"),
        root: &["/usr/local/bundle/cache S locked"],
        env: Some(("GEM_HOME", "/c/cache")),
        ..ROW
    },
    Row {
        name: "apt",
        call: "aptitude -t sid install curl",
        root: &["/var/cache/apt S locked", "/var/lib/apt/lists S locked"],
        flag: Some(("apt-get -o Dir::Cache::Archives=/c install curl", "/c")),
        ..ROW
    },
    Row {
        name: "apk",
        call: "apk --no-cache add curl",
        base: ("docker.io/library/alpine", "3.20"),
        root: &["/etc/apk/cache S locked"],
        flag: Some(("apk add --cache-dir /c curl", "/c")),
        ..ROW
    },
    Row {
        name: "dnf4",
        call: "yum -y install curl",
        base: ("docker.io/library/rockylinux", "9"),
        root: &["/var/cache/dnf S locked"],
        flag: Some(("dnf --setopt=cachedir=/c install curl", "/c")),
        ..ROW
    },
    Row {
        name: "dnf5",
        call: "dnf install -y curl",
        base: ("docker.io/library/fedora", "42"),
        root: &["/var/cache/libdnf5 S locked"],
        flag: Some(("dnf --setopt=system_cachedir=/c install curl", "/c")),
        ..ROW
    },
    Row {
        name: "yum",
        call: "yum install -y curl",
        base: ("docker.io/library/centos", "7"),
        root: &["/var/cache/yum S locked"],
        flag: Some(("yum --setopt=cachedir=/c install curl", "/c")),
        ..ROW
    },
    Row {
        name: "microdnf",
        call: "microdnf install -y curl",
        base: ("registry.access.redhat.com/ubi9-minimal", "latest"),
        root: &["/var/cache/yum S locked"],
        ..ROW
    },
    Row {
        name: "zypper",
        call: "zypper --non-interactive in curl",
        base: ("docker.io/opensuse/leap", "15.6"),
        root: &["/var/cache/zypp S locked"],
        flag: Some(("zypper --cache-dir /c install curl", "/c")),
        ..ROW
    },
    Row {
        name: "pacman",
        call: "pacman -Syu --noconfirm curl",
        base: ("docker.io/library/archlinux", "latest"),
        root: &["/var/cache/pacman/pkg S locked"],
        flag: Some(("pacman -S --cachedir /c curl", "/c")),
        ..ROW
    },
    Row {
        name: "mix",
        call: "mix deps.get --only prod",
        root: &[
            "/root/.cache/rebar3 S shared",
            "/root/.hex/packages S shared",
        ],
        user: &["/home/me/.cache/rebar3", "/home/me/.hex/packages"],
        env: Some(("HEX_HOME", "/c/packages")),
        ..ROW
    },
    Row {
        name: "rebar",
        call: "rebar3 as prod release",
        root: &["/root/.cache/rebar3 S shared"],
        user: &["/home/me/.cache/rebar3"],
        env: Some(("REBAR_CACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "cabal",
        call: "cabal build all",
        root: &[
            "/root/.cabal/packages S locked",
            "/root/.cabal/store C locked",
        ],
        user: &["/home/me/.cabal/packages", "/home/me/.cabal/store"],
        flag: Some(("cabal --store-dir /c build", "/c")),
        env: Some(("CABAL_DIR", "/c/packages")),
        ..ROW
    },
    Row {
        name: "stack",
        call: "stack build",
        root: &["/root/.stack/pantry S locked"],
        user: &["/home/me/.stack/pantry"],
        flag: Some(("stack --stack-root /c build", "/c/pantry")),
        env: Some(("STACK_ROOT", "/c/pantry")),
        ..ROW
    },
    Row {
        name: "renv",
        call: "Rscript -e 'renv::restore()'",
        root: &["/root/.cache/R/renv/cache R shared"],
        user: &["/home/me/.cache/R/renv/cache"],
        env: Some(("RENV_PATHS_CACHE", "/c")),
        ..ROW
    },
    Row {
        name: "pak",
        call: "R -e 'pak::pkg_install(\"dplyr\")'",
        root: &["/root/.cache/R/pkgcache S shared"],
        user: &["/home/me/.cache/R/pkgcache"],
        env: Some(("R_PKG_CACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "pub",
        call: "flutter pub get",
        root: &["/root/.pub-cache C locked"],
        user: &["/home/me/.pub-cache"],
        env: Some(("PUB_CACHE", "/c")),
        ..ROW
    },
    Row {
        name: "swift",
        call: "swift build -c release",
        root: &["/root/.cache/org.swift.swiftpm S locked"],
        user: &["/home/me/.cache/org.swift.swiftpm"],
        flag: Some(("swift build --cache-path /c", "/c")),
        env: Some(("XDG_CACHE_HOME", "/c/org.swift.swiftpm")),
        ..ROW
    },
    Row {
        name: "opam",
        call: "opam install dune",
        root: &["/root/.opam/download-cache S locked"],
        user: &["/home/me/.opam/download-cache"],
        flag: Some(("opam install --root /c dune", "/c/download-cache")),
        env: Some(("OPAMROOT", "/c/download-cache")),
        ..ROW
    },
    Row {
        name: "conan",
        call: "conan install .",
        root: &["/root/.conan2/p C locked"],
        user: &["/home/me/.conan2/p"],
        env: Some(("CONAN_HOME", "/c/p")),
        ..ROW
    },
    Row {
        name: "vcpkg",
        call: "./vcpkg install --triplet x64-linux fmt",
        root: &["/root/.cache/vcpkg/archives S shared"],
        user: &["/home/me/.cache/vcpkg/archives"],
        env: Some(("VCPKG_DEFAULT_BINARY_CACHE", "/c")),
        ..ROW
    },
    Row {
        name: "ccache",
        call: "ccache gcc -c x.c",
        root: &["/root/.cache/ccache S shared"],
        user: &["/home/me/.cache/ccache"],
        env: Some(("CCACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "sccache",
        call: "sccache rustc x.rs",
        root: &["/root/.cache/sccache S shared"],
        user: &["/home/me/.cache/sccache"],
        env: Some(("SCCACHE_DIR", "/c")),
        ..ROW
    },
    Row {
        name: "bazel",
        call: "bazel build //x",
        root: &["/root/.cache/bazel C locked"],
        user: &["/home/me/.cache/bazel"],
        flag: Some(("bazel --output_user_root=/c build //x", "/c")),
        env: Some(("XDG_CACHE_HOME", "/c/bazel")),
        ..ROW
    },
    Row {
        name: "node-gyp",
        call: "node-gyp rebuild",
        root: &["/root/.cache/node-gyp S shared"],
        user: &["/home/me/.cache/node-gyp"],
        flag: Some(("node-gyp rebuild --devdir /c", "/c")),
        env: Some(("npm_config_devdir", "/c")),
        ..ROW
    },
    Row {
        name: "electron",
        call: "electron-builder --linux",
        root: &[
            "/root/.cache/electron S shared",
            "/root/.cache/electron-builder S shared",
        ],
        user: &[
            "/home/me/.cache/electron",
            "/home/me/.cache/electron-builder",
        ],
        env: Some(("electron_config_cache", "/c")),
        ..ROW
    },
];

/// A project without any file.
struct Empty;

impl Project for Empty {
    fn has_file(&self, _: &str) -> Option<bool> {
        Some(false)
    }

    fn major_of(&self, _: &str) -> Option<u32> {
        None
    }
}

struct Who {
    uid: u32,
    home: &'static str,
}

const ROOT: Who = Who {
    uid: 0,
    home: "/root",
};
const ME: Who = Who {
    uid: 1000,
    home: "/home/me",
};

/// The manager that `call` is of, and its caches: directory, class and sharing mode.
fn found(row: &Row, call: &str, who: &Who, env: &[(&str, &str)]) -> (String, Vec<String>) {
    let mut variables = Env::default();
    for (name, value) in env {
        variables.set(name, (*value).into());
    }
    let workdir = "/app".into();
    let site = Site {
        env: &variables,
        user: User {
            value: "".into(),
            uid: Some(who.uid),
            gid: Some(who.uid),
            home: Some(who.home.into()),
        },
        workdir: &workdir,
        base: dflint_knowledge::base_image(row.base.0, Some(row.base.1)),
        project: &Empty,
    };
    let script = Script::parse(Text::contiguous(call, 0), &Shell::default());
    let found = script
        .commands()
        .find_map(|command| invocation(command, &site));
    let found = found.unwrap_or_else(|| panic!("`{call}` is not recognised"));
    let mut places: Vec<String> = caches(&found, &site)
        .places
        .into_iter()
        .map(|(cache, place)| {
            let place = place.unwrap_or_else(|why| panic!("`{call}`: {why}"));
            let class = match cache.class {
                CacheClass::Safe => "S",
                CacheClass::Chain => "C",
                CacheClass::Runtime => "R",
                CacheClass::Stale => "X",
            };
            let sharing = match cache.sharing {
                Sharing::Shared => "shared",
                Sharing::Locked => "locked",
            };
            format!("{} {class} {sharing}", place.target)
        })
        .collect();
    places.sort();
    (found.manager.name.to_owned(), places)
}

fn targets(places: &[String]) -> Vec<&str> {
    let words = places.iter().map(|place| place.split(' ').next());
    words.map(Option::unwrap_or_default).collect()
}

#[test]
fn every_manager_keeps_its_caches_where_the_guide_says() {
    for row in ROWS {
        let (name, places) = found(row, row.call, &ROOT, &[]);
        assert_eq!(name, row.name, "{}", row.call);
        assert_eq!(places, row.root, "{} as root", row.call);
        let (_, places) = found(row, row.call, &ME, &[]);
        let expected: Vec<String> = match row.user {
            [] => row.root.iter().map(|&place| place.to_owned()).collect(),
            user => user.iter().map(|&place| place.to_owned()).collect(),
        };
        assert_eq!(
            targets(&places),
            targets(&expected),
            "{} as another user",
            row.call
        );
    }
}

#[test]
fn flags_and_variables_move_the_caches() {
    for row in ROWS {
        if let Some((call, target)) = row.flag {
            let (name, places) = found(row, call, &ROOT, &[]);
            assert_eq!(name, row.name, "{call}");
            assert!(targets(&places).contains(&target), "{call}: {places:?}");
        }
        if let Some((variable, target)) = row.env {
            let (_, places) = found(row, row.call, &ROOT, &[(variable, "/c")]);
            assert!(
                targets(&places).contains(&target),
                "{variable}=/c {}: {places:?}",
                row.call
            );
        }
    }
}
