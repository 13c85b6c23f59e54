//! YAML as far as a configuration needs it: words, lists and mappings, each with its place.

use std::ops::Range;
use std::path::Path;

use saphyr_parser::{Event, Parser, Span};

use crate::config::ConfigError;

/// How deeply lists and mappings may stand in each other. hadolint's own files need three levels.
const MAX_DEPTH: usize = 16;

/// A value and the bytes of the file that it stands on.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) span: Range<usize>,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    /// A scalar as written, without its quotes; empty where nothing is written.
    Word(String),
    List(Vec<Node>),
    /// Keys and values in file order.
    Mapping(Vec<(Node, Node)>),
}

/// A list or mapping that is not read to its end yet.
struct Open {
    node: Node,
    /// A key that waits for its value.
    key: Option<Node>,
}

/// Reads the first document of `text`; `None` where there is nothing in it.
///
/// # Errors
///
/// What is no YAML, an alias, and what is nested too deeply.
pub(super) fn read(path: &Path, text: &str) -> Result<Option<Node>, ConfigError> {
    let places = Places::of(text);
    let mut open: Vec<Open> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let at = places.byte(error.marker().index());
            ConfigError::at(path, text, Some(at..at), error.info())
        })?;
        let span = places.range(span);
        let refuse = |message: &str| ConfigError::at(path, text, Some(span.clone()), message);
        let value = match event {
            Event::Scalar(word, ..) => Value::Word(word.into_owned()),
            Event::SequenceStart(..) => Value::List(Vec::new()),
            Event::MappingStart(..) => Value::Mapping(Vec::new()),
            Event::Alias(_) => return Err(refuse("aliases are not understood here")),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(Open { mut node, .. }) = open.pop() else {
                    continue;
                };
                node.span.end = span.start.max(node.span.start);
                match close(&mut open, node) {
                    Some(document) => return Ok(Some(document)),
                    None => continue,
                }
            }
            Event::DocumentEnd | Event::StreamEnd => return Ok(None),
            Event::Nothing | Event::StreamStart | Event::DocumentStart(_) => continue,
        };
        if open.len() == MAX_DEPTH {
            return Err(refuse("lists and mappings are nested too deeply"));
        }
        let is_word = matches!(value, Value::Word(_));
        let node = Node { span, value };
        if !is_word {
            open.push(Open { node, key: None });
        } else if let Some(document) = close(&mut open, node) {
            return Ok(Some(document));
        }
    }
    Ok(None)
}

/// Puts a finished node into the one that it stands in; gives it back where it stands in none.
fn close(open: &mut [Open], node: Node) -> Option<Node> {
    let Some(parent) = open.last_mut() else {
        return Some(node);
    };
    match &mut parent.node.value {
        Value::Word(_) => {}
        Value::List(items) => items.push(node),
        Value::Mapping(pairs) => match parent.key.take() {
            Some(key) => pairs.push((key, node)),
            None => parent.key = Some(node),
        },
    }
    None
}

/// The byte at which each character of a text begins: the parser counts in characters.
struct Places(Vec<usize>);

impl Places {
    fn of(text: &str) -> Self {
        let ends = std::iter::once(text.len());
        Self(text.char_indices().map(|(at, _)| at).chain(ends).collect())
    }

    fn byte(&self, character: usize) -> usize {
        let last = self.0.last().copied().unwrap_or_default();
        self.0.get(character).copied().unwrap_or(last)
    }

    fn range(&self, span: Span) -> Range<usize> {
        self.byte(span.start.index())..self.byte(span.end.index())
    }
}
