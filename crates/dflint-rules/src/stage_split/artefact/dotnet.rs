//! The folder that `dotnet publish` makes.

use crate::place::{is_within, resolve};
use crate::stage_split::Ground;

use super::{Made, build_directory};

pub(super) fn made(ground: &Ground) -> Result<Made, String> {
    let directory = build_directory(ground)?;
    let is_publish = ground
        .call
        .command
        .args()
        .any(|word| word.literal() == Some("publish"));
    if !is_publish {
        return Err(
            "`dotnet build` leaves libraries elsewhere; `dotnet publish -o` does not".to_owned(),
        );
    }
    let output = ground.call.flag(&["-o", "--output"])?;
    let output = output.ok_or("`dotnet publish` names no folder with `-o`")?;
    let folder = resolve(&directory, &output);
    if is_within(&directory, &folder) {
        return Err("the published folder holds the sources too".to_owned());
    }
    let launch = ground.launch()?;
    let started = match launch.looks_up("dotnet") {
        true => launch.arguments.first().copied().flatten(),
        false => Some(launch.program).filter(|program| program.contains('/')),
    };
    let started = started.ok_or("the image starts no published program")?;
    if !is_within(&launch.path(started), &folder) {
        return Err(format!(
            "the image starts `{started}`, which is not in `{folder}`"
        ));
    }
    // ASP.NET reads settings and pages below the directory it starts in.
    if !is_within(launch.directory, &folder) {
        return Err(format!(
            "the program starts in `{}`, not in `{folder}`",
            launch.directory
        ));
    }
    Ok(Made::in_place([folder]))
}
