//! What hadolint takes for a cache left behind.

use dflint_fix::Safety;

use super::cleanup::append;
use super::{Leftover, message};
use crate::Context;
use crate::run_view::{Call, RunView};

pub(super) fn leftovers<'m>(cx: &Context, run: &RunView<'m, '_>) -> Vec<Leftover<'m>> {
    let calls: Vec<Call<'m>> = run.calls(|_| true).collect();
    let mut found = Vec::new();
    for call in &calls {
        let leftover = match call.name {
            "apt" | "apt-get" | "aptitude" => apt(cx, run, call, &calls),
            "apk" => apk(run, call),
            "yum" => yum(cx, run, call, &calls),
            "zypper" => zypper(cx, run, call, &calls),
            "dnf" | "microdnf" => dnf(cx, run, call, &calls),
            "yarn" => yarn(cx, run, call, &calls),
            name if name.starts_with("pip") || name.starts_with("python") => {
                pip(cx, run, call, &calls)
            }
            _ => None,
        };
        found.extend(leftover);
    }
    found
}

/// Any `rm -rf` will do, whatever it removes.
fn is_removal(call: &Call) -> bool {
    call.name == "rm" && call.has_arg(&["-rf"])
}

/// Whether the first cleanup comes behind the first installation: what follows does not count.
fn comes_after(
    calls: &[Call],
    installs: impl Fn(&Call) -> bool,
    cleans: impl Fn(&Call) -> bool,
) -> bool {
    let first = calls.iter().position(installs);
    first < calls.iter().position(cleans)
}

fn apt<'m>(
    cx: &Context,
    run: &RunView<'m, '_>,
    call: &Call<'m>,
    calls: &[Call<'m>],
) -> Option<Leftover<'m>> {
    let update = call.arg(&["update"])?;
    let removes = |call: &Call| {
        is_removal(call) || call.name == "rm" && call.has_arg(&["/var/lib/apt/lists/*"])
    };
    let is_mounted = run.has_mount_at("/var/lib/apt/lists")
        || run.has_mount_at("/var/lib/apt") && run.has_mount_at("/var/cache/apt");
    if calls.iter().any(removes) || is_mounted || !cx.hadolint_keeps_stage(run) {
        return None;
    }
    Some(Leftover {
        word: update.word,
        message: message(
            "the package list",
            "delete `/var/lib/apt/lists/*` in the same step",
        ),
        codes: &["DL3009"],
        fix: append(cx, run, "rm -rf /var/lib/apt/lists/*"),
    })
}

fn apk<'m>(run: &RunView<'m, '_>, call: &Call<'m>) -> Option<Leftover<'m>> {
    let add = call.arg(&["add"])?;
    if call.has_flag(&["no-cache"]) || run.has_mount_at("/var/cache/apk") {
        return None;
    }
    Some(Leftover {
        word: add.word,
        message: message("the package list", "add `--no-cache`"),
        codes: &["DL3019"],
        fix: run.add_flag(call.command, add.word, "--no-cache", Safety::Unsafe),
    })
}

fn yum<'m>(
    cx: &Context,
    run: &RunView<'m, '_>,
    call: &Call<'m>,
    calls: &[Call<'m>],
) -> Option<Leftover<'m>> {
    let install = call.arg(&["install"])?;
    let installs = |call: &Call| call.name == "yum" && call.has_arg(&["install"]);
    let cleans = |call: &Call| call.name == "yum" && call.has_arg(&["clean"]) || is_removal(call);
    if comes_after(calls, installs, cleans) {
        return None;
    }
    Some(Leftover {
        word: install.word,
        message: message(
            "what yum downloaded",
            "run `yum clean all` in the same step",
        ),
        codes: &["DL3032"],
        fix: unmounted(run, "/var/cache").and_then(|()| append(cx, run, "yum clean all")),
    })
}

fn zypper<'m>(
    cx: &Context,
    run: &RunView<'m, '_>,
    call: &Call<'m>,
    calls: &[Call<'m>],
) -> Option<Leftover<'m>> {
    let install = call.arg(&["install", "in"])?;
    let installs = |call: &Call| call.name == "zypper" && call.has_arg(&["install", "in"]);
    let cleans = |call: &Call| call.name == "zypper" && call.has_arg(&["clean", "cc"]);
    if comes_after(calls, installs, cleans) || run.has_mount_at("/var/cache/zypp") {
        return None;
    }
    Some(Leftover {
        word: install.word,
        message: message(
            "what zypper downloaded",
            "run `zypper clean --all` in the same step",
        ),
        codes: &["DL3036"],
        fix: append(cx, run, "zypper clean --all"),
    })
}

const DNF_INSTALLS: &[&str] = &[
    "install",
    "in",
    "reinstall",
    "rei",
    "upgrade",
    "up",
    "upgrade-minimal",
    "up-min",
];

fn dnf<'m>(
    cx: &Context,
    run: &RunView<'m, '_>,
    call: &Call<'m>,
    calls: &[Call<'m>],
) -> Option<Leftover<'m>> {
    let install = call.arg(DNF_INSTALLS)?;
    let installs = |other: &Call| other.name == call.name && other.has_arg(DNF_INSTALLS);
    let cleans = |other: &Call| {
        other.name == call.name && other.has_arg(&["clean", "all"]) || is_removal(other)
    };
    let is_mounted = run.has_mount_at("/var/cache/libdnf5") || run.has_mount_at(".cache/libdnf5");
    if comes_after(calls, installs, cleans) || is_mounted {
        return None;
    }
    let cleanup = if call.name == "dnf" {
        "dnf clean all"
    } else {
        "microdnf clean all"
    };
    Some(Leftover {
        word: install.word,
        message: message(
            "what dnf downloaded",
            &format!("run `{cleanup}` in the same step"),
        ),
        codes: &["DL3040"],
        fix: unmounted(run, "/var/cache").and_then(|()| append(cx, run, cleanup)),
    })
}

fn yarn<'m>(
    cx: &Context,
    run: &RunView<'m, '_>,
    call: &Call<'m>,
    calls: &[Call<'m>],
) -> Option<Leftover<'m>> {
    let install = call.arg(&["install"])?;
    let installs = |call: &Call| call.name == "yarn" && call.has_arg(&["install"]);
    let cleans = |call: &Call| call.name == "yarn" && call.has_arg(&["cache", "clean"]);
    let is_clean = comes_after(calls, installs, cleans) || run.has_mount_at(".cache/yarn");
    if is_clean || !cx.hadolint_keeps_stage(run) {
        return None;
    }
    Some(Leftover {
        word: install.word,
        message: message(
            "what yarn downloaded",
            "run `yarn cache clean` in the same step",
        ),
        codes: &["DL3060"],
        fix: unmounted(run, "cache").and_then(|()| append(cx, run, "yarn cache clean")),
    })
}

/// What switches pip's cache off, as the value of `PIP_NO_CACHE_DIR`.
const TRUTHY: &[&str] = &[
    "1", "true", "True", "TRUE", "on", "On", "ON", "yes", "Yes", "YES",
];

fn pip<'m>(
    cx: &Context,
    run: &RunView<'m, '_>,
    call: &Call<'m>,
    calls: &[Call<'m>],
) -> Option<Leftover<'m>> {
    let is_pip = match call.name.starts_with("python") {
        true => call.has_arg(&["-m"]) && call.has_arg(&["pip"]),
        false => !call.name.starts_with("pipenv") && !call.name.starts_with("pipx"),
    };
    let install = call.arg(&["install"]).filter(|_| is_pip)?;
    let exported = calls
        .iter()
        .filter(|call| call.name == "export")
        .flat_map(|call| &call.args);
    let texts = exported.filter_map(|arg| {
        arg.text
            .strip_prefix("PIP_NO_CACHE_DIR=")
            .map(str::to_owned)
    });
    let assigned = run
        .commands()
        .flat_map(dflint_shell::SimpleCommand::assignments);
    let assigned = assigned.filter(|found| found.name() == "PIP_NO_CACHE_DIR");
    let values = assigned.filter_map(|found| found.literal().map(str::to_owned));
    let off_in_script = texts
        .chain(values)
        .any(|value| TRUTHY.contains(&value.as_str()));
    let off_in_env = cx
        .hadolint_env(run, "PIP_NO_CACHE_DIR")
        .is_some_and(|value| TRUTHY.contains(&value));
    if call.has_arg(&["--no-cache-dir"])
        || off_in_script
        || off_in_env
        || run.has_mount_at(".cache/pip")
    {
        return None;
    }
    Some(Leftover {
        word: install.word,
        message: message("what pip downloaded", "add `--no-cache-dir`"),
        codes: &["DL3042"],
        fix: unmounted(run, "cache").and_then(|()| {
            run.add_flag(call.command, install.word, "--no-cache-dir", Safety::Unsafe)
        }),
    })
}

/// Refuses a cleanup where a cache may be mounted.
fn unmounted(run: &RunView, part: &str) -> Result<(), &'static str> {
    match run.has_mount_at(part) {
        true => Err("a cleanup would empty the cache that is mounted"),
        false => Ok(()),
    }
}
