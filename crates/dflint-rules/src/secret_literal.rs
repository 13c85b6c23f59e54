//! From a secret that a script holds to one that is mounted for it.

use std::collections::HashSet;

use dflint_build::Action;
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_parser::{MountKind, Span};
use dflint_shell::{Assignment, Script, SimpleCommand, Word};

use crate::Context;
use crate::run_view::RunView;
use crate::scan::mentions;
use crate::secret_mount::{env_option, mount_in};

/// How a script holds a secret.
pub(crate) enum Literal<'s> {
    /// `NAME=value command`: the variable of one command.
    OfCommand(Assignment<'s>),
    /// `export NAME=value` or `NAME=value` alone.
    OfScript,
    /// A word, or the part of one that stands at `span`.
    InWord { word: Word<'s>, span: Span },
}

/// The fix that takes the secret out of a `RUN` and mounts it as the variable `name`; `command`
/// is the one that holds it.
///
/// # Errors
/// Why the script would not run as before.
pub(crate) fn fix(
    cx: &Context,
    run: &RunView,
    command: SimpleCommand,
    literal: &Literal,
    name: &str,
) -> Result<Fix, String> {
    run.may_edit(command)?;
    let (_, step) = run.place.ok_or("the stage is not known")?;
    let script = run.script().ok_or("the script is not known")?;
    let named = mentions(script.as_str(), name).count();
    let edits = match literal {
        Literal::OfCommand(assignment) if named == 1 => without_assignment(command, *assignment)?,
        Literal::InWord { word, span } if named == 0 => {
            vec![expanded(cx, *word, *span, name)?]
        }
        Literal::OfScript if is_set_once(script, name) => without_step(cx, script, command)?,
        _ => return Err(format!("the script names `{name}` in other places, too")),
    };
    let mount = mount_in(cx.dockerfile, step, name)?;
    claim(cx, name, value_of(cx, command, literal))?;
    Ok(Fix {
        title: format!(
            "Mount the secret, build with `{}`, and revoke the one in the file",
            env_option(name)
        ),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: [mount].into_iter().chain(edits).collect(),
    })
}

/// What tells a secret from others of the file.
fn value_of<'c>(cx: &Context<'_, 'c>, command: SimpleCommand, literal: &Literal) -> &'c str {
    let span = match literal {
        Literal::OfCommand(assignment) => assignment.span(),
        Literal::OfScript => command.span(),
        Literal::InWord { span, .. } => *span,
    };
    span.text(cx.dockerfile.source)
}

/// Checks that no other secret of the file goes by `name`: `docker build` hands in one for each.
fn claim(cx: &Context, name: &str, value: &str) -> Result<(), String> {
    let mounted = cx.facts.secret_ids.get_or_init(|| secret_ids(cx));
    let mut given = cx.facts.given_secrets.borrow_mut();
    let is_another = given.get(name).is_some_and(|other| other != value);
    if mounted.contains(name) || is_another {
        return Err(format!(
            "another secret of the file goes by `{name}`: give this one another name"
        ));
    }
    given.insert(name.to_owned(), value.to_owned());
    Ok(())
}

/// The names of the secrets that steps mount.
fn secret_ids(cx: &Context) -> HashSet<String> {
    let runs = cx.model.steps().filter_map(|(_, step)| match &step.action {
        Action::Run(run) => Some(run),
        _ => None,
    });
    let secrets = runs
        .flat_map(|run| &run.mounts)
        .filter(|mount| mount.kind == MountKind::Secret);
    secrets
        .filter_map(|mount| Some(mount.id.as_ref()?.as_str().to_owned()))
        .collect()
}

/// Whether the script sets the variable in one place, and nowhere takes it away.
fn is_set_once(script: &Script, name: &str) -> bool {
    let text = script.as_str();
    let after = |at: usize| text.get(at + name.len()..).unwrap_or_default();
    let set = mentions(text, name).filter(|at| after(*at).starts_with(['=', '+']));
    let unsets = |command: SimpleCommand| matches!(command.name(), Some("unset" | "read"));
    set.count() == 1 && !script.commands().any(unsets)
}

/// Takes the assignment and the space behind it away.
fn without_assignment(command: SimpleCommand, assignment: Assignment) -> Result<Vec<Edit>, String> {
    let own = assignment.span();
    let assignments = command.assignments().map(|other| other.span());
    let words = command.words().map(|word| word.span());
    let behind = assignments.chain(words).map(|span| span.start);
    let next = behind.filter(|start| *start >= own.end).min();
    let next = next.ok_or("nothing follows the assignment")?;
    Ok(vec![Edit::delete(Span::new(own.start, next))])
}

/// Takes the step of the script away that only sets the variable.
fn without_step(
    cx: &Context,
    script: &Script,
    command: SimpleCommand,
) -> Result<Vec<Edit>, &'static str> {
    const REFUSAL: &str = "the command that sets the variable cannot be taken out";
    let chain = script.sequence().ok_or(REFUSAL)?;
    let at = chain.position(command.id()).ok_or(REFUSAL)?;
    if command.words().len() > 2 || command.assignments().len() > 1 || chain.decides(at) {
        return Err(REFUSAL);
    }
    let spans = chain.removal(at, cx.dockerfile.source).ok_or(REFUSAL)?;
    Ok(spans.into_iter().map(Edit::delete).collect())
}

/// Puts the variable in the place of the secret.
fn expanded(cx: &Context, word: Word, span: Span, name: &str) -> Result<Edit, &'static str> {
    let raw = word.raw();
    let in_one_piece = word.source_ranges().count() == 1 && word.span().contains(span);
    if !in_one_piece || raw.contains(['\'', '\\', '`']) || word.has_substitution() {
        return Err("the shell would not put a variable there");
    }
    let is_last = span.end == word.span().end;
    let text = match raw.contains('"') || !is_last {
        true => format!("${{{name}}}"),
        false => format!("\"${name}\""),
    };
    match span.text(cx.dockerfile.source).contains('"') {
        true => Err("the shell would not put a variable there"),
        false => Ok(Edit::replace(span, text)),
    }
}
