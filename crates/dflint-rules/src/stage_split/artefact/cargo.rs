//! The program that `cargo build` or `cargo install` makes.

use dflint_build::path::base;

use crate::place::resolve;
use crate::stage_split::Ground;
use crate::stage_split::brought::{Brought, read};

use super::{Made, build_directory, started_program};

/// Crates whose name says that they link a library of the system, but that do not, or only one
/// that every image has.
const HARMLESS_SYS: &[&str] = &[
    "android_system_properties",
    "core-foundation-sys",
    "dirs-sys",
    "fsevent-sys",
    "inotify-sys",
    "js-sys",
    "libz-sys",
    "linux-keyutils",
    "linux-raw-sys",
    "lzma-sys",
    "mach-sys",
    "ndk-sys",
    "objc-sys",
    "openssl-sys",
    "redox_sys",
    "ring-sys",
    "schannel-sys",
    "security-framework-sys",
    "system-configuration-sys",
    "tikv-jemalloc-sys",
    "web-sys",
    "windows-sys",
    "zstd-sys",
    "aws-lc-sys",
    "aws-lc-fips-sys",
    "wasm-bindgen-sys",
];

pub(super) fn made(ground: &Ground, brought: &[Brought]) -> Result<Made, String> {
    let call = ground.call.invocation;
    let call = call.ok_or("it is not known what `cargo` builds")?;
    let directory = build_directory(ground)?;
    let lock = read(ground, brought, &resolve(&directory, "Cargo.lock")).ok_or(
        "without Cargo.lock it is not known which libraries of the system the program links",
    )?;
    if let Some(name) = linked_library(&lock) {
        return Err(format!(
            "the crate `{name}` may link a library that the image of the program lacks"
        ));
    }
    if ground
        .call
        .flag(&["--target", "--target-dir", "--profile", "--artifact-dir"])?
        .is_some()
    {
        return Err("the folder of the result is named by a flag".to_owned());
    }
    let manifest = read(ground, brought, &resolve(&directory, "Cargo.toml"));
    let manifest = manifest.ok_or("Cargo.toml is not among the files that are copied")?;
    let names = match ground.call.flag(&["--bin"])? {
        Some(name) => vec![name],
        None => names(&manifest)?,
    };
    let is_release = call
        .flags
        .iter()
        .any(|flag| matches!(flag.name.as_str(), "--release" | "-r"));
    let installs = call.subcommand.words == "install";
    let root = match (installs, ground.call.flag(&["--root"])?) {
        (true, Some(root)) => resolve(&directory, &resolve(&root, "bin")),
        (true, None) => "/usr/local/cargo/bin".to_owned(),
        (false, _) if is_release => resolve(&directory, "target/release"),
        (false, _) => resolve(&directory, "target/debug"),
    };
    if installs
        && ground
            .call
            .flag(&["--path"])?
            .is_none_or(|path| resolve(&directory, &path) != directory)
    {
        return Err("`cargo install` builds another crate than the one that is copied".to_owned());
    }
    let outputs = names.iter().map(|name| resolve(&root, base(name)));
    started_program(ground, outputs.collect())
}

/// A crate of the lock file that may link a library of the system.
fn linked_library(lock: &str) -> Option<&str> {
    let names = lock.lines().filter_map(|line| {
        let name = line.strip_prefix("name = \"")?;
        name.strip_suffix('"')
    });
    let mut suspects = names.filter(|name| name.ends_with("-sys") || name.ends_with("_sys"));
    suspects.find(|name| !HARMLESS_SYS.contains(name))
}

/// The programs that the manifest names: those of `[[bin]]`, or the one of the package.
fn names(manifest: &str) -> Result<Vec<String>, String> {
    let mut section = "";
    let mut names = Vec::new();
    let mut package = None;
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        }
        let value = line.split_once('=').filter(|(key, _)| key.trim() == "name");
        let Some((_, value)) = value else {
            continue;
        };
        let name = value.trim().trim_matches(['"', '\'']).to_owned();
        match section {
            "[[bin]]" => names.push(name),
            "[package]" => package = Some(name),
            _ => {}
        }
    }
    if manifest.contains("[workspace]") && package.is_none() {
        return Err(
            "the workspace does not say which program is built; name it with `--bin`".to_owned(),
        );
    }
    names.extend(package);
    match names.is_empty() {
        true => Err("Cargo.toml names no program".to_owned()),
        false => Ok(names),
    }
}
