//! Variables in `FROM` that nothing declares.

use dflint_build::Point;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Instruction, Text};

use crate::lines::start_above;
use crate::suggestion::nearest;
use crate::variable::NamedVariables;
use crate::{Context, Findings, Rule};

/// See the page.
pub(crate) struct UndefinedArgInFrom;

impl Rule for UndefinedArgInFrom {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let declared = declared(cx);
        for stage in cx.model.stages() {
            let words = [
                (false, Some(&stage.from.base)),
                (true, stage.from.platform.as_ref()),
            ];
            for (platform, word) in words {
                let here = Point::Base {
                    stage: stage.id.0,
                    platform,
                };
                if let (Some(word), true) = (word, cx.reach.covers(here)) {
                    check_word(cx, stage.instruction, word, &declared, findings);
                }
            }
        }
    }
}

/// The arguments that `FROM` can use: predefined ones, and those in front of the first `FROM`.
fn declared<'m>(cx: &Context<'m, '_>) -> Vec<&'m str> {
    let before = cx.dockerfile.instructions.iter().map(|it| &it.command);
    let before = before.take_while(|command| !matches!(command, Command::From(_)));
    let mut names: Vec<&str> = Vec::new();
    for command in before {
        if let Command::Arg(arguments) = command {
            names.extend(arguments.iter().map(|argument| argument.key.as_str()));
        }
    }
    names.extend(cx.model.global_args().names());
    names
}

fn check_word(
    cx: &Context,
    from: &Instruction,
    word: &Text,
    declared: &[&str],
    findings: &mut Findings,
) {
    let expander = cx.model.expander();
    let unset = expander.unset_names(word.as_str(), cx.model.global_args());
    if unset.is_empty() {
        return;
    }
    let variables = NamedVariables::of(word);
    for name in unset {
        if declared.contains(&name.as_str()) {
            continue;
        }
        let suggestion = nearest(&name, declared.iter().copied());
        let hint = suggestion.map_or_else(String::new, |it| format!(", did you mean `{it}`?"));
        let place = variables.place(&name);
        let span = place
            .clone()
            .map_or_else(|| word.span(), |place| word.span_of(place));
        let fix = match (suggestion, place) {
            (Some(suggestion), Some(place)) => Fix {
                title: format!("Write `{suggestion}`"),
                safety: Safety::Unsafe,
                keeps: Keeps::Nothing,
                edits: vec![Edit::replace(word.span_of(place), suggestion)],
            },
            _ => declare(cx, &name),
        };
        findings
            .report(
                cx.anchor(from, span),
                format!("no ARG in front of the first FROM declares `{name}`{hint}"),
            )
            .fix(fix);
    }
}

fn declare(cx: &Context, name: &str) -> Fix {
    let first = cx.model.stages().first();
    let at = first.map_or(0, |stage| start_above(cx.dockerfile, stage.instruction));
    Fix {
        title: format!("Declare `ARG {name}` in front of the first FROM"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::insert(at, format!("ARG {name}\n"))],
    }
}
