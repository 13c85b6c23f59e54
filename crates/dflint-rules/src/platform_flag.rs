//! `FROM --platform=`.

use dflint_build::{Point, Stage};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Span, Text};

use crate::Context;

/// The stages with the flag that the tool gets to, and what the flag says.
pub(crate) fn platforms<'m, 'a>(
    cx: &Context<'m, 'a>,
) -> impl Iterator<Item = (&'m Stage<'a>, &'m Text<'a>)> {
    let reach = cx.reach;
    cx.model.stages().iter().filter_map(move |stage| {
        let here = Point::Base {
            stage: stage.id.0,
            platform: true,
        };
        let written = stage.from.platform.as_ref()?;
        reach.covers(here).then_some((stage, written))
    })
}

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
