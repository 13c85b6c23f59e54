//! Build arguments that change with every build, declared in front of expensive steps.

use dflint_build::{Action, Stage, Step};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{Command, Span, Text};

use crate::lines::{lines_of, start_above};
use crate::scan::is_named_in;
use crate::{Context, Findings, Rule};

/// Names of what is new in every build.
const VOLATILE_NAMES: &[&str] = &[
    "BUILD_ID",
    "BUILD_NUMBER",
    "BUILD_TIME",
    "BUILDTIME",
    "DATE",
    "REVISION",
    "VCS_REF",
];

/// Parts of such names, between underscores.
const VOLATILE_PARTS: &[&str] = &["COMMIT", "SHA", "TIMESTAMP"];

/// Ends of such names.
const VOLATILE_ENDS: &[&str] = &[
    "BUILD_DATE",
    "GIT_REF",
    "GIT_REVISION",
    "GIT_HASH",
    "GIT_TAG",
];

/// See the page.
pub(crate) struct EarlyVolatileArg;

impl Rule for EarlyVolatileArg {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for stage in cx.model.stages() {
            for (at, step) in stage.steps.iter().enumerate().skip(stage.first_own_step) {
                let Command::Arg(definitions) = &step.instruction.command else {
                    continue;
                };
                for definition in definitions {
                    let name = definition.key.as_str();
                    if definition.value.as_ref().is_some_and(is_pinned) {
                        continue;
                    }
                    let Some(expensive) = expensive_step(cx, stage, at, name) else {
                        continue;
                    };
                    findings
                        .report(
                            cx.anchor(step.instruction, definition.key.span()),
                            format!(
                                "every new value of `{name}` runs the steps below again: declare \
                                 it right before the step that uses it",
                            ),
                        )
                        .related(
                            expensive.instruction.keyword.span(),
                            "runs again for nothing",
                        )
                        .fix_or_withhold(fix(cx, stage, at, name, definitions.len()));
                }
            }
        }
    }
}

fn is_volatile(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    VOLATILE_NAMES.contains(&name.as_str())
        || VOLATILE_ENDS.iter().any(|end| name.ends_with(end))
        || name.split('_').any(|part| VOLATILE_PARTS.contains(&part))
}

/// Whether a default is a checksum or commit that the file itself pins.
fn is_pinned(default: &Text) -> bool {
    let digits = default.as_str().trim_matches(['"', '\'']);
    digits.len() >= 7 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The step that installs behind the argument at position `at`, with nothing on the way that
/// needs the argument.
fn expensive_step<'m, 'a>(
    cx: &Context,
    stage: &'m Stage<'a>,
    at: usize,
    name: &str,
) -> Option<&'m Step<'a>> {
    if !is_volatile(name) {
        return None;
    }
    for step in stage.steps.iter().skip(at + 1) {
        let is_run = matches!(step.action, Action::Run(_));
        // A label or variable can be declared later as well.
        let can_wait = matches!(step.action, Action::Label(_) | Action::Env(_));
        if mentions(cx, step, name) && !can_wait {
            return None;
        }
        if is_run && cx.package_calls(step).any(|call| call.fills_caches()) {
            return Some(step);
        }
    }
    None
}

/// Whether the instruction's text holds the name as a whole word.
fn mentions(cx: &Context, step: &Step, name: &str) -> bool {
    let text = step.instruction.span.text(cx.dockerfile.source);
    is_named_in(text, name)
}

fn fix(
    cx: &Context,
    stage: &Stage,
    at: usize,
    name: &str,
    definitions: usize,
) -> Result<Fix, String> {
    let file = cx.dockerfile;
    let argument = stage
        .steps
        .get(at)
        .ok_or("the step is not known")?
        .instruction;
    if definitions > 1 {
        return Err("the instruction declares several arguments".to_owned());
    }
    let file_text = argument.span.text(file.source);
    if file_text.contains('$') {
        return Err("its default depends on where it stands".to_owned());
    }
    let mut later = stage.steps.iter().skip(at + 1);
    let user = later.find(|step| mentions(cx, step, name));
    let user = user.ok_or_else(|| format!("nothing in this stage uses `{name}`"))?;
    let between = stage
        .steps
        .iter()
        .skip(at + 1)
        .take_while(|step| step.index < user.index);
    let mut installs = between.flat_map(|step| cx.package_calls(step));
    if !installs.any(|call| call.fills_caches()) {
        let line = user.instruction.start_line;
        return Err(format!(
            "line {line} uses it before, and would have to move too"
        ));
    }
    let lines = Span::new(start_above(file, argument), lines_of(file, argument).end);
    let text = lines.text(file.source).replace("\r\n", "\n");
    Ok(Fix {
        title: format!("Declare `{name}` where it is used"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![
            Edit::delete(lines),
            Edit::insert(start_above(file, user.instruction), text),
        ],
    })
}
