use std::collections::HashMap;

use dflint_knowledge::package_manager::Action;
use dflint_parser::Text;
use dflint_shell::{Script, Shell};

use super::{
    Coverage, Disabled, Invocation, Owner, Project, Site, Unknown, caches, cleanup_of, invocation,
    removal,
};
use crate::env::Env;
use crate::model::User;
use crate::value::Value;

/// Variables and their values.
type Variables = &'static [(&'static str, &'static str)];

/// A project of which everything is known.
struct Files {
    names: &'static [&'static str],
    majors: HashMap<&'static str, u32>,
}

impl Project for Files {
    fn has_file(&self, name: &str) -> Option<bool> {
        Some(self.names.contains(&name))
    }

    fn major_of(&self, command: &str) -> Option<u32> {
        self.majors.get(command).copied()
    }
}

/// What a test sets around a command.
struct Around {
    env: Env,
    user: User,
    workdir: Value,
    base: (&'static str, &'static str),
    project: Files,
}

impl Around {
    fn root(env: &[(&str, &str)]) -> Self {
        let mut set = Env::default();
        for (name, value) in env {
            set.set(name, (*value).into());
        }
        Self {
            env: set,
            user: User {
                value: Value::default(),
                uid: Some(0),
                gid: Some(0),
                home: Some("/root".into()),
            },
            workdir: "/app".into(),
            base: ("docker.io/library/debian", "bookworm"),
            project: Files {
                names: &[],
                majors: HashMap::new(),
            },
        }
    }

    fn site(&self) -> Site<'_> {
        Site {
            env: &self.env,
            user: self.user.clone(),
            workdir: &self.workdir,
            base: dflint_knowledge::base_image(self.base.0, Some(self.base.1)),
            project: &self.project,
        }
    }
}

/// The last call of a package manager in `text`.
fn with_call<R>(text: &str, around: &Around, look: impl Fn(&Invocation<'_>) -> R) -> Option<R> {
    let script = Script::parse(Text::contiguous(text, 0), &Shell::default());
    let calls = script
        .commands()
        .filter_map(|command| invocation(command, &around.site()));
    calls.last().map(|call| look(&call))
}

#[test]
fn calls_are_recognised() {
    use Action::{Build, Clean, Download, Install, Run, UpdateIndex};
    let cases = [
        ("pip install flask", Some(("pip", Install, "flask"))),
        ("pip3.11 -q install flask", Some(("pip", Install, "flask"))),
        (
            "/opt/venv/bin/pip install --upgrade flask",
            Some(("pip", Install, "flask")),
        ),
        (
            "python3 -m pip install -r req.txt x",
            Some(("pip", Install, "x")),
        ),
        (
            "python -u -m pip --isolated install x",
            Some(("pip", Install, "x")),
        ),
        ("python3 -m http.server", None),
        ("python3 setup.py install", None),
        ("pip --version", None),
        ("sudo pip install x", Some(("pip", Install, "x"))),
        ("sh -c 'pip install x'", Some(("pip", Install, "x"))),
        ("uv pip install --system x", Some(("uv", Install, "x"))),
        ("uv --directory /x sync --locked", Some(("uv", Install, ""))),
        ("npm --prefix web ci", Some(("npm", Install, ""))),
        ("npm i -g a b", Some(("npm", Install, "a b"))),
        ("npx tsc", Some(("npm", Run, "tsc"))),
        ("yarn", Some(("yarn", Install, ""))),
        ("yarn --frozen-lockfile", Some(("yarn", Install, ""))),
        ("corepack yarn install", Some(("yarn", Install, ""))),
        ("yarn $COMMAND", None),
        (
            "apt-get -y -o A=b install -t sid a=1 b",
            Some(("apt", Install, "a=1 b")),
        ),
        ("apt-get update", Some(("apt", UpdateIndex, ""))),
        ("apk --no-cache add a b", Some(("apk", Install, "a b"))),
        ("apk add -t .deps a", Some(("apk", Install, "a"))),
        ("go mod download", Some(("go", Download, ""))),
        (
            "CGO_ENABLED=0 go build -o /app ./cmd",
            Some(("go", Build, "./cmd")),
        ),
        ("cargo +nightly build --release", Some(("cargo", Build, ""))),
        ("./mvnw package", Some(("maven", Build, "package"))),
        ("pip cache purge", Some(("pip", Clean, ""))),
        ("echo pip install x", None),
        ("xargs pip install", Some(("pip", Install, ""))),
    ];
    for (text, expected) in cases {
        let around = Around::root(&[]);
        let found = with_call(text, &around, |call| {
            let operands: Vec<_> = call.operands.iter().map(|word| word.raw()).collect();
            (call.manager.name, call.action(), operands.join(" "))
        });
        let expected = expected.map(|(name, action, words)| (name, action, words.to_owned()));
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn managers_with_one_command_are_told_apart() {
    let files = |names, majors: &[(&'static str, u32)]| Files {
        names,
        majors: majors.iter().copied().collect(),
    };
    let cases = [
        (files(&[], &[]), "node", "22", "yarn", Some(("yarn", true))),
        (
            files(&[".yarnrc.yml"], &[]),
            "node",
            "22",
            "yarn",
            Some(("yarn-berry", true)),
        ),
        (
            files(&[], &[("yarn", 4)]),
            "node",
            "22",
            "yarn",
            Some(("yarn-berry", true)),
        ),
        (
            files(&[".yarnrc.yml"], &[("yarn", 1)]),
            "node",
            "22",
            "yarn",
            Some(("yarn", true)),
        ),
        (
            files(&[".yarnrc.yml"], &[("yarn", 4)]),
            "node",
            "22",
            "yarn --cwd x global add serve",
            Some(("yarn", true)),
        ),
        (
            files(&[], &[]),
            "nobody",
            "1",
            "yarn global add serve",
            Some(("yarn", true)),
        ),
        (
            files(&[], &[]),
            "node",
            "22",
            "yarn workspaces focus --production",
            Some(("yarn-berry", true)),
        ),
        (
            files(&[], &[]),
            "fedora",
            "41",
            "dnf install a",
            Some(("dnf5", true)),
        ),
        (
            files(&[], &[]),
            "fedora",
            "39",
            "dnf install a",
            Some(("dnf4", true)),
        ),
        (
            files(&[], &[]),
            "nobody",
            "1",
            "dnf install a",
            Some(("dnf4", false)),
        ),
    ];
    for (project, image, tag, text, expected) in cases {
        let repository: &'static str = match image {
            "node" => "docker.io/library/node",
            "fedora" => "docker.io/library/fedora",
            _ => "docker.io/library/nobody-has-this",
        };
        let around = Around {
            base: (repository, tag),
            project,
            ..Around::root(&[])
        };
        let found = with_call(text, &around, |call| (call.manager.name, call.is_certain));
        assert_eq!(found, expected, "{text} on {image}:{tag}");
    }
}

/// The places of the caches of the last call, each as `target` or the reason.
fn places(text: &str, around: &Around) -> Option<Vec<String>> {
    with_call(text, around, |call| {
        let used = caches(call, &around.site());
        let texts = used.places.into_iter().map(|(_, place)| match place {
            Ok(place) => place.target,
            Err(reason) => format!("? {reason}"),
        });
        texts.collect()
    })
}

#[test]
fn caches_are_found_where_the_environment_puts_them() {
    let cases: [(&str, Variables, &[&str]); 22] = [
        ("pip install x", &[], &["/root/.cache/pip"]),
        (
            "pip install x",
            &[("HOME", "/home/a")],
            &["/home/a/.cache/pip"],
        ),
        ("pip install x", &[("PIP_CACHE_DIR", "/c")], &["/c"]),
        ("pip install x", &[("XDG_CACHE_HOME", "/x/")], &["/x/pip"]),
        (
            "PIP_CACHE_DIR=/d pip install x",
            &[("PIP_CACHE_DIR", "/c")],
            &["/d"],
        ),
        ("export PIP_CACHE_DIR=/d && pip install x", &[], &["/d"]),
        (
            "PIP_CACHE_DIR=$(mktemp) pip install x",
            &[],
            &["? the value of PIP_CACHE_DIR is not known"],
        ),
        (
            "pip install --cache-dir /e x",
            &[("PIP_CACHE_DIR", "/c")],
            &["/e"],
        ),
        ("pip install --cache-dir=.c x", &[], &["/app/.c"]),
        (
            "cd sub && pip install --cache-dir=.c x",
            &[],
            &["/app/sub/.c"],
        ),
        ("pip install --cache-dir=$D/c x", &[("D", "/d")], &["/d/c"]),
        (
            "pip install --cache-dir=~/c x",
            &[],
            &["? its place is worked out when it runs"],
        ),
        ("sudo pip install x", &[], &["? it runs as another user"]),
        ("uv sync", &[], &["/root/.cache/uv"]),
        ("npm ci --cache /n", &[], &["/n"]),
        ("yarn install", &[], &["/usr/local/share/.cache/yarn"]),
        (
            "go build ./...",
            &[("GOPATH", "/go:/x")],
            &["/root/.cache/go-build", "/go/pkg/mod"],
        ),
        ("go mod download", &[("GOPATH", "/go")], &["/go/pkg/mod"]),
        ("apt-get install x", &[], &["/var/cache/apt"]),
        ("apt-get update", &[], &["/var/lib/apt/lists"]),
        ("apt-get clean", &[], &[]),
        ("dnf-3 --setopt=cachedir=/c install x", &[], &["/c"]),
    ];
    for (text, env, expected) in cases {
        let around = Around::root(env);
        let mut found = places(text, &around).unwrap_or_default();
        if text.starts_with("apt-get install") {
            found.retain(|place| !place.contains("lists"));
        }
        assert_eq!(found, expected, "{text} {env:?}");
    }
}

#[test]
fn what_is_not_known_is_said() {
    let mut around = Around::root(&[]);
    around.env = Env::open();
    assert_eq!(
        places("pip install x", &around),
        Some(vec!["? the base image may set PIP_CACHE_DIR".to_owned()])
    );
    assert_eq!(
        places("PIP_CACHE_DIR=/c pip install x", &around),
        Some(vec!["/c".to_owned()])
    );
    let mut around = Around::root(&[]);
    around.user.home = None;
    assert_eq!(
        places("pip install x", &around),
        Some(vec![format!("? {}", Unknown::Home)])
    );
}

#[test]
fn owners_are_the_step_s_user() {
    let mut around = Around::root(&[]);
    around.user = User {
        value: "app".into(),
        uid: Some(1000),
        gid: Some(1001),
        home: Some("/home/app".into()),
    };
    let owner = |text: &str, around: &Around| {
        with_call(text, around, |call| {
            let used = caches(call, &around.site());
            let place = used.places.into_iter().next()?.1.ok()?;
            Some((place.target, place.owner))
        })
        .flatten()
    };
    let wanted = Owner {
        uid: 1000,
        gid: 1001,
    };
    assert_eq!(
        owner("yarn install", &around),
        Some(("/home/app/.cache/yarn".to_owned(), Some(wanted)))
    );
    around.user.gid = None;
    assert_eq!(
        owner("pip install x", &around),
        Some(("/home/app/.cache/pip".to_owned(), None))
    );
}

#[test]
fn links_of_the_base_image_are_followed() {
    let mut around = Around::root(&[]);
    around.base = ("docker.io/library/gradle", "8");
    let found = places("gradle build", &around).unwrap_or_default();
    assert!(
        found.contains(&"/home/gradle/.gradle/caches".to_owned()),
        "{found:?}"
    );
}

#[test]
fn switched_off_caches_are_noticed() {
    let cases: [(&str, Variables, &[&str]); 8] = [
        ("pip install --no-cache-dir x", &[], &["--no-cache-dir"]),
        (
            "pip install x",
            &[("PIP_NO_CACHE_DIR", "1")],
            &["PIP_NO_CACHE_DIR"],
        ),
        (
            "pip install x",
            &[("PIP_NO_CACHE_DIR", "off")],
            &["PIP_NO_CACHE_DIR"],
        ),
        ("pip install x", &[("PIP_NO_CACHE_DIR", "")], &[]),
        (
            "PIP_NO_CACHE_DIR=$X pip install x",
            &[],
            &["PIP_NO_CACHE_DIR?"],
        ),
        ("apk add --no-cache x", &[], &["--no-cache>--update-cache"]),
        ("uv sync -n", &[], &["-n"]),
        ("npm ci", &[], &[]),
    ];
    for (text, env, expected) in cases {
        let around = Around::root(env);
        let found = with_call(text, &around, |call| {
            let used = caches(call, &around.site());
            let texts = used.disabled.iter().map(|by| match by {
                Disabled::Flag { flag, with_mount } => {
                    let instead = with_mount.map(|it| format!(">{it}")).unwrap_or_default();
                    format!("{}{instead}", flag.name)
                }
                Disabled::Env(name) => (*name).to_owned(),
                Disabled::PerhapsEnv(name) => format!("{name}?"),
            });
            texts.collect::<Vec<_>>()
        });
        assert_eq!(found.unwrap_or_default(), expected, "{text} {env:?}");
    }
}

#[test]
fn refusals_are_found() {
    let around = Around::root(&[("UV_LINK_MODE", "symlink")]);
    let count = |text| {
        with_call(text, &around, |call| {
            caches(call, &around.site()).refusals.len()
        })
    };
    assert_eq!(count("uv sync"), Some(1));
    assert_eq!(count("UV_LINK_MODE=copy uv sync"), Some(0));
    assert_eq!(
        count("UV_LINK_MODE=copy uv sync --link-mode symlink"),
        Some(1)
    );
}

#[test]
fn cleanups_of_the_manager_are_known() {
    let cases: [(&str, Option<&[&str]>); 11] = [
        ("pip cache purge", Some(&["downloads"])),
        ("pip3 cache purge", Some(&["downloads"])),
        ("apt-get clean", Some(&["packages"])),
        ("apt-get -y distclean", Some(&["packages", "lists"])),
        ("go clean -modcache", Some(&["modules"])),
        ("go clean -cache", Some(&["build"])),
        ("go clean", None),
        ("apt-get install clean", None),
        ("ccache -C", Some(&["objects"])),
        ("ccache -M 5G -c", Some(&["objects"])),
        ("ccache gcc -O2 -c x.c", None),
    ];
    for (text, expected) in cases {
        let around = Around::root(&[]);
        let found = with_call(text, &around, |call| cleanup_of(call).map(|it| it.caches));
        assert_eq!(found.flatten(), expected, "{text}");
    }
}

#[test]
fn what_rm_removes_is_held_against_a_mount() {
    use Coverage::{Apart, Inside, MountPoint};
    let lists = "/var/lib/apt/lists";
    let cases = [
        ("rm -rf /var/lib/apt/lists/*", lists, Some(Inside)),
        ("rm -rf /var/lib/apt/lists", lists, Some(MountPoint)),
        ("rm -rf /var/lib/apt/lists/", lists, Some(MountPoint)),
        ("rm -rf /var/lib/apt", lists, Some(MountPoint)),
        ("rm -rf /var/lib/*", lists, Some(MountPoint)),
        ("rm -rf /var/lib/d*", lists, Some(Apart)),
        ("rm -rf /var/lib/a?t", lists, Some(MountPoint)),
        ("rm -rf /var/lib/apt/lists/partial", lists, Some(Inside)),
        ("rm -rf /var/lib/apt/listsx", lists, Some(Apart)),
        ("rm -rf /tmp/*", lists, Some(Apart)),
        ("rm -rf \"/tmp/*\"", "/tmp/*", Some(MountPoint)),
        ("rm -rf ~/.cache/pip", "/root/.cache/pip", Some(MountPoint)),
        (
            "rm -rf $HOME/.cache/pip/*",
            "/root/.cache/pip",
            Some(Inside),
        ),
        ("rm -rf ~/.cache", "/root/.cache/pip", Some(MountPoint)),
        ("rm -rf '~/.cache'", "/root/.cache/pip", Some(Apart)),
        ("cd /var/lib && rm -rf apt/lists/*", lists, Some(Inside)),
        ("rm -rf $X", lists, None),
        ("rm -rf /var/{lib,cache}/apt", lists, None),
        ("rm -rf -- /var/lib/apt", lists, Some(MountPoint)),
    ];
    let around = Around::root(&[("HOME", "/root")]);
    for (text, target, expected) in cases {
        let script = Script::parse(Text::contiguous(text, 0), &Shell::default());
        let removals = script
            .commands()
            .filter_map(|it| removal(it, &around.site()));
        let found = removals.last().and_then(|removal| {
            assert!(removal.is_recursive, "{text}");
            let (_, path) = removal.operands.into_iter().next()?;
            Some(path.ok()?.coverage(target))
        });
        assert_eq!(found, expected, "{text}");
    }
}
