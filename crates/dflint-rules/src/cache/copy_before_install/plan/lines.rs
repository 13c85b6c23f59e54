//! Whole lines of the file that change places.

use dflint_fix::Edit;
use dflint_knowledge::package_manager::TwoStep;
use dflint_parser::{Dockerfile, Instruction, Span};

use crate::lines::{lines_of, start_above};

/// An instruction with the comments right above it, and the empty line in front of them.
pub(super) struct Block {
    /// The lines, an empty one in front where there was one.
    pub(super) text: String,
    lines: Span,
    /// The lines and one of the empty lines around them.
    with_gap: Span,
}

impl Block {
    /// What is to be replaced: one empty line too where nothing takes the block's place.
    pub(super) fn span_for(&self, removed: bool) -> Span {
        if removed { self.with_gap } else { self.lines }
    }
}

/// The block of an instruction.
pub(super) fn block(file: &Dockerfile, instruction: &Instruction) -> Block {
    let lines = Span::new(
        start_above(file, instruction),
        lines_of(file, instruction).end,
    );
    let before = file.source.get(..lines.start as usize).unwrap_or_default();
    let after = file.source.get(lines.end as usize..).unwrap_or_default();
    let gap_before = ["\n\n", "\n\r\n"].iter().any(|gap| before.ends_with(gap));
    let gap_after = ["\n", "\r\n"].iter().find(|gap| after.starts_with(**gap));
    let mut text = lines.text(file.source).replace("\r\n", "\n");
    if !text.ends_with('\n') {
        text.push('\n');
    }
    if gap_before {
        text.insert(0, '\n');
    }
    let end = match gap_after.filter(|_| gap_before) {
        Some(gap) => lines.end + gap.len() as u32,
        None => lines.end,
    };
    Block {
        text,
        lines,
        with_gap: Span::new(lines.start, end),
    }
}

/// Inserts whole lines behind an instruction.
pub(super) fn insertion_behind(file: &Dockerfile, instruction: &Instruction, text: &str) -> Edit {
    let end = lines_of(file, instruction).end;
    match file
        .source
        .get(..end as usize)
        .is_some_and(|text| text.ends_with('\n'))
    {
        true => Edit::insert(end, text),
        false => Edit::insert(end, format!("\n{}", text.trim_end_matches('\n'))),
    }
}

/// The `RUN` that follows when the source is there: the same with the second step's flags, which
/// go to the end, the command being the last of it.
pub(super) fn second_run(
    file: &Dockerfile,
    instruction: &Instruction,
    second: &TwoStep,
) -> Result<String, String> {
    let written = instruction.span.text(file.source).replace("\r\n", "\n");
    if written
        .lines()
        .any(|line| line.trim_start().starts_with('#'))
    {
        return Err("a comment stands inside the RUN that installs".to_owned());
    }
    let flags: String = second
        .second_flags
        .iter()
        .map(|flag| format!(" {flag}"))
        .collect();
    Ok(format!("{written}{flags}\n"))
}
