//! Standard output and standard error.

use std::ffi::OsString;
use std::io::{self, BufWriter, IsTerminal, Write};

use dflint_report::harmless;

use crate::args::Color;

/// How much is written to standard output at once, in bytes.
const OUTPUT_BUFFER: usize = 64 * 1024;

/// Writes to standard output. A reader that has gone away (`dflint | head`) is no error: what it
/// wanted it has.
pub(crate) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(OUTPUT_BUFFER, io::stdout().lock());
    let written = write(&mut out).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// What a line on standard error is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    /// Something could not be done.
    Error,
    /// Something may not be as wanted.
    Warning,
    /// Something worth knowing.
    Note,
}

impl Tone {
    fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }

    /// Bold, in the colours that findings of this kind have.
    fn ansi(self) -> &'static str {
        match self {
            Self::Error => "\x1b[1;31m",
            Self::Warning => "\x1b[1;33m",
            Self::Note => "\x1b[1;32m",
        }
    }
}

/// Says something on standard error, its kind first; there is nowhere to say that this failed.
pub(crate) fn say(tone: Tone, color: Color, message: &str) {
    let mut err = io::stderr().lock();
    let message = harmless(message);
    let _ = if with_color(color, err.is_terminal()) {
        writeln!(err, "{}{}:\x1b[0m {message}", tone.ansi(), tone.word())
    } else {
        writeln!(err, "{}: {message}", tone.word())
    };
}

/// Writes a line to standard error as it is.
pub(crate) fn say_plainly(line: &str) {
    let _ = writeln!(io::stderr(), "{}", harmless(line));
}

/// Whether text on a stream is coloured; `is_terminal`: whether people read the stream.
///
/// `NO_COLOR` (<https://no-color.org>) and `CLICOLOR`, `CLICOLOR_FORCE`
/// (<https://bixense.com/clicolors>) are honoured; the former wins.
pub(crate) fn with_color(choice: Color, is_terminal: bool) -> bool {
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => by_environment(|name| std::env::var_os(name), is_terminal),
    }
}

fn by_environment(variable: impl Fn(&str) -> Option<OsString>, is_terminal: bool) -> bool {
    let is = |name: &str, wanted: &str| variable(name).is_some_and(|value| value == wanted);
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if is_set("NO_COLOR") {
        return false;
    }
    if is_set("CLICOLOR_FORCE") && !is("CLICOLOR_FORCE", "0") {
        return true;
    }
    is_terminal && !is("CLICOLOR", "0") && !is("TERM", "dumb")
}

/// Whether people read standard output.
pub(crate) fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

#[cfg(test)]
mod tests {
    use super::by_environment;

    type Variables = &'static [(&'static str, &'static str)];

    #[test]
    fn the_environment_decides_on_colours() {
        let cases: [(Variables, bool, bool); 9] = [
            (&[], true, true),
            (&[], false, false),
            (&[("NO_COLOR", "1")], true, false),
            (&[("NO_COLOR", "")], true, true),
            (&[("TERM", "dumb")], true, false),
            (&[("CLICOLOR", "0")], true, false),
            (&[("CLICOLOR_FORCE", "1")], false, true),
            (&[("CLICOLOR_FORCE", "0")], false, false),
            (&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], true, false),
        ];
        for (set, is_terminal, want) in cases {
            let variable = |name: &str| {
                let found = set.iter().find(|(known, _)| *known == name);
                found.map(|(_, value)| (*value).into())
            };
            let got = by_environment(variable, is_terminal);
            assert_eq!(got, want, "{set:?}, terminal: {is_terminal}");
        }
    }
}
