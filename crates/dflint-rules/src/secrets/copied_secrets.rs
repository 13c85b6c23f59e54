//! Files with secrets that are copied into the image.

use dflint_build::BuildContext;
use dflint_build::path::base;
use dflint_knowledge::secret::{SecretFile, buildkit_secret_names, secret_file, token_at};

use crate::sent_files::{Taken, sent_files, taken};
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

/// Endings of keys that may as well be public; their text tells.
const KEY_ENDINGS: &[&str] = &[".pem", ".asc", ".gpg", ".key", ".ppk"];

/// See the page.
pub(crate) struct CopiedSecrets;

impl Rule for CopiedSecrets {
    fn check_file(&self, cx: &Context, findings: &mut Findings) {
        for (_, step) in cx.model.steps().filter(|(_, step)| !step.is_trigger) {
            for taken in taken(step) {
                if let Some(word) = taken.word {
                    let secrets = secrets(&taken, cx.build_context);
                    if let Some(message) = message(&secrets, taken.path) {
                        findings.report(cx.anchor(step.instruction, word.span()), message);
                    }
                }
            }
        }
    }
}

/// A file with secrets.
struct Secret {
    path: String,
    file: &'static SecretFile,
}

fn secrets(taken: &Taken<'_, '_>, context: Option<&dyn BuildContext>) -> Vec<Secret> {
    let named = named(taken.path, context);
    let Some(context) = context.filter(|_| named.is_none()) else {
        return named.into_iter().collect();
    };
    let files = sent_files(context, taken.path);
    let found = files.filter_map(|entry| {
        let file = secret_in_path(&entry.path)?;
        let foreign = entry
            .path
            .split('/')
            .any(|part| FOREIGN_FOLDERS.contains(&part));
        let holds = !foreign && holds_secret(&entry.path, context) == Some(true);
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
    let known = context
        .filter(|_| !is_pattern)
        .and_then(|context| holds_secret(&plain, context));
    let holds = known.unwrap_or_else(|| !may_be_public(&plain));
    holds.then(|| Secret {
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

/// Whether files of this name are as often harmless, so that only their text tells.
fn may_be_public(path: &str) -> bool {
    let name = base(path);
    let is_private = name.contains("private") || name.contains("secret");
    let may_be = KEY_ENDINGS.iter().any(|ending| name.ends_with(ending));
    let settings = name.ends_with(".env") && !name.starts_with(".env");
    may_be && !is_private && name != "master.key"
        || settings
        || matches!(name, ".npmrc" | ".yarnrc.yml")
}

/// Whether the file's text holds a secret; `None` where it cannot be read.
fn holds_secret(path: &str, context: &dyn BuildContext) -> Option<bool> {
    let text = context.read(path)?;
    let name = base(path);
    if matches!(name, ".npmrc" | ".yarnrc.yml") {
        return Some(text.lines().any(is_token_line));
    }
    if name.contains(".env") {
        return Some(text.lines().any(is_secret_assignment));
    }
    if KEY_ENDINGS.iter().any(|ending| name.ends_with(ending)) && name != "master.key" {
        return Some(text.contains("PRIVATE KEY"));
    }
    Some(!text.trim().is_empty())
}

/// `//registry/:_authToken=…` with a value that is no variable.
fn is_token_line(line: &str) -> bool {
    let line = line.trim();
    let Some((key, value)) = line.split_once(['=', ':']).map(|(key, _)| {
        // `//host:8080/:_authToken=…` has more than one separator.
        let at = line.rfind(['=', ' ']).unwrap_or(key.len());
        line.split_at(at)
    }) else {
        return false;
    };
    let value = value.trim_matches(|c: char| c == '=' || c == ' ' || c == '"');
    let secret = [
        "_authtoken",
        "_auth",
        "_password",
        "npmauthtoken",
        "npmauthident",
    ];
    let key = key.to_ascii_lowercase();
    !line.starts_with('#')
        && secret.iter().any(|name| key.contains(name))
        && !value.is_empty()
        && !value.starts_with('$')
}

/// `NAME=value` where the name or the value is that of a secret.
fn is_secret_assignment(line: &str) -> bool {
    let line = line.trim().trim_start_matches("export ");
    let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
        return false;
    };
    let value = value.trim().trim_matches(['"', '\'']);
    // `postgres://user:password@host`
    let authority = value
        .split_once("://")
        .and_then(|(_, rest)| rest.split('/').next());
    let password = authority
        .and_then(|it| it.rsplit_once('@'))
        .is_some_and(|it| it.0.contains(':'));
    let named = buildkit_secret_names().matches(name.trim());
    !value.is_empty() && (named || password || token_at(value).is_some())
}

fn message(secrets: &[Secret], source: &str) -> Option<String> {
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
        [only] => format!(" ({})", only.file.holds),
        _ => String::new(),
    };
    let how = match secrets.len() == 1 && first.path == source {
        true => {
            "leave it out and hand it over with `RUN --mount=type=secret` or when the container starts"
        }
        false => "list what the image must not hold in `.dockerignore`",
    };
    Some(format!(
        "whoever has the image can read {}{more}{holds}: {how}",
        names.join(", ")
    ))
}
