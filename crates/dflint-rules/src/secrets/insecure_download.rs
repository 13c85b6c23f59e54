//! Downloads that accept any certificate.

use dflint_parser::InstructionName;
use dflint_shell::Word;

use crate::run_view::Call;
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct InsecureDownload;

impl Rule for InsecureDownload {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Some(run) = cx.run_at(site) else {
            return;
        };
        for call in run.calls_of(&["curl", "wget", "aria2c", "helm", "kubectl", "oras", "crane"]) {
            let Some(flag) = insecure_flag(&call) else {
                continue;
            };
            if stays_here(&call) {
                continue;
            }
            run.report(
                cx,
                findings,
                flag.span(),
                format!(
                    "`{}` accepts what anybody on the way sends instead of the file: install \
                     `ca-certificates` or name the authority's certificate, and drop the flag",
                    flag.render(),
                ),
            )
            .withhold("whether the server's certificate can be verified is not known");
        }
    }
}

fn insecure_flag<'s>(call: &Call<'s>) -> Option<Word<'s>> {
    let is_insecure = |text: &str| match call.name {
        "curl" => text == "--insecure" || has_letter(text, 'k'),
        "wget" => text == "--no-check-certificate",
        "helm" | "kubectl" => {
            matches!(
                text,
                "--insecure-skip-tls-verify" | "--insecure-skip-tls-verify=true"
            )
        }
        "oras" | "crane" => matches!(text, "--insecure" | "--insecure=true"),
        _ => text == "--check-certificate=false",
    };
    let mut is_value = false;
    for arg in &call.args {
        if std::mem::take(&mut is_value) {
            continue;
        }
        if is_insecure(&arg.text) {
            return Some(arg.word);
        }
        is_value = call.name == "curl" && takes_next(&arg.text);
    }
    None
}

/// curl's short options that take a value.
const VALUED: &str = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";

/// Whether a group of curl's short options holds `letter`; what follows an option with a value is
/// that value.
fn has_letter(text: &str, letter: char) -> bool {
    let Some(group) = text
        .strip_prefix('-')
        .filter(|group| !group.starts_with('-'))
    else {
        return false;
    };
    let own = group.chars().take_while(|option| !VALUED.contains(*option));
    own.into_iter().any(|option| option == letter)
}

/// Whether the next word is the value of this group of curl's short options.
fn takes_next(text: &str) -> bool {
    let group = text
        .strip_prefix('-')
        .filter(|group| !group.starts_with('-'));
    group
        .and_then(|group| group.chars().last())
        .is_some_and(|last| VALUED.contains(last))
        && group.is_some_and(|group| {
            group
                .chars()
                .filter(|option| VALUED.contains(*option))
                .count()
                == 1
        })
}

/// Whether every address is one of the machine itself.
fn stays_here(call: &Call) -> bool {
    let mut addresses = call
        .plain()
        .filter(|arg| arg.text.contains("://"))
        .peekable();
    let is_local = |text: &str| {
        let host = text.split_once("://").map_or(text, |(_, rest)| rest);
        ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|local| host.starts_with(local))
    };
    addresses.peek().is_some() && addresses.all(|arg| is_local(&arg.text))
}

#[cfg(test)]
mod tests {
    use super::{has_letter, takes_next};

    #[test]
    fn letters_behind_an_option_with_a_value_are_its_value() {
        for (text, expected) in [
            ("-k", true),
            ("-sSLk", true),
            ("-ok", false),
            ("-fsSLo", false),
            ("--k", false),
            ("k", false),
        ] {
            assert_eq!(has_letter(text, 'k'), expected, "{text}");
        }
        for (text, expected) in [
            ("-o", true),
            ("-fsSLo", true),
            ("-ofile", false),
            ("-k", false),
        ] {
            assert_eq!(takes_next(text), expected, "{text}");
        }
    }
}
