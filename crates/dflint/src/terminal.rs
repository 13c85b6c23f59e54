//! Standard output and standard error.

use std::io::{self, BufWriter, IsTerminal, Write};

use crate::args::Color;

/// Writes to standard output. A reader that has gone away (`dflint | head`) is no error: what it
/// wanted it has.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Writes a line to standard error; there is nowhere to say that this failed.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// Whether text on a stream is coloured; `is_terminal`: whether people read the stream.
/// `NO_COLOR` is honoured (<https://no-color.org>).
pub(crate) fn with_color(choice: Color, is_terminal: bool) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let is_dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
            is_terminal && !forbidden && !is_dumb
        }
    }
}

/// Whether people read standard output.
pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}
