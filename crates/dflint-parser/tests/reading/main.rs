//! What the parser reads, quirk by quirk, and what holds for every file.

#[cfg(test)]
mod arguments;
#[cfg(test)]
mod directives;
#[cfg(test)]
mod flags;
#[cfg(test)]
mod heredocs;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod lines;
#[cfg(test)]
mod onbuild;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod second_opinion;

use dflint_parser::{Dockerfile, Instruction, Text};

/// The instructions as `(keyword, first line, last line)`.
fn shape<'f>(file: &'f Dockerfile<'_>) -> Vec<(&'f str, u32, u32)> {
    let shape = |it: &'f Instruction<'_>| (it.keyword.as_str(), it.start_line, it.end_line);
    file.instructions.iter().map(shape).collect()
}

/// The texts as strings.
fn strings<'t>(texts: &'t [Text<'_>]) -> Vec<&'t str> {
    texts.iter().map(Text::as_str).collect()
}

/// The first error's message; empty without error.
fn first_error(source: &str) -> String {
    let file = dflint_parser::parse(source);
    file.errors
        .into_iter()
        .next()
        .map(|error| error.message)
        .unwrap_or_default()
}
