//! Scripts that are downloaded into a file and run from there.

use std::collections::HashMap;

use dflint_shell::RedirectKind;

use super::{SHELLS, is_interpreter};
use crate::run_view::{Call, RunView};

/// The downloads whose file the same step runs without a look at it, each with what runs it.
pub(super) fn executed<'m>(run: &RunView<'m, '_>) -> Vec<(Call<'m>, Call<'m>)> {
    let mut downloads: HashMap<String, Call<'m>> = HashMap::new();
    let mut pairs = Vec::new();
    for call in run.calls(|_| true) {
        if is_check(call.name) {
            downloads.clear();
            continue;
        }
        if let Some(file) = saved_file(&call) {
            downloads.insert(plain_path(&file).to_owned(), call);
            continue;
        }
        let file = run_file(&call);
        if let Some(download) = file.and_then(|file| downloads.remove(plain_path(file))) {
            pairs.push((download, call));
        }
    }
    pairs
}

/// Programs that compare a file with a checksum or a signature.
fn is_check(name: &str) -> bool {
    let is_sum = name.ends_with("sum") || name == "shasum";
    is_sum
        || matches!(
            name,
            "gpg" | "gpg2" | "gpgv" | "openssl" | "cosign" | "minisign"
        )
}

fn plain_path(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

/// The file that a download is written to.
fn saved_file(call: &Call) -> Option<String> {
    let named = match call.name {
        "curl" => value_of(call, 'o', "--output"),
        "wget" => value_of(call, 'O', "--output-document"),
        _ => return None,
    };
    if let Some(file) = named.or_else(|| redirected(call)) {
        return (file != "-").then_some(file);
    }
    let takes_name = call.name == "wget" || call.has_flag(&["O", "remote-name"]);
    let address = call.plain().find(|arg| arg.text.contains("://"))?;
    let name = address.text.rsplit('/').next()?;
    // wget keeps what follows a `?` as part of the name.
    let name = match call.name {
        "curl" => name.split(['?', '#']).next()?,
        _ => name,
    };
    (takes_name && !name.is_empty()).then(|| name.to_owned())
}

/// The value of an option: `-o x`, `-fsSLo x`, `--output x`, `--output=x`.
fn value_of(call: &Call, letter: char, long: &str) -> Option<String> {
    let mut args = call.args.iter();
    while let Some(arg) = args.next() {
        let text = &*arg.text;
        let is_short = text.starts_with('-') && !text.starts_with("--") && text.ends_with(letter);
        if is_short || text == long {
            return args.next().map(|value| value.text.to_string());
        }
        let joined = text.strip_prefix(long);
        if let Some(value) = joined.and_then(|rest| rest.strip_prefix('=')) {
            return Some(value.to_owned());
        }
    }
    None
}

fn redirected(call: &Call) -> Option<String> {
    let mut redirects = call.command.redirects();
    let output = redirects.find(|redirect| {
        let is_file = matches!(
            redirect.kind(),
            RedirectKind::Output | RedirectKind::Clobber
        );
        is_file && matches!(redirect.fd(), None | Some(1))
    })?;
    output.target().map(|target| target.render())
}

/// The file that a call runs: `sh x`, `. x`, `python3 x`, `./x`.
fn run_file<'c>(call: &'c Call) -> Option<&'c str> {
    if matches!(call.name, "source" | ".")
        || SHELLS.contains(&call.name)
        || is_interpreter(call.name)
    {
        let mut args = call.args.iter().map(|arg| &*arg.text);
        let file =
            args.find(|arg| !arg.starts_with('-') || matches!(*arg, "-c" | "-m" | "-e" | "-r"));
        // A shell's `-e` only makes it stop at an error.
        return match file {
            Some("-e") if SHELLS.contains(&call.name) => args.find(|arg| !arg.starts_with('-')),
            Some(option) if option.starts_with('-') => None,
            file => file,
        };
    }
    let word = call.name_word.literal()?;
    word.contains('/').then_some(word)
}
