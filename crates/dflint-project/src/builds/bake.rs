//! Targets of Buildx Bake files in HCL, as far as they name a Dockerfile's stage.

use super::call::{Call, DockerfileName};
use super::source_file::SourceFile;
use super::words::Text;
use super::yaml::{self, Node};

/// The calls of a bake file in HCL.
pub(super) fn calls_of_hcl(file: &SourceFile<'_>) -> Vec<Call> {
    let tokens = tokens(file.text);
    let mut calls = Vec::new();
    let mut at = 0;
    while let Some(rest) = tokens.get(at..).filter(|rest| !rest.is_empty()) {
        match rest {
            [
                Token {
                    kind: Kind::Name("target"),
                    line,
                },
                Token {
                    kind: Kind::Text(_),
                    ..
                },
                Token {
                    kind: Kind::Mark('{'),
                    ..
                },
                ..,
            ] => {
                let (target, length) = Target::read(rest.get(3..).unwrap_or_default());
                calls.extend(target.call(file, *line));
                at += 3 + length;
            }
            _ => at += 1,
        }
    }
    calls
}

/// The calls of a bake file in JSON.
pub(super) fn calls_of_json(file: &SourceFile<'_>, documents: &[Node]) -> Vec<Call> {
    let targets = documents.iter().filter_map(|it| it.get("target"));
    let bodies = targets.flat_map(yaml::Node::pairs).map(|(_, body)| body);
    let calls = bodies.filter_map(|body| {
        let text = |key| body.get(key).and_then(Node::word).map(Text::of);
        let target = Target {
            stage: text("target"),
            dockerfile: text("dockerfile"),
            context: text("context"),
            inherits: body.get("inherits").is_some(),
        };
        target.call(file, body.line)
    });
    calls.collect()
}

/// What a target says of the Dockerfile that it builds.
#[derive(Default)]
struct Target {
    stage: Option<Text>,
    dockerfile: Option<Text>,
    context: Option<Text>,
    inherits: bool,
}

impl Target {
    /// Reads the attributes of a block up to its closing brace; the number of tokens goes with it.
    fn read(tokens: &[Token<'_>]) -> (Self, usize) {
        let mut target = Self::default();
        let mut depth = 0_usize;
        for (at, token) in tokens.iter().enumerate() {
            match token.kind {
                Kind::Mark('{' | '[' | '(') => depth += 1,
                Kind::Mark('}') if depth == 0 => return (target, at + 1),
                Kind::Mark('}' | ']' | ')') => depth = depth.saturating_sub(1),
                Kind::Name(name) if depth == 0 => {
                    let is_set = tokens.get(at + 1).map(|next| next.kind) == Some(Kind::Mark('='));
                    if is_set {
                        target.set(name, tokens.get(at + 2..).unwrap_or_default());
                    }
                }
                _ => {}
            }
        }
        (target, tokens.len())
    }

    fn set(&mut self, name: &str, value: &[Token<'_>]) {
        let text = match value {
            [
                Token {
                    kind: Kind::Text(text),
                    line,
                },
                rest @ ..,
            ] => {
                // `"a" == b ? …` goes on in the same line.
                let goes_on = rest
                    .first()
                    .is_some_and(|next| next.line == *line && next.kind != Kind::Mark('}'));
                match goes_on {
                    true => Text::Computed,
                    false => Text::of(text),
                }
            }
            _ => Text::Computed,
        };
        match name {
            "target" => self.stage = Some(text),
            "dockerfile" => self.dockerfile = Some(text),
            "context" => self.context = Some(text),
            "inherits" => self.inherits = true,
            _ => {}
        }
    }

    fn call(self, file: &SourceFile<'_>, line: u32) -> Option<Call> {
        let stage = self.stage?;
        let said = self.dockerfile.is_some() || self.context.is_some();
        let dockerfile = match self.inherits && !said {
            true => DockerfileName::Any,
            false => {
                let folder = file.folder();
                DockerfileName::below(folder, self.context.as_ref(), self.dockerfile.as_ref())
            }
        };
        Some(Call {
            place: file.place(line),
            builder: None,
            dockerfile,
            target: Some(stage),
        })
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind<'a> {
    Name(&'a str),
    /// What stands between quotes, escapes as written.
    Text(&'a str),
    Mark(char),
}

#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    kind: Kind<'a>,
    line: u32,
}

/// The names, texts and marks of an HCL file, comments left out. Numbers count as names.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let (kind, length) = match letter {
            '#' => (None, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("//") => (None, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => {
                (None, rest.find("*/").map_or(rest.len(), |end| end + 2))
            }
            '"' => {
                let end = end_of_text(rest);
                let inner = rest.get(1..end.saturating_sub(1)).unwrap_or_default();
                (Some(Kind::Text(inner)), end)
            }
            letter if letter.is_alphanumeric() || letter == '_' => {
                let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                (Some(Kind::Name(rest.get(..end).unwrap_or_default())), end)
            }
            letter if letter.is_whitespace() => (None, letter.len_utf8()),
            letter => (Some(Kind::Mark(letter)), letter.len_utf8()),
        };
        tokens.extend(kind.map(|kind| Token { kind, line }));
        let (taken, behind) = rest.split_at(length.min(rest.len()));
        line += u32::try_from(taken.matches('\n').count()).unwrap_or_default();
        rest = behind;
    }
    tokens
}

/// Where a text that begins with a quote ends, its closing quote included.
fn end_of_text(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            '\n' => return at,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::super::call::Means;
    use super::*;

    fn calls(text: &str) -> Vec<Call> {
        calls_of_hcl(&SourceFile {
            path: "docker-bake.hcl",
            text,
        })
    }

    #[test]
    fn targets_of_hcl_are_read() {
        let text = "# target \"no\" { target = \"no\" }\nvariable \"V\" { default = \"target\" }\ntarget \"app\" {\n  args = { target = \"x\" }\n  dockerfile = \"b/Dockerfile\"\n  target = \"debug\" // here\n}\ntarget \"b\" {\n  inherits = [\"app\"]\n  target = V\n}\ntarget \"c\" { target = \"one\" }\n";
        let calls = calls(text);
        let stages: Vec<_> = calls
            .iter()
            .map(|call| (call.place.line, call.target.clone()))
            .collect();
        let known = |text: &str| Some(Text::Known(text.to_owned()));
        assert_eq!(
            stages,
            [
                (3, known("debug")),
                (8, Some(Text::Computed)),
                (12, known("one"))
            ]
        );
        assert_eq!(calls[0].dockerfile.means("b/Dockerfile"), Means::Surely);
        assert_eq!(calls[1].dockerfile.means("b/Dockerfile"), Means::Perhaps);
        assert_eq!(calls[2].dockerfile.means("Dockerfile"), Means::Surely);
    }

    #[test]
    fn interpolations_are_computed() {
        let calls = calls("target \"a\" {\n  target = \"x-${V}\"\n}\n");
        assert_eq!(calls[0].target, Some(Text::Computed));
        assert!(super::tokens("target \"").len() == 2);
    }

    #[test]
    fn targets_of_json_are_read() {
        let text = "{\"target\": {\"a\": {\"target\": \"debug\", \"context\": \"sub\"}}}";
        let documents = yaml::read(text).unwrap();
        let file = SourceFile {
            path: "docker-bake.json",
            text,
        };
        let calls = calls_of_json(&file, &documents);
        assert_eq!(calls[0].dockerfile.means("sub/Dockerfile"), Means::Surely);
    }
}
