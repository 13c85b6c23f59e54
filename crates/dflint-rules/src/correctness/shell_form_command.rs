//! `CMD` and `ENTRYPOINT` in shell form.

use std::collections::HashSet;

use dflint_build::{Action, Step, Value};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, CommandLine, HealthTest, Instruction, Text};

use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct ShellFormCommand;

impl Rule for ShellFormCommand {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let ignored = ignored_commands(cx);
        if cx.dialect == Dialect::Hadolint {
            return check_like_hadolint(cx, &ignored, findings);
        }
        for visit in cx.visits() {
            let instruction = visit.step.instruction;
            let Some(text) = shell_text(instruction) else {
                continue;
            };
            let state = &visit.step.state;
            if state.shell().is_some_and(|shell| !shell.is_empty()) {
                continue;
            }
            let is_exec = text.as_str().trim_start().starts_with("exec ");
            if cx.dialect == Dialect::Dflint && is_exec {
                continue;
            }
            let keyword = instruction.keyword.as_str();
            let place = visit.anchor(cx, instruction.keyword.span());
            if let Some(mistake) = mistake_in_list(text.as_str()) {
                let message = format!("this is no JSON array, so a shell runs `[`: {mistake}");
                findings
                    .report(place, message)
                    .withhold("what the array should hold is not known");
                continue;
            }
            let message = format!(
                "write {keyword} as a JSON array: below a shell the program gets no signals",
            );
            findings
                .report(place, message)
                .fix_or_withhold(fix(text, visit.step, &ignored));
        }
    }
}

/// hadolint wants a health check in JSON form too, and asks for no shell.
fn check_like_hadolint(cx: &Context, ignored: &Ignored, findings: &mut Findings) {
    for (index, instruction) in cx.dockerfile.instructions.iter().enumerate() {
        let health_check = match &instruction.command {
            Command::Healthcheck(check) => match &check.test {
                HealthTest::Cmd(CommandLine::Shell(text)) => Some(text),
                _ => None,
            },
            _ => None,
        };
        let Some(text) = shell_text(instruction).or(health_check) else {
            continue;
        };
        let keyword = &instruction.keyword;
        let finding = findings.report(
            keyword.span(),
            format!(
                "write {} as a JSON array: a shell is in the way otherwise",
                keyword.as_str()
            ),
        );
        if let Some((_, step)) = cx.model.step_at(index) {
            finding.fix_or_withhold(fix(text, step, ignored));
        }
    }
}

/// The command lines of entry points in whose images a `CMD` stands: a shell ignores it, a program
/// would take it for its arguments.
type Ignored = HashSet<*const Value>;

fn ignored_commands(cx: &Context) -> Ignored {
    let images = cx.model.stages().iter().map(|stage| stage.end.image());
    let with_command = images.filter(|image| image.cmd.is_some());
    let entrypoints = with_command.filter_map(|image| image.entrypoint.as_deref());
    entrypoints.map(<[Value]>::as_ptr).collect()
}

/// Why what looks like a JSON array of strings is none; `[ -f x ]` looks like none.
fn mistake_in_list(text: &str) -> Option<String> {
    let text = text.trim();
    let first = text.strip_prefix('[')?.trim_start().chars().next()?;
    if !matches!(first, '"' | '\'') {
        return None;
    }
    let error = serde_json::from_str::<Vec<String>>(text).err()?;
    let at = error.column().saturating_sub(1);
    let rest = text.get(at..).filter(|_| error.line() == 1)?;
    Some(match rest.chars().next() {
        Some('\'') => "JSON wants double quotes".to_owned(),
        Some(_) if !error.is_eof() => format!(
            "`{rest}` is not expected behind `{}`",
            &text.get(..at)?.trim_end()
        ),
        _ => "its end is missing".to_owned(),
    })
}

fn shell_text<'m, 'a>(instruction: &'m Instruction<'a>) -> Option<&'m Text<'a>> {
    match &instruction.command {
        Command::Cmd(CommandLine::Shell(text)) | Command::Entrypoint(CommandLine::Shell(text)) => {
            Some(text)
        }
        _ => None,
    }
}

/// Words that a shell understands itself: there is no such program, or it does something else.
const SHELL_WORDS: [&str; 31] = [
    ".", ":", "alias", "bg", "break", "case", "cd", "command", "continue", "eval", "exec", "exit",
    "export", "fg", "for", "if", "local", "read", "return", "set", "shift", "source", "time",
    "trap", "type", "ulimit", "umask", "unset", "until", "wait", "while",
];

/// The words of a command that means the same without a shell, a leading `exec` left out; `None`
/// where it needs one.
fn words<'t>(text: &'t Text) -> Option<Vec<&'t str>> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,@%+".contains(c);
    let is_plain = |word: &&str| word.chars().all(|c| plain(c) || c == '=');
    let mut words: Vec<&str> = text.as_str().split_ascii_whitespace().collect();
    if words.first() == Some(&"exec") {
        words.remove(0);
    }
    let program = words.first()?;
    let is_program = program.chars().all(plain) && !SHELL_WORDS.contains(program);
    (is_program && words.iter().all(is_plain)).then_some(words)
}

fn fix(text: &Text, step: &Step, ignored: &Ignored) -> Result<Fix, &'static str> {
    let words = words(text).ok_or("the command needs a shell")?;
    if step.state.platform().is_windows() {
        return Err("on Windows the shell also splits words differently");
    }
    if !text.is_contiguous() {
        return Err("the command is written on several lines");
    }
    if let Action::Entrypoint(line) = &step.action
        && ignored.contains(&line.as_ptr())
    {
        return Err("the CMD, which the shell ignores, would become its arguments");
    }
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    Ok(Fix {
        title: "Write the command as a JSON array".to_owned(),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::replace(
            text.span(),
            format!("[{}]", quoted.join(", ")),
        )],
    })
}

#[cfg(test)]
mod tests {
    use super::mistake_in_list;

    #[test]
    fn the_place_of_the_mistake_is_told() {
        for (text, mistake) in [
            (
                r#"["a" "b"]"#,
                Some(r#"`"b"]` is not expected behind `["a"`"#),
            ),
            ("['a','b']", Some("JSON wants double quotes")),
            (r#"["a",]"#, Some(r#"`]` is not expected behind `["a",`"#)),
            (
                r#"["a"] # c"#,
                Some(r##"`# c` is not expected behind `["a"]`"##),
            ),
            (r#"[ "a", "b""#, Some("its end is missing")),
            ("[ -f /x ] && y", None),
            ("a b", None),
        ] {
            assert_eq!(mistake_in_list(text).as_deref(), mistake, "{text}");
        }
    }
}
