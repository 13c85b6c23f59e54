//! `COPY` of files that `.dockerignore` keeps away.

use dflint_build::{Action, BuildContext, ConversionError, CopySource, DockerIgnore, Origin, path};
use dflint_parser::{Command, Source, Text};

use crate::visit::Visit;
use crate::{Context, Dialect, Findings, Rule};

/// See the page.
pub(crate) struct CopyIgnoredFile;

impl Rule for CopyIgnoredFile {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let Some(context) = cx.build_context else {
            return;
        };
        let Some(ignore) = context
            .ignore()
            .filter(|ignore| !ignore.patterns().is_empty())
        else {
            return;
        };
        for visit in cx.visits() {
            let sources = match visit.error {
                None => context_sources(&visit),
                Some(error) => sources_before(cx, &visit, error),
            };
            for (word, source) in sources {
                let cleaned = path::clean(&source);
                let is_ignored = match cx.dialect {
                    Dialect::Buildkit => is_ignored_for_buildkit(ignore, &cleaned),
                    Dialect::Dflint | Dialect::Hadolint => is_ignored(context, ignore, &cleaned),
                };
                if !is_ignored {
                    continue;
                }
                findings.report(
                    visit.anchor(cx, word.span()),
                    format!("`{cleaned}` is kept out of the build context by .dockerignore"),
                );
            }
        }
    }
}

/// The sources of a step that come from the build context, expanded.
fn context_sources<'m>(visit: &Visit<'m, '_>) -> Vec<(&'m Text<'m>, String)> {
    let (Action::Copy(step), Command::Copy(transfer) | Command::Add(transfer)) =
        (&visit.step.action, &visit.step.instruction.command)
    else {
        return Vec::new();
    };
    if step.from != Origin::Context {
        return Vec::new();
    }
    // The model lists heredocs behind the other sources.
    let pairs = written_paths(&transfer.sources).zip(&step.sources);
    let local = pairs.filter_map(|(word, source)| match source {
        CopySource::Path { written, .. } => Some((word, written.to_known()?.to_owned())),
        _ => None,
    });
    local.collect()
}

/// The sources of a `COPY` that BuildKit looks at before it refuses a later one. All of them are
/// files of the build context, since it refuses any other.
fn sources_before<'m>(
    cx: &Context<'m, '_>,
    visit: &Visit<'m, '_>,
    error: &ConversionError,
) -> Vec<(&'m Text<'m>, String)> {
    let Command::Copy(copy) = &visit.step.instruction.command else {
        return Vec::new();
    };
    let is_elsewhere = copy.from.as_ref().is_some_and(|from| !from.is_empty());
    let words: Vec<&Text> = written_paths(&copy.sources).collect();
    let refused = words.iter().position(|word| word.span() == error.span);
    let Some(refused) = refused.filter(|_| !is_elsewhere && !error.stops_expansion()) else {
        return Vec::new();
    };
    let before = words.into_iter().take(refused);
    let expanded = before.filter_map(|word| {
        let env = visit.step.state.env();
        let expansion = cx.model.expander().word(word.as_str(), env).ok()?;
        Some((word, expansion.value.to_known()?.to_owned()))
    });
    expanded.collect()
}

fn written_paths<'m, 'a>(sources: &'m [Source<'a>]) -> impl Iterator<Item = &'m Text<'a>> {
    sources.iter().filter_map(|source| match source {
        Source::Path(word) => Some(word),
        Source::Heredoc(_) | Source::EmptyHeredoc { .. } => None,
    })
}

/// BuildKit's check: it gives up where a pattern lets paths through again.
fn is_ignored_for_buildkit(ignore: &DockerIgnore, cleaned: &str) -> bool {
    if ignore.has_exceptions() {
        return false;
    }
    if cleaned == "." || cleaned == "/" {
        return keeps_everything_away(ignore);
    }
    ignore.excludes(cleaned)
}

/// Whether nothing of the path reaches the build.
fn is_ignored(context: &dyn BuildContext, ignore: &DockerIgnore, cleaned: &str) -> bool {
    let relative = cleaned.trim_start_matches('/');
    if !ignore.has_exceptions() {
        return is_ignored_for_buildkit(ignore, if relative.is_empty() { "." } else { relative });
    }
    // With exceptions a directory that is ignored can still hold files that are not.
    let is_pattern = relative.contains(['*', '?', '[']);
    if is_pattern || relative.is_empty() || relative == "." || !ignore.excludes(relative) {
        return false;
    }
    let inside = |path: &str| {
        path.strip_prefix(relative)
            .is_some_and(|rest| rest.starts_with('/'))
    };
    context.entries().is_some_and(|entries| {
        let mut below = entries.iter().filter(|entry| inside(&entry.path));
        context.exists(relative) && below.all(|entry| ignore.excludes(&entry.path))
    })
}

fn keeps_everything_away(ignore: &DockerIgnore) -> bool {
    let patterns = ignore.patterns().iter();
    patterns
        .into_iter()
        .any(|pattern| matches!(pattern.as_str(), "*" | "**" | "**/*"))
}
