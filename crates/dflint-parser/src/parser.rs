//! Reads the file: lines into instructions, recovering after what BuildKit refuses.

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::arguments::read_arguments;
use crate::ast::{Command, Comment, Dockerfile, Instruction, InstructionName};
use crate::command::read_command;
use crate::diagnostic::{EmptyContinuation, Level, SyntaxError};
use crate::directives::DirectiveReader;
use crate::heredoc::{ReadHeredoc, find_openers, read_body};
use crate::lines::LineIndex;
use crate::logical_lines::{LogicalLine, join, strip_continuation};
use crate::physical_lines::{MAX_LINE, PhysicalLine, PhysicalLines};
use crate::problem::Problem;
use crate::span::Span;
use crate::split::split_line;
use crate::text::Text;

/// About how many lines one instruction takes in a usual file.
const LINES_PER_INSTRUCTION: usize = 4;

/// See [`crate::parse`].
pub(crate) fn parse_file(source: &str) -> Dockerfile<'_> {
    let lines = LineIndex::new(source);
    let mut parser = Parser::new(source, &lines);
    parser.read_lines();
    let line_count = parser.lines.total();
    let Parser {
        directives,
        instructions,
        comments,
        empty_continuations,
        mut parse_errors,
        typed_errors,
        ..
    } = parser;
    if instructions.is_empty() && parse_errors.is_empty() {
        parse_errors.push(SyntaxError {
            level: Level::Parse,
            message: "no instructions in this file: it needs at least a FROM".to_owned(),
            span: Span::empty(0),
            line: line_count.max(1),
        });
    }
    parse_errors.extend(typed_errors);
    Dockerfile {
        source,
        directives: directives.finish(source),
        instructions,
        comments,
        empty_continuations,
        errors: parse_errors,
        lines,
    }
}

struct Parser<'s, 'a> {
    source: &'a str,
    lines: PhysicalLines<'s, 'a>,
    directives: DirectiveReader<'a>,
    instructions: Vec<Instruction<'a>>,
    comments: Vec<Comment<'a>>,
    /// The first comment that belongs to the next instruction.
    first_doc_comment: usize,
    empty_continuations: Vec<EmptyContinuation>,
    parse_errors: Vec<SyntaxError>,
    typed_errors: Vec<SyntaxError>,
    /// Whether a stage has begun, or its absence has been reported.
    has_stage: bool,
    /// Whether reading went back behind a heredoc without end; done once a file, so that the time
    /// stays linear.
    went_back: bool,
}

impl<'s, 'a> Parser<'s, 'a> {
    fn new(source: &'a str, index: &'s LineIndex) -> Self {
        Self {
            source,
            lines: PhysicalLines::new(source, index),
            directives: DirectiveReader::new(),
            instructions: Vec::with_capacity(index.count() as usize / LINES_PER_INSTRUCTION),
            comments: Vec::new(),
            first_doc_comment: 0,
            empty_continuations: Vec::new(),
            parse_errors: Vec::new(),
            typed_errors: Vec::new(),
            has_stage: false,
            went_back: false,
        }
    }

    fn read_lines(&mut self) {
        while let Some(line) = self.lines.next() {
            if line.too_long {
                self.refuse_long_line(&line);
            }
            let text = line.content.trim_start();
            let start = line.content_span().end - text.len() as u32;
            if text.starts_with('#') {
                self.read_comment(&line, text);
                continue;
            }
            self.directives.end();
            self.read_instruction_line(line, text, start);
        }
    }

    fn read_comment(&mut self, line: &PhysicalLine<'a>, text: &'a str) {
        match self.directives.accept(line, text) {
            Ok(true) => return,
            Ok(false) => {}
            Err(problem) => self.refuse(Level::Parse, problem, line.number),
        }
        let end = line.content_span().end;
        let comment = Comment {
            text: comment_text(line.content),
            span: Span::new(end - text.len() as u32, end),
            line: line.number,
            inside_instruction: false,
        };
        let clears = comment.text.is_empty();
        self.comments.push(comment);
        if clears {
            self.first_doc_comment = self.comments.len();
        }
    }

    fn read_instruction_line(&mut self, line: PhysicalLine<'a>, text: &'a str, start: u32) {
        let doc_comments = self.first_doc_comment..self.comments.len();
        let escape = self.directives.escape();
        let logical = match strip_continuation(text, escape) {
            None if text.is_empty() => return,
            None => LogicalLine {
                text: Text::contiguous(text, start),
                start,
                start_line: line.number,
                last: line,
                empty_lines: Vec::new(),
                too_long: None,
            },
            Some(body) => {
                let lines = &mut self.lines;
                join(
                    self.source,
                    line,
                    body,
                    start,
                    escape,
                    lines,
                    &mut self.comments,
                )
            }
        };
        let mut instruction = self.read_instruction(&logical);
        instruction.doc_comments = doc_comments;
        if !logical.empty_lines.is_empty() {
            self.empty_continuations.push(EmptyContinuation {
                instruction: self.instructions.len(),
                lines: logical.empty_lines,
                reported_line: logical.last.number,
            });
        }
        if let Some(line) = logical.too_long {
            self.refuse_long_line(&line);
        }
        self.instructions.push(instruction);
        self.first_doc_comment = self.comments.len();
    }

    fn read_instruction(&mut self, logical: &LogicalLine<'a>) -> Instruction<'a> {
        let mut instruction = Instruction::new(&logical.text, logical.start_line);
        instruction.span = Span::new(logical.start, logical.last.content_span().end);
        instruction.end_line = logical.last.number;
        let read = self.read_words(&mut instruction, &logical.text);
        let read = read.and_then(|inner| {
            self.read_heredocs(&mut instruction, inner.as_ref(), logical)?;
            Ok(inner)
        });
        match read {
            Ok(inner) => self.read_typed(&mut instruction, inner),
            Err(problem) => {
                self.has_stage |= instruction.name == Some(InstructionName::From);
                self.refuse(Level::Parse, problem, logical.start_line);
            }
        }
        instruction
    }

    /// Splits `line` into the words of `instruction`; for `ONBUILD` returns the instruction under
    /// it.
    fn read_words(
        &self,
        instruction: &mut Instruction<'a>,
        line: &Text<'a>,
    ) -> Result<Option<Instruction<'a>>, Problem> {
        self.split(instruction, line)?;
        if instruction.name != Some(InstructionName::Onbuild) || instruction.rest.is_empty() {
            return Ok(None);
        }
        let rest = &instruction.rest;
        let mut inner = Instruction::new(rest, instruction.start_line);
        inner.end_line = instruction.end_line;
        inner.span = Span::new(rest.span().start, instruction.span.end);
        self.split(&mut inner, rest)?;
        self.check_nested_onbuild(&inner)?;
        Ok(Some(inner))
    }

    fn split(&self, instruction: &mut Instruction<'a>, line: &Text<'a>) -> Result<(), Problem> {
        let escape = self.directives.escape();
        let parts = split_line(self.source, line, escape as u8);
        instruction.name = InstructionName::from_word(parts.keyword.as_str());
        instruction.keyword = parts.keyword;
        instruction.flags = parts.flags;
        instruction.rest = parts.rest;
        let arguments = read_arguments(instruction.name, self.source, &instruction.rest, escape)?;
        instruction.args = arguments.words;
        instruction.json = arguments.json;
        Ok(())
    }

    /// BuildKit's parser follows `ONBUILD ONBUILD …` to the end, and meets the errors there.
    fn check_nested_onbuild(&self, inner: &Instruction<'a>) -> Result<(), Problem> {
        let mut name = inner.name;
        let mut rest = inner.rest.clone();
        while name == Some(InstructionName::Onbuild) {
            let mut nested = Instruction::new(&rest, inner.start_line);
            self.split(&mut nested, &rest)?;
            (name, rest) = (nested.name, nested.rest);
        }
        Ok(())
    }

    fn read_heredocs(
        &mut self,
        instruction: &mut Instruction<'a>,
        inner: Option<&Instruction<'a>>,
        logical: &LogicalLine<'a>,
    ) -> Result<(), Problem> {
        if !can_open_heredocs(inner.unwrap_or(instruction)) {
            return Ok(());
        }
        let mut end = logical.last.end;
        for opener in find_openers(&logical.text)? {
            let found = read_body(self.source, opener, &mut self.lines, end);
            if let Some(line) = found.last_line {
                end = line.end;
                instruction.end_line = line.number;
                instruction.span.end = line.content_span().end;
            }
            let problem = heredoc_problem(&found);
            let terminated = found.terminated;
            instruction.heredocs.push(found.heredoc);
            if let Some(problem) = problem {
                if !terminated {
                    self.go_back(instruction, logical);
                }
                return Err(problem);
            }
        }
        Ok(())
    }

    /// Goes on behind a heredoc without end, at the next line that looks like an instruction.
    fn go_back(&mut self, instruction: &mut Instruction<'a>, logical: &LogicalLine<'a>) {
        instruction.heredocs.clear();
        if std::mem::replace(&mut self.went_back, true) {
            return;
        }
        let mut last = logical.last;
        self.lines.go_to(last.number + 1);
        while let Some(line) = self.lines.next() {
            if starts_instruction(line.content) {
                self.lines.go_to(line.number);
                break;
            }
            last = line;
        }
        instruction.end_line = last.number;
        instruction.span.end = last.content_span().end;
    }

    fn read_typed(&mut self, instruction: &mut Instruction<'a>, inner: Option<Instruction<'a>>) {
        let inner = inner.map(|mut inner| {
            inner.span.end = instruction.span.end;
            inner.end_line = instruction.end_line;
            inner.heredocs.clone_from(&instruction.heredocs);
            if let Ok(command) = read_command(self.source, &inner, None) {
                inner.command = command;
            }
            Box::new(inner)
        });
        let line = instruction.start_line;
        match read_command(self.source, instruction, inner) {
            Ok(command) => instruction.command = command,
            Err(problem) => {
                self.has_stage |= instruction.name == Some(InstructionName::From);
                self.refuse(Level::Typed, problem, line);
                return;
            }
        }
        match instruction.name {
            Some(InstructionName::From) => self.has_stage = true,
            Some(InstructionName::Arg) => {}
            _ if self.has_stage => {}
            _ => {
                self.has_stage = true;
                let word = instruction.keyword.as_str();
                let message = format!("{word} before the first FROM: only ARG can stand here");
                let problem = Problem::new(instruction.keyword.span(), message);
                self.refuse(Level::Typed, problem, line);
            }
        }
    }

    fn refuse(&mut self, level: Level, problem: Problem, line: u32) {
        let errors = match level {
            Level::Parse => &mut self.parse_errors,
            Level::Typed => &mut self.typed_errors,
        };
        errors.push(SyntaxError {
            level,
            message: problem.message,
            span: problem.span,
            line,
        });
    }

    fn refuse_long_line(&mut self, line: &PhysicalLine<'a>) {
        self.refuse(Level::Parse, long_line_problem(line), line.number);
    }
}

impl<'a> Instruction<'a> {
    /// An instruction of which only the logical line is known.
    fn new(logical: &Text<'a>, start_line: u32) -> Self {
        Self {
            keyword: logical.slice(0..0),
            name: None,
            logical: logical.clone(),
            span: logical.span(),
            start_line,
            end_line: start_line,
            flags: Vec::new(),
            rest: logical.slice(0..0),
            args: Vec::new(),
            json: false,
            heredocs: Vec::new(),
            doc_comments: 0..0,
            command: Command::Invalid,
        }
    }
}

/// The text of a comment line: BuildKit takes off the first byte of the line and trims the rest.
fn comment_text(line: &str) -> Cow<'_, str> {
    let first_len = line.chars().next().map_or(0, char::len_utf8);
    let rest = line.get(first_len..).unwrap_or_default();
    if first_len < 2 {
        return rest.trim().into();
    }
    let mut text = String::from(char::REPLACEMENT_CHARACTER).repeat(first_len - 1);
    text.push_str(rest.trim_end());
    text.into()
}

fn can_open_heredocs(instruction: &Instruction<'_>) -> bool {
    use InstructionName as Name;
    let named = matches!(instruction.name, Some(Name::Run | Name::Copy | Name::Add));
    named && !instruction.json
}

fn starts_instruction(line: &str) -> bool {
    let word = line.split([' ', '\t']).next().unwrap_or_default();
    word.len() < line.len() && InstructionName::from_word(word).is_some()
}

fn heredoc_problem(found: &ReadHeredoc<'_>) -> Option<Problem> {
    if let Some(line) = &found.too_long {
        return Some(long_line_problem(line));
    }
    if found.terminated {
        return None;
    }
    let name = &found.heredoc.name;
    let mut message = format!("this heredoc never ends: no line after it is exactly `{name}`");
    if let Some(line) = found.nearly {
        let _ = write!(message, "; line {line} has white space besides");
    }
    Some(Problem::new(found.heredoc.opener.span(), message))
}

fn long_line_problem(line: &PhysicalLine<'_>) -> Problem {
    let message = format!("a line may have at most {MAX_LINE} bytes");
    Problem::new(line.content_span(), message)
}
