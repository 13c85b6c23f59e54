//! YAML (and with it JSON) as a tree with lines, anchors resolved.

use std::collections::HashMap;
use std::rc::Rc;

use saphyr_parser::{Event, Parser};

/// How deeply lists and mappings may stand in each other.
const MAX_DEPTH: usize = 64;

/// A value and the line, counted from 1, on which it begins.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) line: u32,
    pub(super) value: Rc<Value>,
}

#[derive(Debug)]
pub(super) enum Value {
    /// A scalar without its quotes; empty where nothing is written.
    Word(String),
    List(Vec<Node>),
    /// Keys and values in file order.
    Mapping(Vec<(String, Node)>),
}

/// A list or mapping that is not read to its end yet.
struct Open {
    line: u32,
    anchor: usize,
    value: Value,
    /// A key that waits for its value.
    key: Option<String>,
}

/// The documents of `text`; `None` where it is no YAML or nested too deeply.
pub(super) fn read(text: &str) -> Option<Vec<Node>> {
    let mut documents = Vec::new();
    let mut open: Vec<Open> = Vec::new();
    let mut anchored: HashMap<usize, Node> = HashMap::new();
    for event in Parser::new_from_str(text) {
        let (event, span) = event.ok()?;
        let line = u32::try_from(span.start.line()).unwrap_or(u32::MAX);
        let (node, anchor) = match event {
            Event::Scalar(word, _, anchor, _) => {
                let value = Rc::new(Value::Word(word.into_owned()));
                (Node { line, value }, anchor)
            }
            Event::Alias(anchor) => {
                let node = anchored.get(&anchor)?;
                let value = Rc::clone(&node.value);
                (Node { line, value }, 0)
            }
            Event::SequenceStart(anchor, _) | Event::MappingStart(anchor, _) => {
                if open.len() == MAX_DEPTH {
                    return None;
                }
                let value = match event {
                    Event::SequenceStart(..) => Value::List(Vec::new()),
                    _ => Value::Mapping(Vec::new()),
                };
                open.push(Open {
                    line,
                    anchor,
                    value,
                    key: None,
                });
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(done) = open.pop() else { continue };
                let node = Node {
                    line: done.line,
                    value: Rc::new(done.value),
                };
                (node, done.anchor)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => continue,
        };
        if anchor > 0 {
            anchored.insert(anchor, node.clone());
        }
        documents.extend(close(&mut open, node));
    }
    Some(documents)
}

/// Puts a finished node into the one that it stands in; gives it back where it stands in none.
fn close(open: &mut [Open], node: Node) -> Option<Node> {
    let Some(parent) = open.last_mut() else {
        return Some(node);
    };
    match &mut parent.value {
        Value::Word(_) => {}
        Value::List(items) => items.push(node),
        Value::Mapping(pairs) => match parent.key.take() {
            Some(key) => pairs.push((key, node)),
            None => parent.key = Some(node.word().unwrap_or_default().to_owned()),
        },
    }
    None
}

impl Node {
    /// The scalar, where it is one.
    pub(super) fn word(&self) -> Option<&str> {
        match &*self.value {
            Value::Word(word) => Some(word),
            _ => None,
        }
    }

    /// The items, where it is a list.
    pub(super) fn items(&self) -> &[Node] {
        match &*self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The pairs, where it is a mapping, those merged in by `<<` last.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &Node)> {
        let own = match &*self.value {
            Value::Mapping(pairs) => pairs.as_slice(),
            _ => &[],
        };
        let merged = own
            .iter()
            .filter(|(key, _)| key == "<<")
            .flat_map(|(_, node)| match &*node.value {
                Value::Mapping(pairs) => pairs.as_slice(),
                _ => &[],
            });
        own.iter()
            .chain(merged)
            .map(|(key, node)| (key.as_str(), node))
    }

    /// The value of `key`.
    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        let found = self.pairs().find(|(name, _)| *name == key);
        found.map(|(_, node)| node)
    }

    /// The value at the end of `path`.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Node> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn anchors_merges_and_lines_are_followed() {
        let text = "x: &x {target: a}\nb:\n  <<: *x\n  c: [1, '2']\n---\nd: e\n";
        let documents = read(text).unwrap();
        assert_eq!(documents.len(), 2);
        let target = documents[0].at(&["b", "target"]).unwrap();
        assert_eq!((target.word(), target.line), (Some("a"), 1));
        let items = documents[0].at(&["b", "c"]).unwrap().items();
        assert_eq!((items[1].word(), items[1].line), (Some("2"), 4));
        assert_eq!(documents[1].get("d").unwrap().word(), Some("e"));
    }

    #[test]
    fn json_is_read_and_nonsense_is_not() {
        let read_json = read("{\"a\": {\n  \"b\": \"c\"}}").unwrap();
        assert_eq!(read_json[0].at(&["a", "b"]).unwrap().line, 2);
        assert!(read("a: [").is_none());
        assert!(read(&"[".repeat(10_000)).is_none());
    }
}
