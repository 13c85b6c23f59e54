//! `COPY app.tar.gz /` and `RUN tar -xf app.tar.gz`.

use dflint_parser::{Command, Instruction, Run, Source, Text, Transfer};
use dflint_shell::{Script, Shell, SimpleCommand};

use crate::archive::is_archive;
use crate::written::{unquoted, written_stages};
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct CopiedArchive;

/// Commands that do nothing but unpack.
const UNPACKERS: [&str; 9] = [
    "bunzip2",
    "gunzip",
    "gzcat",
    "uncompress",
    "unlzma",
    "unxz",
    "unzip",
    "zcat",
    "zgz",
];

/// Further ones, which hadolint does not know.
const MORE_UNPACKERS: [&str; 5] = ["bzcat", "lzcat", "unlz4", "unzstd", "xzcat"];

impl Rule for CopiedArchive {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for stage in written_stages(cx.dockerfile) {
            let mut copied: Vec<Copied> = Vec::new();
            for step in stage.steps {
                match &step.command {
                    Command::Copy(copy) if copy.from.is_none() => {
                        copied.extend(archives(step, copy))
                    }
                    Command::Run(run) if !copied.is_empty() => {
                        unpacked(step, run, &mut copied, cx, findings);
                    }
                    _ => {}
                }
            }
        }
    }
}

/// An archive in the image.
struct Copied<'m, 'a> {
    instruction: &'m Instruction<'a>,
    source: &'m Text<'a>,
    name: &'m str,
}

/// The archives that `COPY` brings: named as the destination where that is an archive.
fn archives<'m, 'a>(
    instruction: &'m Instruction<'a>,
    copy: &'m Transfer<'a>,
) -> Vec<Copied<'m, 'a>> {
    let destination = file_name(copy.destination.as_str());
    let paths = copy.sources.iter().filter_map(|source| match source {
        Source::Path(path) => Some(path),
        _ => None,
    });
    let named = |source: &'m Text<'a>| {
        let own = file_name(source.as_str());
        let name = if is_archive(destination) {
            destination
        } else {
            own
        };
        is_archive(name).then_some(Copied {
            instruction,
            source,
            name,
        })
    };
    paths.filter_map(named).collect()
}

fn file_name(path: &str) -> &str {
    let path = unquoted(path);
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Reports, and takes out, what a `RUN` unpacks.
fn unpacked(
    step: &Instruction,
    run: &Run,
    copied: &mut Vec<Copied>,
    cx: &Context,
    findings: &mut Findings,
) {
    let shell = Shell::from_words(["/bin/sh", "-c"]);
    let script = Script::of_run(run, &step.heredocs, &shell);
    for command in script
        .commands()
        .filter(|command| unpacks(*command, cx.dialect))
    {
        let words: Vec<String> = command.args().map(|word| word.render()).collect();
        let names = |archive: &Copied| words.iter().any(|word| file_name(word) == archive.name);
        let Some(first) = copied.iter().find(|archive| names(archive)) else {
            continue;
        };
        let name = first.name;
        for archive in copied.extract_if(.., |archive| archive.name == name) {
            findings
                .report(
                    cx.anchor(archive.instruction, archive.source.span()),
                    format!("ADD unpacks `{name}` without leaving it in a layer"),
                )
                .related(command.span(), "it is unpacked here");
        }
    }
}

fn unpacks(command: SimpleCommand, dialect: Dialect) -> bool {
    let Some(name) = command.name() else {
        return false;
    };
    let is_known = dialect == Dialect::Dflint && MORE_UNPACKERS.contains(&name);
    if is_known || UNPACKERS.contains(&name) {
        return true;
    }
    name == "tar"
        && command.args().enumerate().any(|(at, word)| {
            let word = word.render();
            let without_dash = dialect == Dialect::Dflint && at == 0 && !word.starts_with('-');
            let short = word
                .strip_prefix('-')
                .filter(|flags| !flags.starts_with('-'));
            word == "--extract"
                || word == "--get"
                || short.is_some_and(|flags| flags.contains('x'))
                || without_dash && word.contains('x') && !word.contains(['/', '.'])
        })
}
