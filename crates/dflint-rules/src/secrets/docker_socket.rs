//! The socket of the Docker daemon inside of an image or a build.

use dflint_parser::{Command, InstructionName, Text};

use crate::written::unquoted;
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct DockerSocket;

impl Rule for DockerSocket {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run, InstructionName::Volume]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let words: Vec<&Text> = match &site.instruction.command {
            Command::Volume(paths) => paths.iter().collect(),
            Command::Run(run) => {
                let fields = run.mounts.iter().flat_map(|mount| &mount.fields);
                let places = fields.filter(|field| field.key != "from" && field.key != "id");
                places.filter_map(|field| field.value.as_ref()).collect()
            }
            _ => return,
        };
        for word in words.into_iter().filter(|word| is_socket(word)) {
            findings.report(
                cx.anchor(site.instruction, word.span()),
                "whoever has the socket of the Docker daemon is root on its host",
            );
        }
    }
}

fn is_socket(path: &Text) -> bool {
    let path = unquoted(path.as_str());
    matches!(
        path.trim_start_matches('/'),
        "var/run/docker.sock" | "run/docker.sock"
    )
}
