//! Files with secrets that are copied into the image.

mod hand_over;
mod mount;

use dflint_build::{BuildContext, Stage, Step, Taken, taken};
use dflint_knowledge::secret::{SecretFile, secret_file};

use self::hand_over::advice;
use crate::secret_file::holds_secret;
use crate::sent_files::sent_files;
use crate::{Context, Findings, Rule};

/// The most files that a message names.
const MAX_NAMED: usize = 3;

/// Folders of other people's files, in which certificates and tests look like secrets.
const FOREIGN_FOLDERS: &[&str] = &[
    "node_modules",
    ".venv",
    "venv",
    "site-packages",
    "vendor",
    "test",
    "tests",
    "testdata",
    "fixtures",
];

/// See the page.
pub(crate) struct CopiedSecrets;

impl Rule for CopiedSecrets {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for (stage, step) in cx.model.steps().filter(|(_, step)| !step.is_trigger) {
            for taken in taken(step) {
                report(cx, stage, step, &taken, findings);
            }
        }
    }
}

fn report(cx: &Context, stage: &Stage, step: &Step, taken: &Taken, findings: &mut Findings) {
    let Some(word) = taken.word else {
        return;
    };
    let anchor = cx.anchor(step.instruction, word.span());
    if let Some(secret) = named(taken.path, cx.build_context) {
        let message = format!(
            "whoever has the image can read `{}` ({}): {}",
            secret.path,
            secret.file.holds,
            advice(&secret, stage, step),
        );
        let finding = findings.report(anchor, message);
        if let Some(reader) = &secret.file.reader {
            finding.fix_or_withhold(mount::fix(cx, stage, step, word, reader));
        }
        return;
    }
    let Some(context) = cx.build_context else {
        return;
    };
    let secrets = sent_secrets(taken.path, context);
    if let Some(message) = message_about_folder(&secrets) {
        findings.report(anchor, message);
    }
}

/// A file with secrets.
struct Secret {
    path: String,
    file: &'static SecretFile,
}

/// The secrets among the files that a folder or pattern stands for.
fn sent_secrets(path: &str, context: &dyn BuildContext) -> Vec<Secret> {
    let files = sent_files(context, path);
    let found = files.filter_map(|entry| {
        let file = secret_in_path(&entry.path)?;
        let foreign = entry
            .path
            .split('/')
            .any(|part| FOREIGN_FOLDERS.contains(&part));
        // What cannot be read is not known to hold any.
        let is_text = context.read(&entry.path).is_some();
        let holds = !foreign && is_text && holds_secret(file, &entry.path, Some(context));
        holds.then(|| Secret {
            path: entry.path.clone(),
            file,
        })
    });
    found.collect()
}

/// The secret that the source itself names: `.env`, `.env*`, `keys/id_rsa`.
fn named(path: &str, context: Option<&dyn BuildContext>) -> Option<Secret> {
    // What matches `.env*` begins with `.env`.
    let plain = path.trim_end_matches('/').replace('*', "");
    let file = secret_file(&plain).filter(|file| file.pattern != ".git")?;
    let is_pattern = plain != path;
    let context = context.filter(|_| !is_pattern);
    holds_secret(file, &plain, context).then(|| Secret {
        path: path.to_owned(),
        file,
    })
}

/// The entry about a file, or about a folder that it is in.
fn secret_in_path(path: &str) -> Option<&'static SecretFile> {
    let folders = path.match_indices('/').filter_map(|(at, _)| path.get(..at));
    let own = secret_file(path);
    let found = own.or_else(|| folders.into_iter().find_map(secret_file));
    found.filter(|file| file.pattern != ".git")
}

fn message_about_folder(secrets: &[Secret]) -> Option<String> {
    let first = secrets.first()?;
    let names: Vec<String> = secrets
        .iter()
        .take(MAX_NAMED)
        .map(|secret| format!("`{}`", secret.path))
        .collect();
    let more = match secrets.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let holds = match secrets {
        [_] => format!(" ({})", first.file.holds),
        _ => String::new(),
    };
    Some(format!(
        "whoever has the image can read {}{more}{holds}: list what the image must not hold in \
         `.dockerignore`",
        names.join(", ")
    ))
}
