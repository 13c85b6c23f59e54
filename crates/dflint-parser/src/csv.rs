//! The comma-separated fields of `--mount` and `--device`, as Go's `encoding/csv` reads one line.

use std::ops::Range;

use crate::ast::Flag;
use crate::command::flags::value_span;
use crate::problem::Problem;
use crate::text::Text;
use crate::text_builder::TextBuilder;

/// A field.
pub(crate) struct Field<'a> {
    /// Its text, quotes taken off.
    pub(crate) text: Text<'a>,
}

/// Splits the value of `flag`, of the file `source`, at commas. A field in double quotes may hold
/// commas, and two double quotes for one.
pub(crate) fn split_fields<'a>(
    source: &'a str,
    flag: &Flag<'a>,
) -> Result<Vec<Field<'a>>, Problem> {
    let Some(line) = flag.value.as_ref().filter(|value| !value.is_empty()) else {
        return Err(Problem::new(value_span(flag), "there is nothing after `=`"));
    };
    let text = line.as_str();
    let mut fields = Vec::new();
    let mut at = 0;
    loop {
        let quoted = text.as_bytes().get(at) == Some(&b'"');
        let (field, end) = if quoted {
            quoted_field(source, line, at)?
        } else {
            plain_field(line, at)?
        };
        fields.push(Field { text: field });
        if end == text.len() {
            return Ok(fields);
        }
        at = end + 1;
    }
}

fn plain_field<'a>(line: &Text<'a>, start: usize) -> Result<(Text<'a>, usize), Problem> {
    let rest = line.as_str().get(start..).unwrap_or_default();
    let len = rest.find(',').unwrap_or(rest.len());
    let end = start + len;
    if let Some(quote) = rest.get(..len).and_then(|field| field.find('"')) {
        return Err(odd_quote(line, start + quote));
    }
    Ok((line.slice(start..end), end))
}

fn quoted_field<'a>(
    source: &'a str,
    line: &Text<'a>,
    start: usize,
) -> Result<(Text<'a>, usize), Problem> {
    let text = line.as_str();
    let mut pieces: Vec<Range<usize>> = Vec::new();
    let mut at = start + 1;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let Some(len) = rest.find('"') else {
            return Err(odd_quote(line, start));
        };
        let quote = at + len;
        match text.as_bytes().get(quote + 1) {
            // The first of two quotes stays.
            Some(b'"') => {
                pieces.push(at..quote + 1);
                at = quote + 2;
            }
            None | Some(b',') => {
                pieces.push(at..quote);
                return Ok((join(source, line, &pieces, start), quote + 1));
            }
            Some(_) => return Err(odd_quote(line, quote)),
        }
    }
}

fn join<'a>(source: &'a str, line: &Text<'a>, pieces: &[Range<usize>], start: usize) -> Text<'a> {
    if let [only] = pieces {
        return line.slice(only.clone());
    }
    let mut builder = TextBuilder::new(source, line);
    for piece in pieces {
        builder.keep(piece.clone());
    }
    builder.finish(start)
}

fn odd_quote(line: &Text<'_>, at: usize) -> Problem {
    let message = "a double quote must begin a field, end it, or be doubled within it";
    Problem::new(line.span_of(at..at + 1), message)
}
