//! The JSON that Dockerfiles hold: arrays of strings as arguments, and the object that may name a
//! frontend.
//!
//! As strict as Go's `encoding/json`, because what is not JSON is read as a shell command.

use std::ops::Range;

use crate::text::Text;
use crate::text_builder::TextBuilder;

/// How deep arrays and objects may nest in Go's decoder.
const MAX_DEPTH: usize = 10_000;

/// What an argument that may be a JSON array turns out to be.
#[derive(Debug, PartialEq)]
pub(crate) enum JsonArray<'a> {
    /// An array of strings, decoded.
    Strings(Vec<Text<'a>>),
    /// Valid JSON, but this member (bytes of the text) is not a string.
    Mixed(Range<usize>),
    /// Something else.
    NotJson,
}

/// Reads `text`, of the file `source`, as a JSON array of strings.
pub(crate) fn read_array<'a>(source: &'a str, text: &Text<'a>) -> JsonArray<'a> {
    let value = text.as_str();
    let start = value.len() - value.trim_start().len();
    if value.as_bytes().get(start) != Some(&b'[') {
        return JsonArray::NotJson;
    }
    let Some(members) = array_members(value, start) else {
        return JsonArray::NotJson;
    };
    if let Some(odd) = members.iter().find(|member| !is_string(value, member)) {
        return JsonArray::Mixed(odd.clone());
    }
    let decode = |member| decode_string(source, text, member);
    JsonArray::Strings(members.into_iter().map(decode).collect())
}

/// Where the content of the string member `key` of the JSON object that `text` is stands, escapes
/// and all.
pub(crate) fn string_member(text: &str, key: &str) -> Option<Range<usize>> {
    let mut scanner = Scanner { text, at: 0 };
    scanner.skip_space();
    scanner.expect(b'{')?;
    let mut found = None;
    scanner.skip_space();
    let mut first = true;
    while !scanner.accept(b'}') {
        if !first {
            scanner.expect(b',')?;
            scanner.skip_space();
        }
        first = false;
        let name = scanner.string()?;
        scanner.skip_space();
        scanner.expect(b':')?;
        let value = scanner.value(1)?;
        scanner.skip_space();
        if decoded(text, name) == key {
            found = Some(value);
        }
    }
    scanner.end()?;
    let value = found.filter(|value| is_string(text, value))?;
    Some(value.start + 1..value.end - 1)
}

fn is_string(text: &str, value: &Range<usize>) -> bool {
    text.as_bytes().get(value.start) == Some(&b'"')
}

/// Where the members of the array at `start` stand; `None` unless it is valid and nothing but
/// white space follows.
fn array_members(text: &str, start: usize) -> Option<Vec<Range<usize>>> {
    let mut scanner = Scanner { text, at: start };
    scanner.expect(b'[')?;
    let mut members = Vec::new();
    scanner.skip_space();
    while !scanner.accept(b']') {
        if !members.is_empty() {
            scanner.expect(b',')?;
        }
        members.push(scanner.value(1)?);
        scanner.skip_space();
    }
    scanner.end()?;
    Some(members)
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
}

/// What may follow while a nested value is skipped.
#[derive(Clone, Copy, PartialEq)]
enum Container {
    Array,
    Object,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.accept(byte).then_some(())
    }

    fn end(&mut self) -> Option<()> {
        self.skip_space();
        (self.at == self.text.len()).then_some(())
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Skips a value that stands in `depth` containers, and says where it is.
    fn value(&mut self, depth: usize) -> Option<Range<usize>> {
        self.skip_space();
        let start = self.at;
        let mut open = Vec::new();
        loop {
            self.skip_space();
            match self.peek()? {
                b'[' => {
                    self.open(Container::Array, &mut open, depth)?;
                    self.skip_space();
                    if self.peek()? != b']' {
                        continue;
                    }
                }
                b'{' => {
                    self.open(Container::Object, &mut open, depth)?;
                    self.skip_space();
                    if self.peek()? != b'}' {
                        self.member_name()?;
                        continue;
                    }
                }
                b'"' => {
                    self.string()?;
                }
                _ => self.scalar()?,
            }
            if self.close(&mut open)? {
                return Some(start..self.at);
            }
        }
    }

    fn open(&mut self, kind: Container, open: &mut Vec<Container>, depth: usize) -> Option<()> {
        self.at += 1;
        open.push(kind);
        (open.len() + depth <= MAX_DEPTH).then_some(())
    }

    /// After a value: closes what ends here. True when nothing is open any more, false when
    /// another value follows.
    fn close(&mut self, open: &mut Vec<Container>) -> Option<bool> {
        while let Some(&kind) = open.last() {
            self.skip_space();
            let end = if kind == Container::Array { b']' } else { b'}' };
            if self.accept(end) {
                open.pop();
                continue;
            }
            self.expect(b',')?;
            self.skip_space();
            if kind == Container::Object {
                self.member_name()?;
            }
            return Some(false);
        }
        Some(true)
    }

    fn member_name(&mut self) -> Option<()> {
        self.string()?;
        self.skip_space();
        self.expect(b':')
    }

    fn string(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        self.expect(b'"')?;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(start..self.at);
                }
                b'\\' => self.escape()?,
                0..=0x1f => return None,
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        self.at += 1;
        let kind = self.peek()?;
        self.at += 1;
        match kind {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.text.as_bytes().get(self.at..self.at + 4)?;
                self.at += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }

    fn scalar(&mut self) -> Option<()> {
        for literal in ["true", "false", "null"] {
            if self.text.get(self.at..)?.starts_with(literal) {
                self.at += literal.len();
                return Some(());
            }
        }
        self.number()
    }

    fn number(&mut self) -> Option<()> {
        let start = self.at;
        self.accept(b'-');
        if !self.accept(b'0') {
            self.digits()?;
        }
        if self.accept(b'.') {
            self.digits()?;
        }
        if self.accept(b'e') || self.accept(b'E') {
            if !self.accept(b'+') {
                self.accept(b'-');
            }
            self.digits()?;
        }
        // Go refuses to decode a number that no float can hold.
        let value: f64 = self.text.get(start..self.at)?.parse().ok()?;
        value.is_finite().then_some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        (self.at > start).then_some(())
    }
}

/// The string that stands at `quoted` (quotes included) of `text`.
fn decode_string<'a>(source: &'a str, text: &Text<'a>, quoted: Range<usize>) -> Text<'a> {
    let content = quoted.start + 1..quoted.end - 1;
    let value = text.as_str();
    let raw = value.get(content.clone()).unwrap_or_default();
    if memchr::memchr(b'\\', raw.as_bytes()).is_none() {
        return text.slice(content);
    }
    let mut builder = TextBuilder::new(source, text);
    for piece in Pieces::new(value, content.clone()) {
        match piece {
            Piece::Verbatim(range) => builder.keep(range),
            Piece::Escape(range, c) => builder.replace(range, c.encode_utf8(&mut [0; 4])),
        }
    }
    builder.finish(content.start)
}

fn decoded(text: &str, quoted: Range<usize>) -> String {
    let mut value = String::new();
    for piece in Pieces::new(text, quoted.start + 1..quoted.end - 1) {
        match piece {
            Piece::Verbatim(range) => value.push_str(text.get(range).unwrap_or_default()),
            Piece::Escape(_, c) => value.push(c),
        }
    }
    value
}

enum Piece {
    Verbatim(Range<usize>),
    Escape(Range<usize>, char),
}

/// The pieces of a valid string's content.
struct Pieces<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl<'t> Pieces<'t> {
    fn new(text: &'t str, content: Range<usize>) -> Self {
        Self {
            text,
            at: content.start,
            end: content.end,
        }
    }

    /// The UTF-16 code unit that the escape at `at` writes.
    fn code_unit(&self, at: usize) -> Option<u16> {
        let escape = self.text.get(at..self.end)?.strip_prefix("\\u")?;
        u16::from_str_radix(escape.get(..4)?, 16).ok()
    }

    fn unicode_escape(&self, first: u16) -> (usize, char) {
        let second = self.code_unit(self.at + 6);
        let pair = char::decode_utf16([first].into_iter().chain(second)).next();
        match pair {
            Some(Ok(c)) => (c.len_utf16() * 6, c),
            // Half a surrogate pair.
            _ => (6, char::REPLACEMENT_CHARACTER),
        }
    }
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let start = self.at;
        let rest = self.text.as_bytes().get(start..self.end)?;
        match memchr::memchr(b'\\', rest) {
            None if rest.is_empty() => return None,
            None => {
                self.at = self.end;
                return Some(Piece::Verbatim(start..self.end));
            }
            Some(0) => {}
            Some(len) => {
                self.at = start + len;
                return Some(Piece::Verbatim(start..self.at));
            }
        }
        let (len, c) = match rest.get(1)? {
            b'b' => (2, '\u{8}'),
            b'f' => (2, '\u{c}'),
            b'n' => (2, '\n'),
            b'r' => (2, '\r'),
            b't' => (2, '\t'),
            b'u' => self.unicode_escape(self.code_unit(start)?),
            other => (2, char::from(*other)),
        };
        self.at = start + len;
        Some(Piece::Escape(start..self.at, c))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(text: &str) -> Option<Vec<String>> {
        match read_array(text, &Text::contiguous(text, 0)) {
            JsonArray::Strings(strings) => {
                Some(strings.iter().map(|it| it.as_str().to_owned()).collect())
            }
            _ => None,
        }
    }

    #[test]
    fn arrays_of_strings_are_decoded() {
        for (text, expected) in [
            ("[]", vec![]),
            (r#"[ "a" , "b c" ]"#, vec!["a", "b c"]),
            (r#"["C:\foo\\bar\/"]"#, vec!["C:\u{c}oo\\bar/"]),
            (
                r#"["\u00e9\ud83d\ude00\ud83d\u0041"]"#,
                vec!["é😀\u{fffd}A"],
            ),
            ("[\"a\"]\t\r\n ", vec!["a"]),
        ] {
            let expected: Vec<String> = expected.into_iter().map(str::to_owned).collect();
            assert_eq!(strings(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_go_does_not_decode_is_not_json() {
        for text in [
            "",
            "[",
            "a",
            "['a']",
            r#"["a",]"#,
            r#"["a"] b"#,
            r#"["a" "b"]"#,
            r#"["\x"]"#,
            "[\"a\tb\"]",
            r#"["\u12g4"]"#,
            r#"["a",01]"#,
            r#"["a",1e999]"#,
            "[,]",
            "[1.]",
            "[{\"a\" 1}]",
            "[tru]",
        ] {
            assert_eq!(
                read_array(text, &Text::contiguous(text, 0)),
                JsonArray::NotJson,
                "{text}"
            );
        }
        let deep = format!("[{}{}]", "[".repeat(10_000), "]".repeat(10_000));
        assert_eq!(
            read_array(&deep, &Text::contiguous(&deep, 0)),
            JsonArray::NotJson
        );
    }

    #[test]
    fn other_members_are_pointed_at() {
        for (text, odd) in [
            (r#"["a", 1]"#, 6..7),
            (r#"[null]"#, 1..5),
            (r#"[{"a": [1, {"b": null}]}, -1.5e+3]"#, 1..24),
            (r#"["a", []]"#, 6..8),
        ] {
            assert_eq!(
                read_array(text, &Text::contiguous(text, 0)),
                JsonArray::Mixed(odd),
                "{text}"
            );
        }
    }

    #[test]
    fn members_of_an_object_are_found() {
        let text = r#" {"a": {}, "syntax": "x", "syntax": "docker\/dockerfile"} "#;
        assert_eq!(
            &text[string_member(text, "syntax").unwrap()],
            r"docker\/dockerfile"
        );
        assert_eq!(string_member(r#"{"syntax": 1}"#, "syntax"), None);
        assert_eq!(string_member(r#"{"syntax": "a"} FROM a"#, "syntax"), None);
        assert_eq!(string_member("{}", "syntax"), None);
    }
}
