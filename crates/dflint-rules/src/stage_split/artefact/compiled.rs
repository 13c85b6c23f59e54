//! The program that `make`, `cmake` or a compiler makes.

use crate::place::{is_within, resolve};
use crate::stage_split::Ground;
use crate::stage_split::brought::Brought;

use super::{Made, build_directory, copies, started_program};

/// Where programs go that are installed without saying where.
const PREFIX: &str = "/usr/local";

pub(super) fn made(ground: &Ground, brought: &[Brought]) -> Result<Made, String> {
    let directory = build_directory(ground)?;
    let launch = ground.launch()?;
    makes_no_library(ground, brought)?;
    if let Some(output) = output(ground) {
        return started_program(ground, vec![resolve(&directory, output)]);
    }
    if installs(ground) {
        let program = match launch.program.contains('/') {
            true => launch.path(launch.program),
            false => format!("{PREFIX}/bin/{}", launch.program),
        };
        return match is_within(&program, &format!("{PREFIX}/bin")) {
            true => Ok(Made::of([(format!("{PREFIX}/"), format!("{PREFIX}/"))])),
            false => Err(format!("`{program}` is not where programs are installed")),
        };
    }
    // What stands among the sources and did not come with them was built.
    let project = brought.iter().map(|file| crate::place::folder(&file.image));
    let project: Vec<&str> = project.filter(|folder| *folder != "/").collect();
    let in_project = |path: &str| {
        project.iter().any(|folder| is_within(path, folder))
            && !brought.iter().any(|file| file.image == path)
    };
    let mut outputs: Vec<String> = copies(ground)
        .into_iter()
        .map(|(from, _)| from)
        .filter(|from| in_project(from))
        .collect();
    if launch.program.contains('/') {
        outputs.extend(Some(launch.path(launch.program)).filter(|path| in_project(path)));
    }
    match outputs.is_empty() {
        true => Err(format!(
            "it is not known which step makes `{}`",
            launch.program
        )),
        false => started_program(ground, outputs),
    }
}

/// The value of `-o` of a compiler.
fn output<'m>(ground: &Ground<'m, '_>) -> Option<&'m str> {
    if !ground.call.language.builds.contains(&"-o") {
        return None;
    }
    let mut words = ground.call.command.args().map(|word| word.literal());
    words.find(|word| *word == Some("-o"))?;
    words.next().flatten()
}

/// Whether the build installs what it made.
fn installs(ground: &Ground) -> bool {
    let words = ground.call.command.args().filter_map(|word| word.literal());
    words
        .into_iter()
        .any(|word| matches!(word, "install" | "--install"))
}

/// Refuses projects that make libraries of their own, which a program may load from where they are.
fn makes_no_library(ground: &Ground, brought: &[Brought]) -> Result<(), String> {
    let words = ["-shared", "SHARED", ".so", "DESTDIR", "dlopen"];
    let mut files = 0;
    for file in brought {
        let name = file.context.rsplit('/').next().unwrap_or_default();
        if !["Makefile", "GNUmakefile", "makefile", "CMakeLists.txt"].contains(&name) {
            continue;
        }
        files += 1;
        let text = ground
            .cx
            .build_context
            .and_then(|context| context.read(&file.context));
        let text = text.ok_or_else(|| format!("`{}` cannot be read", file.context))?;
        if let Some(word) = words.iter().find(|word| text.contains(**word)) {
            return Err(format!(
                "`{}` names `{word}`: the program may load a library that is built beside it",
                file.context
            ));
        }
    }
    let direct = ground.call.language.builds.contains(&"-o");
    match files == 0 && !direct {
        true => Err("the build's own file is not among those that are copied".to_owned()),
        false => Ok(()),
    }
}
