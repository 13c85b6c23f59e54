//! The words of `EXPOSE` after expansion.

use dflint_build::Value;
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

    /// Whether the word stands in the file as it is.
    pub(crate) fn is_literal(&self) -> bool {
        self.word.is_contiguous() && self.word.as_str() == self.value.as_str()
    }
}

/// The ports of an `EXPOSE` in BuildKit's order, as far as it reads them.
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
        if visit.error.is_some_and(|error| error.span == word.span()) {
            break;
        }
        let Ok(values) = cx
            .model
            .expander()
            .words(word.as_str(), visit.step.state.env())
        else {
            break;
        };
        ports.extend(values.into_iter().map(|value| ExposedPort { word, value }));
    }
    ports
}
