//! The lines that a `.dockerignore` lacks.

use dflint_build::path::base;
use dflint_build::{BuildContext, DockerIgnore};
use dflint_fix::{Edit, Fix, Keeps, LineEnding, Safety};

use super::needed::Needed;
use super::unwanted_folders;
use crate::Context;
use crate::place::is_within;

/// More lines are not added: somebody should think of fewer.
const MOST_LINES: usize = 24;

/// Characters that mean something in a pattern.
const SPECIAL: &[char] = &['*', '?', '[', '\\', '!', '#', ' '];

/// The fix that adds to the `.dockerignore` of the context what it lets through of folders that no
/// image needs: the same lines whichever Dockerfile asks.
pub(super) fn fix(cx: &Context, context: &dyn BuildContext) -> Result<Fix, String> {
    let path = context.ignore_path();
    let before = context.read(path).filter(|_| !path.is_empty());
    let before = before.ok_or("the file is outside of the build context")?;
    let exceptions = exceptions(&before);
    let needed = Needed::of(cx, context)?;
    let mut lines: Vec<String> = Vec::new();
    for folder in unwanted_folders(context, "") {
        let is_covered = DockerIgnore::parse(&lines.join("\n")).excludes(&folder);
        if !is_covered && lines.len() == MOST_LINES {
            return Err("it lets too many folders through".to_owned());
        }
        if !is_covered {
            lines.push(line(&folder, &needed, &exceptions, context)?);
        }
    }
    let ends_line = before.is_empty() || before.ends_with('\n');
    let mut text = if ends_line { "" } else { "\n" }.to_owned();
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    let text = LineEnding::of(&before).write(&text).into_owned();
    Ok(Fix {
        title: format!("Add what is missing to `{path}`"),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::append(path, before, text)],
    })
}

/// What the lines with `!` let through, as patterns that keep it out.
fn exceptions(text: &str) -> DockerIgnore {
    let patterns = text
        .lines()
        .filter_map(|line| line.trim().strip_prefix('!'));
    DockerIgnore::parse(&patterns.collect::<Vec<_>>().join("\n"))
}

/// The line that keeps a folder out: wherever it is, or else this one.
fn line(
    folder: &str,
    needed: &Needed,
    exceptions: &DockerIgnore,
    context: &dyn BuildContext,
) -> Result<String, String> {
    let entries = context.entries().unwrap_or_default().iter();
    let mut below = entries.filter(|entry| is_within(&entry.path, folder));
    if below.any(|entry| exceptions.excludes(&entry.path)) {
        return Err(format!("a line with `!` lets `{folder}` through"));
    }
    let name = base(folder);
    let everywhere = match name {
        // Those of submodules are files, and those of other projects belong to them.
        ".git" => folder.to_owned(),
        name => format!("**/{name}"),
    };
    let mut candidates = [everywhere, folder.to_owned()].into_iter();
    let is_plain = |line: &String| !folder.contains(SPECIAL) || line.starts_with("**/");
    candidates
        .find(|line| is_plain(line) && !needed.is_hidden_by(line))
        .ok_or_else(|| match needed.lacks_step_for(folder) {
            true => format!("no step makes `{folder}`, so an image may need it"),
            false => format!("a Dockerfile of the context may need `{folder}`"),
        })
}
