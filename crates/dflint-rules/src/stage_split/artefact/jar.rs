//! The archive that Maven or Gradle makes.

use dflint_build::path::base;

use crate::place::{folder, is_within, resolve};
use crate::stage_split::Ground;
use crate::stage_split::brought::Brought;

use super::{Made, build_directory, follow_copies};

/// Where the two tools put archives, below the folder of a project.
const FOLDERS: [&str; 2] = ["target", "build/libs"];

pub(super) fn made(ground: &Ground, brought: &[Brought]) -> Result<Made, String> {
    let launch = ground.launch()?;
    if !launch.looks_up("java") {
        return Err(format!("the image starts `{}`, not `java`", launch.program));
    }
    let mut words = launch.arguments.iter().copied();
    words
        .find(|word| *word == Some("-jar"))
        .ok_or("the image starts no archive with `-jar`")?;
    let archive = words
        .next()
        .flatten()
        .ok_or("it is not known which archive is started")?;
    let archive = launch.path(archive);
    let directory = build_directory(ground)?;
    let project = |path: &str| {
        is_within(path, &directory)
            && FOLDERS
                .iter()
                .any(|known| folder(path).ends_with(&format!("/{known}")))
    };
    if !project(&archive) && !is_copied(ground, &archive, &project) {
        return Err(format!("`{archive}` is not known to be what is built"));
    }
    if brought.iter().any(|file| file.image == archive) {
        return Err(format!("`{archive}` comes from the build context"));
    }
    stands_alone(ground, brought, &directory)?;
    let place = match archive.contains(['*', '?', '[']) {
        true => format!("{}/", folder(&archive)),
        false => archive.clone(),
    };
    Ok(Made::of([(archive, place)]))
}

/// Whether a `cp` or `mv` behind the build makes `archive` of one that was built.
fn is_copied(ground: &Ground, archive: &str, project: &dyn Fn(&str) -> bool) -> bool {
    let mut outputs: Vec<String> = super::copies(ground)
        .into_iter()
        .map(|(from, _)| from)
        .filter(|from| project(from) && base(from).ends_with(".jar"))
        .collect();
    follow_copies(ground, &mut outputs);
    outputs.iter().any(|output| output == archive)
}

/// Whether the archive holds the libraries that it needs.
fn stands_alone(ground: &Ground, brought: &[Brought], directory: &str) -> Result<(), String> {
    let proofs = ground.call.language.proofs;
    let holds = |(file, words): &(&str, &[&str])| {
        let place = resolve(directory, file);
        let text = crate::stage_split::brought::read(ground, brought, &place);
        text.is_some_and(|text| words.iter().any(|word| text.contains(word)))
    };
    match proofs.iter().any(holds) {
        true => Ok(()),
        false => Err("it is not known whether the archive holds its libraries".to_owned()),
    }
}
