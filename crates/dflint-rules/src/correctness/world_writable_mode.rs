//! Files that everybody may write.

use dflint_build::{Action, Chmod};
use dflint_parser::{Command, InstructionName, Span};
use dflint_shell::Word;

use crate::run_view::Call;
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct WorldWritableMode;

impl Rule for WorldWritableMode {
    fn interests(&self) -> &'static [InstructionName] {
        &[
            InstructionName::Run,
            InstructionName::Copy,
            InstructionName::Add,
        ]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        for (span, mode) in modes(cx, site) {
            findings
                .report(
                    cx.anchor(site.instruction, span),
                    format!(
                        "mode `{mode}` lets every user and every hijacked process write here, give it \
                         to the user that needs it with `chown`",
                    ),
                )
                .withhold("which user needs to write is not known");
        }
    }
}

fn modes(cx: &Context, site: &Site) -> Vec<(Span, String)> {
    match &site.instruction.command {
        Command::Copy(transfer) | Command::Add(transfer) => {
            let step = cx.model.step_at(site.index).filter(|_| !site.onbuild);
            let (Some(written), Some((_, step))) = (&transfer.chmod, step) else {
                return Vec::new();
            };
            let Action::Copy(copy) = &step.action else {
                return Vec::new();
            };
            let is_open = match &copy.chmod {
                Some(Chmod::Octal(mode)) => is_open(*mode),
                Some(Chmod::Symbolic(text)) => is_open_symbolic(text),
                Some(Chmod::Unknown(_)) | None => false,
            };
            let found = is_open.then(|| (written.span(), written.as_str().to_owned()));
            found.into_iter().collect()
        }
        Command::Run(_) => cx.run_at(site).map_or_else(Vec::new, |run| {
            let calls = run.calls_of(&["chmod", "install", "mkdir"]);
            let words = calls.filter_map(|call| open_mode(&call));
            words.map(|word| (word.span(), word.render())).collect()
        }),
        _ => Vec::new(),
    }
}

/// The word that gives everybody the right to write.
fn open_mode<'s>(call: &Call<'s>) -> Option<Word<'s>> {
    let word = match call.name {
        // A mode that takes rights away begins with a dash.
        "chmod" => call.plain().next()?.word,
        _ => {
            let at = call.args.iter().position(|arg| {
                arg.text == "--mode"
                    || arg.is_flag() && !arg.text.starts_with("--") && arg.text.ends_with('m')
            })?;
            call.args.get(at + 1)?.word
        }
    };
    let text = word.literal()?;
    let octal = u32::from_str_radix(text, 8);
    match octal {
        Ok(mode) => is_open(mode),
        Err(_) => is_open_symbolic(text),
    }
    .then_some(word)
}

/// Whether others may write. With the sticky bit, as on `/tmp`, they may not touch each other's
/// files.
fn is_open(mode: u32) -> bool {
    mode & 0o002 != 0 && mode & 0o1000 == 0
}

/// The same of `a+rwx`, `o+w`, `ugo=rw`.
fn is_open_symbolic(text: &str) -> bool {
    if text.contains('t') {
        return false;
    }
    text.split(',').any(|clause| {
        let Some(at) = clause.find(['+', '=']) else {
            return false;
        };
        let (who, rights) = clause.split_at(at);
        who.contains(['a', 'o']) && rights.contains('w') && who.chars().all(|c| "ugoa".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use super::{is_open, is_open_symbolic};

    #[test]
    fn open_modes_are_told() {
        for (mode, expected) in [
            (0o777, true),
            (0o666, true),
            (0o1777, false),
            (0o775, false),
            (0o2777, true),
        ] {
            assert_eq!(is_open(mode), expected, "{mode:o}");
        }
        for (mode, expected) in [
            ("a+rwx", true),
            ("o+w", true),
            ("ugo=rw", true),
            ("go+rx,o+w", true),
            ("+x", false),
            ("+w", false),
            ("u+w", false),
            ("g=u", false),
            ("o-w", false),
            ("a+rwxt", false),
            ("$MODE+w", false),
        ] {
            assert_eq!(is_open_symbolic(mode), expected, "{mode}");
        }
    }
}
