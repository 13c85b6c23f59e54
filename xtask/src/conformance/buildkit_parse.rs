//! Suite `buildkit-parse`: every recorded field of BuildKit's parser and of its typed level.

use dflint_parser::{Command, Directive, Dockerfile, Heredoc, Instruction, Level, Text};
use serde_json::{Map, Value, json};

use super::buildkit_typed;
use super::recordings::{Recordings, flag, list, text};
use super::suite::{Differences, Outcome, Suite};

/// See the module.
pub(crate) struct BuildkitParse;

impl Suite for BuildkitParse {
    fn name(&self) -> &'static str {
        "buildkit-parse"
    }

    fn run(&self, recordings: &Recordings) -> anyhow::Result<Outcome> {
        recordings.compare("buildkit-parse.jsonl", |record| {
            let path = text(record, "path");
            let source = recordings.corpus_file(path)?;
            let file = dflint_parser::parse(&source);
            let mut differences = Differences::default();
            compare_file(&file, record, &mut differences);
            buildkit_typed::compare(&file, &record["typed"], &mut differences);
            Ok((path.to_owned(), differences))
        })
    }
}

fn compare_file(file: &Dockerfile<'_>, record: &Value, differences: &mut Differences) {
    let parses = file.errors.iter().all(|error| error.level != Level::Parse);
    differences.expect("ok", &parses, &flag(record, "ok"));
    differences.expect(
        "escape",
        file.directives.escape.to_string().as_str(),
        text(record, "escape"),
    );
    differences.expect("directives", &consumed(file), &record["directives"]);
    let syntax = file.directives.syntax.as_ref().map_or(
        Value::Null,
        |it| json!({ "ref": it.value, "cmdline": it.full, "line": it.line }),
    );
    differences.expect("detect_syntax", &syntax, &record["detect_syntax"]);
    let check = file.directives.check.as_ref().map_or(Value::Null, check);
    differences.expect("check", &check, &record["check"]);
    differences.expect("warnings", &warnings(file), &record["warnings"]);
    let theirs = list(record, "nodes");
    differences.expect("nodes", &file.instructions.len(), &theirs.len());
    for (instruction, theirs) in file.instructions.iter().zip(theirs) {
        let ours = node(
            file,
            instruction,
            instruction.start_line,
            instruction.end_line,
        );
        for (key, value) in &ours {
            let field = format!("line {}: {key}", instruction.start_line);
            differences.expect(&field, value, &theirs[key]);
        }
    }
}

fn consumed(file: &Dockerfile<'_>) -> Value {
    let consumed = file.directives.consumed.iter();
    consumed
        .map(|directive| (directive.name.clone(), json!(directive.full)))
        .collect::<Map<_, _>>()
        .into()
}

fn check(directive: &Directive<'_>) -> Value {
    json!({ "value": directive.value, "full": directive.full, "line": directive.line })
}

fn warnings(file: &Dockerfile<'_>) -> Value {
    let warning = |empty: &dflint_parser::EmptyContinuation| {
        let line = file.instructions.get(empty.instruction)?.logical.as_str();
        let short = format!("Empty continuation line found in: {line}");
        let url = "https://docs.docker.com/go/dockerfile/rule/no-empty-continuation/";
        Some(json!({ "line": empty.reported_line, "short": short, "url": url }))
    };
    file.empty_continuations
        .iter()
        .filter_map(warning)
        .collect()
}

/// An instruction as BuildKit's syntax tree records it.
fn node(
    file: &Dockerfile<'_>,
    instruction: &Instruction<'_>,
    start: u32,
    end: u32,
) -> Map<String, Value> {
    let flags: Vec<&str> = instruction
        .flags
        .iter()
        .map(|flag| flag.word.as_str())
        .collect();
    let comments = file
        .comments
        .get(instruction.doc_comments.clone())
        .unwrap_or_default();
    let comments: Vec<&str> = comments.iter().map(|comment| &*comment.text).collect();
    let attributes = if instruction.json {
        json!({ "json": true })
    } else {
        json!({})
    };
    let mut node = Map::new();
    node.insert("value".to_owned(), json!(instruction.keyword.as_str()));
    node.insert("flags".to_owned(), json!(flags));
    node.insert("original".to_owned(), json!(instruction.logical.as_str()));
    node.insert("start_line".to_owned(), json!(start));
    node.insert("end_line".to_owned(), json!(end));
    node.insert(
        "next".to_owned(),
        instruction.args.iter().map(Text::as_str).collect(),
    );
    node.insert("attributes".to_owned(), attributes);
    node.insert("prev_comment".to_owned(), json!(comments));
    let heredocs = if start == 0 {
        Vec::new()
    } else {
        instruction.heredocs.iter().map(heredoc).collect()
    };
    node.insert("heredocs".to_owned(), json!(heredocs));
    if let Command::Onbuild(inner) = &instruction.command {
        // BuildKit gives the inner node neither lines nor heredocs.
        let inner = node_of_inner(file, inner);
        node.insert("child".to_owned(), inner);
    }
    node
}

fn node_of_inner(file: &Dockerfile<'_>, inner: &Instruction<'_>) -> Value {
    Value::Object(node(file, inner, 0, 0))
}

fn heredoc(heredoc: &Heredoc<'_>) -> Value {
    json!({
        "name": heredoc.name,
        "content": heredoc.body.as_str(),
        "expand": heredoc.expand,
        "chomp": heredoc.chomp,
        "fd": heredoc.fd,
    })
}
