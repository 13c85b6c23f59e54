//! The socket of the Docker daemon inside of an image or a build.

use dflint_parser::{Command, InstructionName, Mount, Text};

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
            Command::Volume(paths) => paths.iter().filter(|path| is_socket(path)).collect(),
            Command::Run(run) => run.mounts.iter().filter_map(socket_in).collect(),
            _ => return,
        };
        for word in words {
            findings.report(
                cx.anchor(site.instruction, word.span()),
                "whoever has the socket of the Docker daemon is root on its host",
            );
        }
    }
}

/// Where a mount names the socket, once.
fn socket_in<'m, 'a>(mount: &'m Mount<'a>) -> Option<&'m Text<'a>> {
    let fields = mount.fields.iter();
    let places = fields.filter(|field| field.key != "from" && field.key != "id");
    let mut paths = places.filter_map(|field| field.value.as_ref());
    paths.find(|path| is_socket(path))
}

fn is_socket(path: &Text) -> bool {
    let path = unquoted(path.as_str());
    matches!(
        path.trim_start_matches('/'),
        "var/run/docker.sock" | "run/docker.sock"
    )
}
