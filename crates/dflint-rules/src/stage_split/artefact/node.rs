//! The folder that a build script of a Node project makes.

use dflint_build::Action;
use dflint_build::path::join;

use crate::place::{below, is_within};
use crate::stage_split::Ground;
use crate::stage_split::brought::{Brought, read};

use super::{Made, build_directory};

/// Programs that hand out the files of a folder and read nothing else.
const SERVERS: [&str; 2] = ["serve", "http-server"];

pub(super) fn made(ground: &Ground, brought: &[Brought]) -> Result<Made, String> {
    let launch = ground.launch()?;
    let directory = build_directory(ground)?;
    let language = ground.call.language;
    if launch.directory != directory {
        return Err("the program starts in another directory than it is built in".to_owned());
    }
    let built = |path: &str| {
        let inside = below(path, &directory)?;
        let first = inside.split('/').next().unwrap_or(inside);
        let folder = join(&directory, first);
        let is_new = !brought.iter().any(|file| is_within(&file.image, &folder));
        is_new.then_some(folder)
    };
    if SERVERS.contains(&launch.program) {
        let served =
            served_folder(&launch.arguments).ok_or("it is not known which folder is served")?;
        let folder = built(&launch.path(served))
            .ok_or_else(|| format!("`{served}` is not a folder that the build makes"))?;
        let mut made = Made::in_place([folder]);
        made.stands_alone = true;
        return Ok(made);
    }
    let manifest = read(ground, brought, &join(&directory, "package.json"));
    let manifest = manifest.ok_or("package.json is not among the files that are copied")?;
    let manifest: serde_json::Value =
        serde_json::from_str(&manifest).map_err(|_| "package.json cannot be read")?;
    let script = started_script(ground, &manifest)?;
    let folder = built(&launch.path(&script))
        .ok_or_else(|| format!("`{script}` is not in a folder that the build makes"))?;
    if manifest.get("workspaces").is_some() {
        return Err("a workspace may hold packages that the program imports".to_owned());
    }
    let packages = join(&directory, "node_modules");
    if !installs_in(ground, &directory) {
        return Err(format!("it is not known what is installed in `{packages}`"));
    }
    let mut made = Made::in_place([join(&directory, "package.json"), packages, folder]);
    if manifest.get("devDependencies").is_some() {
        made.more_commands.push(language.prune.to_owned());
    }
    Ok(made)
}

/// The only folder among the arguments of a server; `None` where a flag names a file to read.
fn served_folder<'m>(arguments: &[Option<&'m str>]) -> Option<&'m str> {
    let mut folders = Vec::new();
    let mut words = arguments.iter().copied();
    while let Some(word) = words.next() {
        match word? {
            "-l" | "--listen" | "-p" | "--port" | "-a" => {
                words.next();
            }
            "-c" | "--config" => return None,
            flag if flag.starts_with('-') => {}
            folder => folders.push(folder),
        }
    }
    match folders.as_slice() {
        [folder] => Some(folder),
        _ => None,
    }
}

/// The script that `node` is started with, by the image or by the manifest's `start`.
fn started_script(ground: &Ground, manifest: &serde_json::Value) -> Result<String, String> {
    let launch = ground.launch()?;
    let words: Vec<&str> = launch.arguments.iter().copied().flatten().collect();
    let unknown = || format!("it is not known which script `{}` starts", launch.program);
    if launch.looks_up("node") {
        return program_of(&words)?.ok_or_else(unknown);
    }
    let name = match words.as_slice() {
        ["start"] => "start",
        ["run", name] => name,
        _ => return Err(unknown()),
    };
    let command = manifest
        .get("scripts")
        .and_then(|scripts| scripts.get(name));
    let command = command
        .and_then(serde_json::Value::as_str)
        // Other package managers may not be on the final stage's base.
        .filter(|_| launch.looks_up("npm"));
    let words: Vec<&str> = command
        .ok_or_else(unknown)?
        .split_ascii_whitespace()
        .collect();
    match words.split_first() {
        Some((&"node", rest)) if !rest.iter().any(|word| word.contains(['&', ';', '|', '$'])) => {
            program_of(rest)?.ok_or_else(unknown)
        }
        _ => Err(unknown()),
    }
}

/// Options of node that take the next word as value.
const VALUED: &[&str] = &[
    "-C",
    "-r",
    "--conditions",
    "--env-file",
    "--env-file-if-exists",
    "--experimental-loader",
    "--import",
    "--inspect-port",
    "--loader",
    "--require",
    "--title",
];

/// The program among the words behind `node`.
///
/// # Errors
/// Which other file node reads, which would have to come along.
fn program_of(words: &[&str]) -> Result<Option<String>, String> {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            return Ok(Some((*word).to_owned()));
        }
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None if VALUED.contains(word) => (*word, words.next().copied()),
            None => (*word, None),
        };
        let value = value.unwrap_or_default();
        let is_file = option.starts_with("--env-file") || value.starts_with(['.', '/']);
        if is_file {
            return Err(format!("`node` reads `{value}` besides its program"));
        }
        if matches!(option, "-e" | "--eval" | "-p" | "--print") {
            return Ok(None);
        }
    }
    Ok(None)
}

/// Whether the language's package manager installs the project's packages in `directory`.
fn installs_in(ground: &Ground, directory: &str) -> bool {
    let steps = ground.stage.steps.iter().take(ground.call.at + 1);
    let mut runs = steps.filter(|step| matches!(step.action, Action::Run(_)));
    runs.any(|step| {
        let calls = ground.cx.package_calls(step);
        let mut installs = calls
            .filter(|call| call.manager.name == ground.call.language.tool)
            .filter(|call| call.is_certain && call.installs());
        installs.any(|call| {
            call.operands.is_empty()
                && !call.is_global()
                && crate::package_calls::directory(&step.state, call.command).as_deref()
                    == Some(directory)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::program_of;

    #[test]
    fn the_program_stands_behind_the_options() {
        for (words, program) in [
            (&["dist/index.js"][..], Some("dist/index.js")),
            (
                &["-r", "tsconfig-paths/register", "dist/a.js"],
                Some("dist/a.js"),
            ),
            (&["--require=dotenv/config", "dist/a.js"], Some("dist/a.js")),
            (
                &["--max-old-space-size=512", "dist/a.js"],
                Some("dist/a.js"),
            ),
            (&["-e", "1"], None),
            (&[], None),
        ] {
            assert_eq!(program_of(words).unwrap().as_deref(), program, "{words:?}");
        }
        for words in [
            &["--env-file=.env", "dist/a.js"][..],
            &["--import", "./instrumentation.mjs", "dist/a.js"],
            &["-r", "/app/hook.js", "dist/a.js"],
        ] {
            assert!(program_of(words).is_err(), "{words:?}");
        }
    }
}
