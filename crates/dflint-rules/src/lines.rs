//! Whole lines of the file.

use dflint_parser::{Dockerfile, Instruction, Span};

/// The lines that an instruction stands on, white space in front and the last line end included.
pub(crate) fn lines_of(file: &Dockerfile, instruction: &Instruction) -> Span {
    let start = file.lines.start(instruction.start_line);
    let end = match instruction.end_line < file.lines.count() {
        true => file.lines.start(instruction.end_line + 1),
        false => file.source.len() as u32,
    };
    Span::new(start, end)
}

/// Whether a comment stands between the lines of an instruction.
pub(crate) fn holds_comment(file: &Dockerfile, instruction: &Instruction) -> bool {
    let first = file
        .comments
        .partition_point(|comment| comment.span.start < instruction.span.start);
    let comment = file.comments.get(first);
    comment.is_some_and(|comment| instruction.span.contains(comment.span))
}

/// Where a line can be put in front of an instruction and of the comments right above it.
pub(crate) fn start_above(file: &Dockerfile, instruction: &Instruction) -> u32 {
    let comments = file.comments.get(instruction.doc_comments.clone());
    let mut line = instruction.start_line;
    for comment in comments.unwrap_or_default().iter().rev() {
        if comment.line + 1 != line {
            break;
        }
        line = comment.line;
    }
    file.lines.start(line)
}
