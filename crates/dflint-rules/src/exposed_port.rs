//! The words of `EXPOSE` after expansion.

use dflint_build::{ErrorKind, Value};
use dflint_parser::{Command, Text};

use crate::context::Context;
use crate::visit::Visit;

/// One port specification: `[[ip:]host:]port[/protocol]`.
pub(crate) struct ExposedPort<'m, 'a> {
    /// The word in the file.
    pub(crate) word: &'m Text<'a>,
    /// What it expands to.
    pub(crate) value: Value,
}

impl ExposedPort<'_, '_> {
    /// The part behind the last colon: port and protocol.
    pub(crate) fn container(&self) -> &str {
        let text = self.value.as_str();
        text.rsplit_once(':')
            .map_or(text, |(_, container)| container)
    }

    /// Whether it has a port and a protocol that exists.
    fn has_protocol(&self) -> bool {
        let container = self.container();
        let (port, protocol) = container.split_once('/').unwrap_or((container, ""));
        !port.is_empty()
            && matches!(
                protocol.to_lowercase().as_str(),
                "" | "tcp" | "udp" | "sctp"
            )
    }

    /// Whether the word stands in the file as it is.
    pub(crate) fn is_literal(&self) -> bool {
        self.word.is_contiguous() && self.word.as_str() == self.value.as_str()
    }
}

/// The ports of an `EXPOSE` in BuildKit's order, as far as it looks at them: it expands all words
/// before it looks at any, and looks at the one that it refuses, unless for its protocol.
pub(crate) fn exposed_ports<'m, 'a>(
    cx: &Context<'m, 'a>,
    visit: &Visit<'m, 'a>,
) -> Vec<ExposedPort<'m, 'a>> {
    let Command::Expose(words) = &visit.step.instruction.command else {
        return Vec::new();
    };
    let mut words: Vec<&Text> = words.iter().collect();
    words.sort_by_key(|word| word.as_str());
    let mut ports = Vec::new();
    for word in words {
        let env = visit.step.state.env();
        let Ok(values) = cx.model.expander().words(word.as_str(), env) else {
            return Vec::new();
        };
        ports.extend(values.into_iter().map(|value| ExposedPort { word, value }));
    }
    if let Some(ErrorKind::BadPort(refused)) = visit.error.map(|error| &error.kind) {
        let at = ports.iter().position(|port| port.value.as_str() == refused);
        let at = at.unwrap_or(ports.len());
        let is_seen = ports.get(at).is_some_and(ExposedPort::has_protocol);
        ports.truncate(at + usize::from(is_seen));
    }
    ports
}
