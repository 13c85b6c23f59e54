//! Reads the rest of a logical line into arguments, as the instruction demands.

use crate::ast::InstructionName;
use crate::json::{JsonArray, read_array};
use crate::problem::Problem;
use crate::split::slice_bytes;
use crate::text::Text;
use crate::whitespace::is_latin1_space;
use crate::words::{split_at_spaces, split_once_at_space, split_quoted};

/// The arguments of an instruction, `ONBUILD` excepted.
#[derive(Default)]
pub(crate) struct Arguments<'a> {
    /// `next` of BuildKit's syntax tree.
    pub(crate) words: Vec<Text<'a>>,
    /// Whether they were a JSON array.
    pub(crate) json: bool,
}

impl<'a> Arguments<'a> {
    fn plain(words: Vec<Text<'a>>) -> Self {
        Self { words, json: false }
    }
}

/// Reads `rest`, trimmed text of the file `source`.
pub(crate) fn read_arguments<'a>(
    name: Option<InstructionName>,
    source: &'a str,
    rest: &Text<'a>,
    escape: char,
) -> Result<Arguments<'a>, Problem> {
    use InstructionName as Name;
    let Some(name) = name else {
        return Ok(Arguments::default());
    };
    match name {
        Name::Add | Name::Copy | Name::Volume => json_or(source, rest, split_at_spaces),
        Name::Run | Name::Cmd | Name::Entrypoint | Name::Shell => json_or(source, rest, whole),
        Name::Healthcheck => health_check(source, rest),
        Name::Env | Name::Label => key_values(name, rest, escape),
        Name::Arg => Ok(Arguments::plain(split_quoted(rest, escape))),
        Name::From | Name::Expose => Ok(Arguments::plain(split_at_spaces(rest))),
        Name::Maintainer | Name::Stopsignal | Name::User | Name::Workdir => {
            Ok(Arguments::plain(whole(rest)))
        }
        Name::Onbuild => Ok(Arguments::default()),
    }
}

fn whole<'a>(rest: &Text<'a>) -> Vec<Text<'a>> {
    if rest.is_empty() {
        return Vec::new();
    }
    vec![rest.clone()]
}

fn json_or<'a>(
    source: &'a str,
    rest: &Text<'a>,
    otherwise: impl FnOnce(&Text<'a>) -> Vec<Text<'a>>,
) -> Result<Arguments<'a>, Problem> {
    match read_array(source, rest) {
        JsonArray::Strings(words) => Ok(Arguments { words, json: true }),
        JsonArray::NotJson => Ok(Arguments::plain(otherwise(rest))),
        JsonArray::Mixed(odd) => Err(Problem::new(
            rest.span_of(odd),
            "only strings can stand in a JSON array of arguments; put this in double quotes",
        )),
    }
}

fn health_check<'a>(source: &'a str, rest: &Text<'a>) -> Result<Arguments<'a>, Problem> {
    let bytes = rest.as_str().as_bytes();
    let is_space = |byte: &u8| is_latin1_space(*byte);
    let end = bytes.iter().position(is_space).unwrap_or(bytes.len());
    if end == 0 {
        return Ok(Arguments::default());
    }
    let space = bytes
        .iter()
        .skip(end)
        .take_while(|byte| is_space(byte))
        .count();
    let kind = slice_bytes(source, rest, 0..end);
    let test = slice_bytes(source, rest, end + space..bytes.len());
    let mut arguments = json_or(source, &test, whole)?;
    arguments.words.insert(0, kind);
    Ok(arguments)
}

fn key_values<'a>(
    name: InstructionName,
    rest: &Text<'a>,
    escape: char,
) -> Result<Arguments<'a>, Problem> {
    let words = split_quoted(rest, escape);
    let Some(first) = words.first() else {
        return Ok(Arguments::default());
    };
    if !first.as_str().contains('=') {
        return legacy_key_value(name, rest);
    }
    let mut triples = Vec::with_capacity(words.len() * 3);
    for word in &words {
        let Some(equals) = word.as_str().find('=') else {
            return Err(Problem::new(word.span(), missing_equals(word.as_str())));
        };
        triples.push(word.slice(0..equals));
        triples.push(word.slice(equals + 1..word.len()));
        triples.push(word.slice(equals..equals + 1));
    }
    Ok(Arguments::plain(triples))
}

fn legacy_key_value<'a>(name: InstructionName, rest: &Text<'a>) -> Result<Arguments<'a>, Problem> {
    let Some((key, value)) = split_once_at_space(rest) else {
        let name = name.as_str();
        let word = rest.as_str();
        return Err(Problem::new(
            rest.span(),
            format!("{name} needs a value: write {name} {word}=<value>"),
        ));
    };
    let separator = value.slice(0..0);
    Ok(Arguments::plain(vec![key, value, separator]))
}

fn missing_equals(word: &str) -> String {
    let hint = match InstructionName::from_word(word) {
        Some(_) => "is an escape character left over on the line before?",
        None => "quote values with spaces",
    };
    format!("no `=` in {word:?}: every word must be name=value; {hint}")
}
