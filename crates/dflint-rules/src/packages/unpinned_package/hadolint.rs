//! What hadolint takes for a package without a version.

use dflint_knowledge::package_manager::package_manager;
use dflint_shell::Word;

use super::version::{is_pinned_go, is_pinned_npm, is_pinned_python};
use super::{Unpinned, kind_of};
use crate::Context;
use crate::run_view::{Argument, Call, RunView};

const COMMANDS: &[&str] = &[
    "apt-get", "npm", "apk", "gem", "yum", "dnf", "microdnf", "zypper", "go",
];

pub(super) fn unpinned<'m>(cx: &Context, run: &RunView<'m, '_>) -> Vec<Unpinned<'m>> {
    let calls: Vec<Call<'m>> = run
        .calls(|name| {
            COMMANDS.contains(&name) || name.starts_with("pip") || name.starts_with("python")
        })
        .collect();
    let runs_go = calls
        .iter()
        .any(|call| call.name == "go" && call.has_arg(&["run"]));
    let mut found = Vec::new();
    for call in calls {
        let manager = match call.name {
            "apt-get" => "apt",
            "yum" => "yum",
            "dnf" | "microdnf" => "dnf4",
            name if name.starts_with("pip") || name.starts_with("python") => "pip",
            name => name,
        };
        let packages = match manager {
            "apt" => of_apt(&call),
            "pip" => of_pip(&call),
            "npm" => of_npm(&call),
            "apk" => of_apk(&call),
            "gem" => of_gem(&call),
            "zypper" => of_zypper(&call),
            "go" => of_go(&call, runs_go),
            _ => of_rpm(cx, run, &call),
        };
        if let Some((codes, syntax)) = kind_of(manager, call.name)
            && !packages.is_empty()
        {
            found.push(Unpinned {
                packages,
                syntax,
                codes,
            });
        }
    }
    found
}

fn words<'a, 's: 'a>(
    packages: impl Iterator<Item = &'a Argument<'s>>,
    is_pinned: impl Fn(&str) -> bool,
) -> Vec<Word<'s>> {
    packages
        .filter(|package| !is_pinned(&package.text))
        .map(|package| package.word)
        .collect()
}

fn of_apt<'s>(call: &Call<'s>) -> Vec<Word<'s>> {
    if !call.has_arg(&["install"]) {
        return Vec::new();
    }
    let packages = call
        .plain_without_values(&["-t", "--target-release"])
        .filter(|word| word.text != "install");
    words(packages, |text| {
        text.contains(['=', '/']) || text.ends_with(".deb")
    })
}

fn of_pip<'s>(call: &Call<'s>) -> Vec<Word<'s>> {
    let is_pip = match call.name.starts_with("python") {
        true => call.has_arg(&["-m"]) && call.has_arg(&["pip"]),
        false => !call.name.starts_with("pipenv"),
    };
    let is_exempt =
        call.has_arg(&["-r", "--requirement", "."]) || call.has_flag(&["c", "constraint"]);
    if !is_pip || !call.has_arg(&["install"]) || is_exempt {
        return Vec::new();
    }
    let valued = package_manager("pip").map_or([].as_slice(), |pip| pip.value_options);
    let plain = call.plain_without_values(valued);
    let packages = plain.skip_while(|word| word.text != "install").skip(1);
    words(packages, is_pinned_python)
}

fn of_npm<'s>(call: &Call<'s>) -> Vec<Word<'s>> {
    let mut packages = call.plain_without_values(&["--loglevel", "--registry"]);
    if packages.next().is_none_or(|first| first.text != "install") {
        return Vec::new();
    }
    words(packages, |text| text != "." && is_pinned_npm(text))
}

fn of_apk<'s>(call: &Call<'s>) -> Vec<Word<'s>> {
    if !call.has_arg(&["add"]) {
        return Vec::new();
    }
    let packages = call
        .plain_without_values(&["-t", "--virtual", "--repository", "-X"])
        .filter(|word| word.text != "add");
    words(packages, |text| {
        text.contains(['=', '~', '<', '>']) || text.ends_with(".apk")
    })
}

fn of_gem<'s>(call: &Call<'s>) -> Vec<Word<'s>> {
    let is_versioned = call.has_arg(&["-v", "--version"])
        || call
            .args
            .iter()
            .any(|arg| arg.text.starts_with("--version="));
    if !call.has_arg(&["install", "i"]) || is_versioned {
        return Vec::new();
    }
    let mut before: Option<&Argument> = None;
    let packages = call
        .args
        .iter()
        .take_while(|arg| arg.text != "--")
        .filter(move |arg| {
            let is_value = before.replace(arg).is_some_and(Argument::is_flag);
            !is_value && !arg.is_flag() && !matches!(&*arg.text, "install" | "i")
        });
    words(packages, |text| text.contains(':'))
}

fn of_zypper<'s>(call: &Call<'s>) -> Vec<Word<'s>> {
    if !call.has_arg(&["install", "in"]) {
        return Vec::new();
    }
    let packages = call
        .plain()
        .filter(|word| !matches!(&*word.text, "install" | "in"));
    words(packages, |text| {
        text.contains(['=', '<', '>']) || text.ends_with(".rpm")
    })
}

fn of_go<'s>(call: &Call<'s>, runs_go: bool) -> Vec<Word<'s>> {
    let (verbs, count): (&[&str], usize) = if call.has_arg(&["run"]) {
        (&["run"], 1)
    } else if !runs_go && call.has_arg(&["install", "get"]) {
        (&["install", "get"], usize::MAX)
    } else {
        return Vec::new();
    };
    let packages = call.plain().filter(|word| !verbs.contains(&&*word.text));
    words(packages.take(count), is_pinned_go)
}

fn of_rpm<'s>(cx: &Context, run: &RunView, call: &Call<'s>) -> Vec<Word<'s>> {
    let plain: Vec<&Argument<'s>> = call.plain().collect();
    let first = plain.first().map(|first| &*first.text);
    let is_module = first == Some("module");
    let is_group = first == Some("group") && call.name != "yum";
    if is_group || !call.has_arg(&["install"]) {
        return Vec::new();
    }
    let packages = plain
        .into_iter()
        .filter(|word| word.text != "install" && !(is_module && word.text == "module"));
    let is_pinned = |package: &Argument| match is_module {
        true => package.text.contains(':'),
        false => is_pinned_rpm(cx, run, package),
    };
    let unpinned = packages.filter(|package| !is_pinned(package));
    unpinned.map(|package| package.word).collect()
}

/// Whether what follows the first `-` is a version: letters that a version may hold, with a part
/// that begins with a digit; the name of a file; or a variable that the file sets.
fn is_pinned_rpm(cx: &Context, run: &RunView, package: &Argument) -> bool {
    let Some((_, version)) = package.text.split_once('-') else {
        return false;
    };
    let in_version = |c: char| c.is_ascii_alphanumeric() || "-.~^_:+{},".contains(c);
    let is_number = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
    let is_set =
        |name: &str| cx.hadolint_has_arg(run, name) || cx.hadolint_env(run, name).is_some();
    version.ends_with(".rpm")
        || version.chars().all(in_version) && version.split('-').any(is_number)
        || package
            .word
            .variables()
            .iter()
            .any(|variable| variable.plain && is_set(variable.name))
}
