//! `FROM --platform=`.

use dflint_build::Stage;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::Span;

/// Removes the flag and the blanks behind it.
///
/// # Errors
///
/// Why it cannot be done.
pub(crate) fn remove(
    source: &str,
    stage: &Stage,
    safety: Safety,
    keeps: Keeps,
) -> Result<Fix, &'static str> {
    let instruction = stage.instruction;
    let flag = instruction
        .flags
        .iter()
        .find(|flag| flag.name.as_str() == "platform");
    let flag = flag.ok_or("the flag is not there")?.word.span();
    let span = Span::new(flag.start, instruction.rest.span().start);
    let gap = Span::new(flag.end, span.end).text(source);
    if gap.is_empty() || !gap.bytes().all(|byte| byte == b' ' || byte == b'\t') {
        return Err("the image stands on another line than the flag");
    }
    Ok(Fix {
        title: "Remove the flag".to_owned(),
        safety,
        keeps,
        edits: vec![Edit::delete(span)],
    })
}
