//! `--diff` on standard output.

use std::io::{self, Write};

use dflint_report::harmless;

use crate::args::Color;
use crate::terminal::{print, stdout_is_terminal, with_color};

/// Prints a unified diff: byte for byte where a program reads it, in colours and unable to steer
/// the terminal where people do.
pub(crate) fn print_diff(color: Color, diff: &str) -> io::Result<()> {
    let is_terminal = stdout_is_terminal();
    let color = with_color(color, is_terminal);
    print(|out| {
        if !color && !is_terminal {
            return out.write_all(diff.as_bytes());
        }
        diff.split_inclusive('\n')
            .try_for_each(|line| write_line(line, color, out))
    })
}

fn write_line(line: &str, color: bool, out: &mut dyn Write) -> io::Result<()> {
    let (text, end) = line.split_at(line.trim_end_matches('\n').len());
    let text = harmless(text);
    match ansi(&text).filter(|_| color) {
        Some(ansi) => write!(out, "{ansi}{text}\x1b[0m{end}"),
        None => write!(out, "{text}{end}"),
    }
}

/// The colour of a line, as Git has it.
fn ansi(line: &str) -> Option<&'static str> {
    if line.starts_with("--- ") || line.starts_with("+++ ") {
        return Some("\x1b[1m");
    }
    match line.as_bytes().first()? {
        b'+' => Some("\x1b[32m"),
        b'-' => Some("\x1b[31m"),
        b'@' => Some("\x1b[36m"),
        _ => None,
    }
}
