//! Parser directives: `# syntax=`, `# escape=`, `# check=`.
//!
//! BuildKit looks for them twice: its parser as it reads the lines, and a separate scan that
//! decides which frontend to run and which checks to skip. The two disagree about indentation,
//! shebangs and comment signs.

use memchr::memchr;

use crate::ast::{Directive, Directives};
use crate::json::string_member;
use crate::physical_lines::PhysicalLine;
use crate::problem::Problem;
use crate::span::Span;
use crate::whitespace::is_regexp_space;

const KNOWN: [&str; 3] = ["syntax", "escape", "check"];

/// The parser's own reading, line by line until the first line that is no directive.
pub(crate) struct DirectiveReader<'a> {
    done: bool,
    escape: char,
    escape_directive: Option<Directive<'a>>,
    consumed: Vec<Directive<'a>>,
}

impl<'a> DirectiveReader<'a> {
    pub(crate) fn new() -> Self {
        Self {
            done: false,
            escape: '\\',
            escape_directive: None,
            consumed: Vec::new(),
        }
    }

    /// The escape character in force.
    pub(crate) fn escape(&self) -> char {
        self.escape
    }

    /// Directives end.
    pub(crate) fn end(&mut self) {
        self.done = true;
    }

    /// Takes `comment`, which begins at the `#` of `line`, if it is a directive.
    pub(crate) fn accept(
        &mut self,
        line: &PhysicalLine<'a>,
        comment: &'a str,
    ) -> Result<bool, Problem> {
        if self.done {
            return Ok(false);
        }
        let start = line.content_span().end - comment.len() as u32;
        let Some(directive) = read_directive(comment, "#", start, line.number) else {
            self.done = true;
            return Ok(false);
        };
        if self
            .consumed
            .iter()
            .any(|earlier| earlier.name == directive.name)
        {
            let message = format!(
                "a second `{}` directive: only one is allowed",
                directive.name
            );
            return Err(Problem::new(directive.span, message));
        }
        if directive.name == "escape" {
            self.set_escape(&directive)?;
        }
        self.consumed.push(directive);
        Ok(true)
    }

    fn set_escape(&mut self, directive: &Directive<'a>) -> Result<(), Problem> {
        self.escape = match directive.full {
            "\\" => '\\',
            "`" => '`',
            other => {
                let message = format!("the escape character is `\\` or a backquote, not {other:?}");
                return Err(Problem::new(directive.value_span, message));
            }
        };
        self.escape_directive = Some(directive.clone());
        Ok(())
    }

    /// Adds what the separate scan of `source` finds.
    pub(crate) fn finish(self, source: &'a str) -> Directives<'a> {
        Directives {
            escape: self.escape,
            escape_directive: self.escape_directive,
            syntax: find_syntax(source),
            check: Scan::new(source).find("#", "check"),
            consumed: self.consumed,
        }
    }
}

/// `line`, from `start` on, as a directive behind the comment sign `sign`.
fn read_directive<'a>(line: &'a str, sign: &str, start: u32, number: u32) -> Option<Directive<'a>> {
    let text = trim_start(line.strip_prefix(sign)?);
    let name_len = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
    let (name, rest) = text.split_at_checked(name_len)?;
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let after = trim_start(rest).strip_prefix('=')?;
    let trailing = after.len() - trim_end(after).len();
    let (full, trailing) = match trim_end(trim_start(after)) {
        // A value of nothing but space is its last character.
        "" => (after.get(after.len().checked_sub(1)?..)?, 0),
        value => (value, trailing),
    };
    let name = name.to_ascii_lowercase();
    if !KNOWN.contains(&name.as_str()) {
        return None;
    }
    let value_end = start + (line.len() - trailing) as u32;
    Some(Directive {
        name,
        value: full.split(' ').next().unwrap_or(full),
        full,
        value_span: Span::new(value_end - full.len() as u32, value_end),
        span: Span::new(start, start + line.len() as u32),
        line: number,
    })
}

fn trim_start(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_ascii() && is_regexp_space(c as u8))
}

fn trim_end(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_ascii() && is_regexp_space(c as u8))
}

/// The separate scan: starts after a byte order mark and a shebang line, and does not trim lines.
struct Scan<'a> {
    text: &'a str,
    start: u32,
    line: u32,
}

impl<'a> Scan<'a> {
    fn new(source: &'a str) -> Self {
        let text = source.strip_prefix('\u{feff}').unwrap_or(source);
        let (text, line) = match text.starts_with("#!") {
            true => (after_line(text), 2),
            false => (text, 1),
        };
        Self {
            text,
            start: (source.len() - text.len()) as u32,
            line,
        }
    }

    fn find(&self, sign: &str, name: &str) -> Option<Directive<'a>> {
        let mut seen: Vec<String> = Vec::new();
        let mut start = self.start;
        for (number, line) in (self.line..).zip(self.text.split_inclusive('\n')) {
            let content = line.strip_suffix('\n').unwrap_or(line);
            let content = content.strip_suffix('\r').unwrap_or(content);
            let directive = read_directive(content, sign, start, number)?;
            if directive.name == name {
                return Some(directive);
            }
            if seen.contains(&directive.name) {
                return None;
            }
            seen.push(directive.name);
            start += line.len() as u32;
        }
        None
    }
}

fn after_line(text: &str) -> &str {
    let end = memchr(b'\n', text.as_bytes()).map_or(text.len(), |end| end + 1);
    text.get(end..).unwrap_or_default()
}

/// The frontend: `# syntax=`, else `// syntax=`, else the member of a file that is a JSON object.
fn find_syntax(source: &str) -> Option<Directive<'_>> {
    let scan = Scan::new(source);
    scan.find("#", "syntax")
        .or_else(|| scan.find("//", "syntax"))
        .or_else(|| find_json_syntax(&scan))
}

fn find_json_syntax<'a>(scan: &Scan<'a>) -> Option<Directive<'a>> {
    let content = string_member(scan.text, "syntax")?;
    let value = scan.text.get(content.clone())?;
    Some(Directive {
        name: "syntax".to_owned(),
        full: value,
        value,
        value_span: Span::new(
            scan.start + content.start as u32,
            scan.start + content.end as u32,
        ),
        span: Span::new(scan.start, scan.start + scan.text.len() as u32),
        line: scan.line,
    })
}
