//! `curl … | sh`.

mod file;

use dflint_parser::InstructionName;
use dflint_shell::Word;

use crate::run_view::{Call, RunView};
use crate::{Context, Findings, Rule, Site};

/// See the page.
pub(crate) struct UnverifiedScript;

impl Rule for UnverifiedScript {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Some(run) = cx.run_at(site) else {
            return;
        };
        // Few scripts download anything.
        let mut names = run.commands().filter_map(|command| command.name());
        if !names.any(|name| matches!(name, "curl" | "wget")) {
            return;
        }
        for (download, runner) in executed(&run).into_iter().chain(file::executed(&run)) {
            run.report(
                cx,
                findings,
                download.name_word.span(),
                format!(
                    "`{}` runs whatever the server sends today: download the script, check it \
                     (`sha256sum -c`, or `ADD --checksum`), then run it",
                    runner.name,
                ),
            )
            .related(runner.name_word.span(), "it is run here")
            .withhold("the checksum of the script is not known");
        }
    }
}

/// The downloads that are run, each with what runs it.
fn executed<'m>(run: &RunView<'m, '_>) -> Vec<(Call<'m>, Call<'m>)> {
    let calls: Vec<Call<'m>> = run.calls(|_| true).collect();
    let mut found = Vec::new();
    let mut piped: Option<usize> = None;
    for (at, call) in calls.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| calls.get(before));
        if !before.is_some_and(|before| is_piped(before, call)) {
            piped = None;
        }
        if is_download(call) {
            piped = Some(at);
        } else if let Some(from) = piped.filter(|_| reads_script(call)) {
            found.push((from, at));
            piped = None;
        } else if !passes_on(call) {
            piped = None;
        }
        if runs_argument(call) {
            // Commands of a substitution come right behind the one whose argument they make, but
            // for those of the script that it is.
            let behind = calls.iter().enumerate().skip(at + 1);
            let mut inside = behind
                .take_while(|(_, inner)| is_within(inner, call) || !is_one_script(inner, call))
                .filter(|(_, inner)| is_within(inner, call));
            let download = inside.find(|(_, inner)| is_download(inner));
            found.extend(download.map(|(inner, _)| (inner, at)));
        }
    }
    let mut calls: Vec<Option<Call<'m>>> = calls.into_iter().map(Some).collect();
    let mut pairs = Vec::new();
    for (download, runner) in found {
        let runner = calls.get_mut(runner).and_then(Option::take);
        let download = calls.get_mut(download).and_then(Option::take);
        pairs.extend(download.zip(runner));
    }
    pairs
}

fn is_download(call: &Call) -> bool {
    match call.name {
        "curl" => !call.has_flag(&["o", "O", "output", "remote-name"]) || writes_to_output(call),
        "wget" => writes_to_output(call),
        _ => false,
    }
}

/// `-O -`, `-qO-`, `-o -`.
fn writes_to_output(call: &Call) -> bool {
    let mut args = call.args.iter().peekable();
    while let Some(arg) = args.next() {
        let text = &*arg.text;
        let is_option = text == "--output-document" || arg.is_flag() && text.ends_with(['O', 'o']);
        let next_is_dash = args
            .peek()
            .is_some_and(|next| next.text == "-" || next.text == "/dev/stdout");
        let joined = arg.is_flag() && (text.ends_with("O-") || text.ends_with("o-"));
        if joined || text == "--output-document=-" || is_option && next_is_dash {
            return true;
        }
    }
    false
}

/// Whether nothing but a `|` stands between two commands of one script.
fn is_piped(before: &Call, call: &Call) -> bool {
    let (one, other) = (before.command.range(), call.command.range());
    let text = before.command.script().as_str();
    let between = text.get(one.end as usize..other.start as usize);
    is_one_script(before, call)
        && between.is_some_and(|between| matches!(between.trim(), "|" | "|&"))
}

/// Filters between a download and what runs it.
fn passes_on(call: &Call) -> bool {
    matches!(
        call.name,
        "tee" | "sed" | "tr" | "gunzip" | "zcat" | "cat" | "awk"
    )
}

const SHELLS: &[&str] = &["sh", "bash", "dash", "ash", "zsh", "ksh"];

/// Whether it is the name of another program that runs scripts.
fn is_interpreter(name: &str) -> bool {
    matches!(name, "perl" | "ruby" | "node" | "php" | "Rscript") || name.starts_with("python")
}

/// Whether it takes a script from its input.
fn reads_script(call: &Call) -> bool {
    let is_shell = SHELLS.contains(&call.name);
    let is_other = is_interpreter(call.name);
    if !is_shell && !is_other {
        return false;
    }
    for arg in &call.args {
        match &*arg.text {
            "-" | "-s" | "/dev/stdin" => return true,
            "-c" | "-m" | "-p" | "-r" => return false,
            "-e" if is_other => return false,
            text if is_shell
                && text.starts_with('-')
                && !text.starts_with("--")
                && text.contains('s') =>
            {
                return true;
            }
            text if !text.starts_with('-') => return false,
            _ => {}
        }
    }
    true
}

/// Whether it runs what stands in one of its arguments.
fn runs_argument(call: &Call) -> bool {
    let is_shell = SHELLS.contains(&call.name);
    let takes_script = (is_shell || call.name.starts_with("python")) && call.has_flag(&["c"]);
    let reads_file = matches!(call.name, "source" | ".") || is_shell;
    let is_substituted = |word: Word<'_>| word.raw().starts_with("<(");
    // What is put together from more than the output, such as `V=$(…)`, is a script of its own.
    let is_output = |word: Word<'_>| {
        let text = word.raw().trim_start_matches('"');
        text.starts_with("$(") || text.starts_with('`')
    };
    let mut words = call.args.iter().map(|arg| arg.word);
    (takes_script || call.name == "eval") && words.clone().any(is_output)
        || reads_file && words.any(is_substituted)
}

/// Whether `inner` is run to make an argument of `outer`.
fn is_within(inner: &Call, outer: &Call) -> bool {
    let (within, around) = (inner.command.range(), outer.command.range());
    is_one_script(inner, outer) && around.start < within.start && within.end <= around.end
}

fn is_one_script(one: &Call, other: &Call) -> bool {
    std::ptr::eq(one.command.script(), other.command.script())
}
