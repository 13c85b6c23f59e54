//! A build context that nothing is kept out of.

mod added;
mod hits;
mod needed;
mod readers;
mod template;

use dflint_build::path::base;
use dflint_build::{BuildContext, EntryKind, taken};
use dflint_fix::{Edit, Fix, Keeps, Safety};
use dflint_knowledge::secret::secret_file;
use dflint_parser::Span;

use self::needed::Needed;
use crate::secret_file::holds_secret;
use crate::sent_files::{kind_of, sent_files};
use crate::{Context, Findings, Rule};

/// The most names that a message holds.
const MAX_NAMED: usize = 4;

/// See the page.
pub(crate) struct MissingDockerignore;

impl Rule for MissingDockerignore {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        let Some(context) = cx.build_context else {
            return;
        };
        let Some((span, written, path)) = first_folder(cx, context) else {
            return;
        };
        let Some(cargo) = Cargo::of(context, &path) else {
            return;
        };
        if context.ignore().is_some() {
            cargo.report_leak(cx, context, findings, (span, &written));
            return;
        }
        if !path.is_empty() && cargo.is_clean() {
            return;
        }
        findings
            .report(
                span,
                format!(
                    "there is no `.dockerignore`, so `{written}` takes {} {} ({}){}",
                    cargo.files,
                    if cargo.files == 1 { "file" } else { "files" },
                    size(cargo.bytes),
                    cargo.warning(),
                ),
            )
            .fix_or_withhold(fix(cx, context));
    }
}

/// The largest folder of the context that a step takes: its place, as written, and its path.
fn first_folder(cx: &Context, context: &dyn BuildContext) -> Option<(Span, String, String)> {
    let mut best: Option<(Span, String, String)> = None;
    for (_, step) in cx.model.steps().filter(|(_, step)| !step.is_trigger) {
        for taken in taken(step) {
            let is_whole = taken.path.is_empty();
            let is_folder = is_whole || kind_of(context, taken.path) == Some(EntryKind::Directory);
            if !is_folder
                || best
                    .as_ref()
                    .is_some_and(|(.., path)| path.is_empty() || !is_whole)
            {
                continue;
            }
            let keyword = step.instruction.keyword.as_str();
            let found = match taken.word {
                Some(word) => (word.span(), format!("{keyword} {}", word.as_str())),
                None => (
                    step.instruction.keyword.span(),
                    format!("{keyword} --mount=type=bind"),
                ),
            };
            best = Some((
                cx.anchor(step.instruction, found.0),
                found.1,
                taken.path.to_owned(),
            ));
        }
    }
    best
}

/// What a folder of the context holds.
struct Cargo {
    files: usize,
    bytes: u64,
    /// Folders and files that no image needs.
    unwanted: Vec<String>,
    /// Files with secrets.
    secrets: Vec<String>,
    /// Whether a Dockerfile is copied, every edit of which changes the layer.
    holds_dockerfile: bool,
}

impl Cargo {
    /// `None` where the context is too large to be listed.
    fn of(context: &dyn BuildContext, path: &str) -> Option<Self> {
        context.entries()?;
        let mut cargo = Self {
            files: 0,
            bytes: 0,
            unwanted: unwanted_folders(context, path),
            secrets: Vec::new(),
            holds_dockerfile: false,
        };
        for entry in sent_files(context, path) {
            cargo.files += 1;
            cargo.bytes += entry.size;
            cargo.holds_dockerfile |= base(&entry.path).contains("Dockerfile");
            let is_secret = || {
                secret_file(&entry.path)
                    .is_some_and(|file| holds_secret(file, &entry.path, Some(context)))
            };
            if unwanted(&entry.path).is_none() && is_secret() {
                cargo.secrets.push(entry.path.clone());
            }
        }
        Some(cargo)
    }

    /// Whether there is nothing that a `.dockerignore` would have to name.
    fn is_clean(&self) -> bool {
        self.unwanted.is_empty() && self.secrets.is_empty() && !self.holds_dockerfile
    }

    /// What a `.dockerignore` that exists lets through. Files with secrets are left to
    /// `copied-secrets`, which looks into them.
    fn report_leak(
        &self,
        cx: &Context,
        context: &dyn BuildContext,
        findings: &mut Findings,
        (span, written): (Span, &str),
    ) {
        if self.unwanted.is_empty() {
            return;
        }
        let named = self.unwanted.iter().take(MAX_NAMED);
        let named: Vec<String> = named.map(|path| format!("`{path}`")).collect();
        findings
            .report(
                span,
                format!(
                    "`{}` lets {} through, so `{written}` takes {} {} ({})",
                    ignore_file(context),
                    named.join(", "),
                    self.files,
                    if self.files == 1 { "file" } else { "files" },
                    size(self.bytes),
                ),
            )
            .fix_or_withhold(added::fix(cx, context));
    }

    fn warning(&self) -> String {
        let named: Vec<String> = self
            .secrets
            .iter()
            .chain(&self.unwanted)
            .take(MAX_NAMED)
            .map(|path| format!("`{path}`"))
            .collect();
        match named.as_slice() {
            [] => String::new(),
            names => format!(", {} among them", names.join(", ")),
        }
    }
}

/// The part of `path` up to a folder that no image needs.
fn unwanted(path: &str) -> Option<&str> {
    let ends = path.match_indices('/').map(|(at, _)| at);
    ends.into_iter().find_map(|end| {
        let folder = path.get(..end)?;
        let name = folder.rsplit('/').next()?;
        template::UNWANTED_FOLDERS.contains(&name).then_some(folder)
    })
}

/// The file with the rules of a context, for messages.
fn ignore_file(context: &dyn BuildContext) -> &str {
    match context.ignore_path() {
        "" => ".dockerignore",
        path => path,
    }
}

/// The folders below `path` that a build gets and no image needs, each once.
fn unwanted_folders(context: &dyn BuildContext, path: &str) -> Vec<String> {
    let mut folders: Vec<String> = sent_files(context, path)
        .filter_map(|entry| unwanted(&entry.path).map(str::to_owned))
        .collect();
    folders.dedup();
    folders
}

/// `12.3 MB`
fn size(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["bytes", "kB", "MB"] {
        if value < 1000.0 {
            return match unit {
                "bytes" => format!("{bytes} bytes"),
                _ => format!("{value:.1} {unit}"),
            };
        }
        value /= 1000.0;
    }
    format!("{value:.1} GB")
}

fn fix(cx: &Context, context: &dyn BuildContext) -> Result<Fix, String> {
    let needed = Needed::of(cx, context)?;
    Ok(Fix {
        title: "Write a `.dockerignore`".to_owned(),
        safety: Safety::Unsafe,
        keeps: Keeps::Nothing,
        edits: vec![Edit::create(
            ".dockerignore",
            template::text(&needed, context),
        )],
    })
}
