//! Secrets that a `RUN` writes into the image's history or its files.

use dflint_knowledge::secret::buildkit_secret_names;
use dflint_parser::{InstructionName, MountKind, Span};
use dflint_shell::{RedirectKind, SimpleCommand, Word};

use crate::run_view::{Call, RunView};
use crate::secret_literal::{self, Literal};
use crate::secret_mount::env_advice;
use crate::{Context, Findings, Rule, Site};

/// The most secrets of one step for which a fix is looked for: each takes reading all of it.
const MOST_SECRETS: usize = 16;

/// See the page.
pub(crate) struct SecretInRun;

impl Rule for SecretInRun {
    fn interests(&self) -> &'static [InstructionName] {
        &[InstructionName::Run]
    }

    fn check_instruction(&self, cx: &Context, site: &Site, findings: &mut Findings) {
        let Some(run) = cx.run_at(site) else {
            return;
        };
        let secrets = written(&run);
        for secret in &secrets {
            let name = &secret.name;
            let repair = match secrets.len() <= MOST_SECRETS {
                true => secret_literal::fix(cx, &run, secret.command, &secret.literal, name),
                false => Err("the step holds too many secrets".to_owned()),
            };
            run.report(
                cx,
                findings,
                secret.span,
                format!(
                    "the value of `{}` stays in the image's history, where everybody who has the image can read it: \
                     revoke it, and hand another in with {}",
                    secret.of,
                    env_advice(name),
                ),
            )
            .fix_or_withhold(repair);
        }
        for span in kept(&run) {
            run.report(
                cx,
                findings,
                span,
                "this writes the secret into the image: read it where it is mounted, or delete the file \
                 in the same step",
            )
            .withhold("how the program can be told to read the mounted file is not known");
        }
        for span in cloned(&run) {
            run.report(
                cx,
                findings,
                span,
                "git keeps this address, and with it the secret, in the clone's `.git/config`: hand the secret \
                 to a credential helper, or delete `.git` in the same step",
            )
            .withhold("which user name the server expects is not known");
        }
    }
}

/// A secret that is written in a script.
struct Written<'s> {
    span: Span,
    command: SimpleCommand<'s>,
    /// The variable or the option that it is the value of.
    of: String,
    /// The variable that it can be mounted as.
    name: String,
    literal: Literal<'s>,
}

/// Literal secrets in the script.
fn written<'m>(run: &RunView<'m, '_>) -> Vec<Written<'m>> {
    let mut found = Vec::new();
    for command in run.commands() {
        for set in command.assignments() {
            if !is_secret_name(set.name()) || !set.literal().is_some_and(is_secret_value) {
                continue;
            }
            found.push(Written {
                span: set.span(),
                command,
                of: set.name().to_owned(),
                name: set.name().to_owned(),
                literal: match command.words().len() {
                    0 => Literal::OfScript,
                    _ => Literal::OfCommand(set),
                },
            });
        }
    }
    let exports = run.calls_of(&["export", "declare", "typeset"]);
    found.extend(exports.flat_map(|call| exported(&call)));
    let takes_option = |command: SimpleCommand| {
        let mut words = command.words();
        words.any(|word| {
            let raw = word.raw();
            raw.contains("--") && OPTIONS.iter().any(|option| raw.contains(option))
        })
    };
    for call in run.calls_where(takes_option) {
        found.extend(option_values(&call));
    }
    found
}

fn exported<'m>(call: &Call<'m>) -> Vec<Written<'m>> {
    let pairs = call.args.iter().filter_map(|arg| {
        let (name, value) = arg.word.literal()?.split_once('=')?;
        let is_secret = is_secret_name(name) && is_secret_value(value);
        is_secret.then(|| Written {
            span: arg.word.span(),
            command: call.command,
            of: name.to_owned(),
            name: name.to_owned(),
            literal: Literal::OfScript,
        })
    });
    pairs.collect()
}

/// Options whose value is a secret.
const OPTIONS: &[&str] = &[
    "--password",
    "--passwd",
    "--token",
    "--auth-token",
    "--api-key",
    "--apikey",
    "--access-token",
    "--secret-key",
    "--client-secret",
    "--http-password",
];

fn option_values<'m>(call: &Call<'m>) -> Vec<Written<'m>> {
    let mut found = Vec::new();
    for (at, arg) in call.args.iter().enumerate() {
        let (option, word, value) = match arg.text.split_once('=') {
            Some((option, value)) => (option, arg.word, value),
            None => {
                let next = call.args.get(at + 1).filter(|next| !next.is_flag());
                let Some(next) = next else { continue };
                (&*arg.text, next.word, &*next.text)
            }
        };
        let is_secret = word.literal().is_some() && is_secret_value(value);
        if !OPTIONS.contains(&option) || !is_secret {
            continue;
        }
        // The value is what ends the word, unless there are quotes, where nothing is replaced.
        let whole = word.span();
        let start = whole.end.saturating_sub(value.len() as u32);
        found.push(Written {
            span: whole,
            command: call.command,
            of: option.to_owned(),
            name: variable_of(option),
            literal: Literal::InWord {
                word,
                span: Span::new(start.max(whole.start), whole.end),
            },
        });
    }
    found
}

/// A variable for the value of an option: `--auth-token` is `AUTH_TOKEN`.
fn variable_of(option: &str) -> String {
    let name = option.trim_start_matches('-').replace('-', "_");
    name.to_ascii_uppercase()
}

/// Names of shell variables are looser than those of the image: `KEY` alone is often a key of a
/// repository.
fn is_secret_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let is_key = lower == "key"
        || lower.ends_with("_key")
            && !lower.contains("secret")
            && !lower.contains("api")
            && !lower.contains("access");
    let is_place = ["file", "path", "dir", "url", "name", "id"]
        .iter()
        .any(|end| lower.split('_').next_back() == Some(end));
    buildkit_secret_names().matches(name) && !is_key && !is_place
}

/// Whether a literal may be a secret: not empty, no path, nothing that stands for one.
fn is_secret_value(value: &str) -> bool {
    const STAND_INS: &[&str] = &[
        "true",
        "false",
        "yes",
        "no",
        "none",
        "null",
        "dummy",
        "changeme",
        "placeholder",
        "test",
        "secret",
        "password",
        "example",
        "xxx",
        "unused",
        "fake",
        "build",
    ];
    let lower = value.to_ascii_lowercase();
    let is_stand_in = STAND_INS.iter().any(|word| lower.contains(word));
    let is_place = value.starts_with(['/', '.', '~', '$', '<', '{']) || value.contains("://");
    value.len() >= 6 && !is_stand_in && !is_place && !value.contains(char::is_whitespace)
}

/// Where the contents of a mounted secret are written to a file of the image.
fn kept(run: &RunView) -> Vec<Span> {
    let secrets: Vec<String> = run
        .run
        .mounts
        .iter()
        .filter(|mount| mount.kind == MountKind::Secret)
        .filter_map(place_of)
        .collect();
    if secrets.is_empty() {
        return Vec::new();
    }
    let is_secret = |text: &str| secrets.iter().any(|secret| secret == text);
    let calls: Vec<Call> = run.calls_of(&["cp", "cat", "install", "rm"]).collect();
    let removed: Vec<&str> = calls
        .iter()
        .filter(|call| call.name == "rm")
        .flat_map(|call| call.plain().map(|arg| &*arg.text))
        .collect();
    let mut found = Vec::new();
    for call in calls
        .iter()
        .filter(|call| call.plain().any(|arg| is_secret(&arg.text)))
    {
        let written = match call.name {
            "cat" => {
                let mut outputs = call.command.redirects();
                let output = outputs.find(|redirect| {
                    matches!(
                        redirect.kind(),
                        RedirectKind::Output | RedirectKind::Append | RedirectKind::Clobber
                    )
                });
                output
                    .and_then(dflint_shell::Redirect::target)
                    .map(dflint_shell::Word::render)
            }
            "cp" | "install" => call.plain().last().map(|arg| arg.text.to_string()),
            _ => None,
        };
        let stays = written
            .is_some_and(|path| !removed.contains(&path.as_str()) && !path.starts_with("/dev/"));
        if stays {
            found.push(call.command.span());
        }
    }
    found
}

/// Addresses with a secret from a variable that `git clone` writes into a clone that stays.
fn cloned(run: &RunView) -> Vec<Span> {
    let drops_address = |call: &Call| match call.name {
        "rm" => call
            .plain()
            .any(|arg| arg.text.trim_end_matches('/').ends_with(".git")),
        "git" => call.plain().any(|arg| arg.text == "set-url"),
        _ => false,
    };
    if run
        .calls_of(&["rm", "git"])
        .any(|call| drops_address(&call))
    {
        return Vec::new();
    }
    let calls = run.calls_of(&["git"]);
    let clones = calls.filter(|call| call.plain().any(|arg| arg.text == "clone"));
    let addresses: Vec<Span> = clones
        .flat_map(|call| {
            let addresses = call.plain().filter(|arg| has_secret_user(arg.word));
            addresses.map(|arg| arg.word.span()).collect::<Vec<_>>()
        })
        .collect();
    addresses
}

/// Whether the part of an address before its `@` takes a variable that sounds like a secret.
fn has_secret_user(word: Word<'_>) -> bool {
    let text = word.render();
    let authority = text
        .split_once("://")
        .map(|(_, rest)| rest.split('/').next());
    let user = authority.flatten().and_then(|it| it.rsplit_once('@'));
    user.is_some_and(|(user, _)| {
        let names = word.variables().into_iter().map(|variable| variable.name);
        let mut secret = names.filter(|name| buildkit_secret_names().matches(name));
        secret.any(|name| user.contains(name))
    })
}

/// Where a secret is mounted.
fn place_of(mount: &dflint_parser::Mount) -> Option<String> {
    let value = |keys: &[&str]| {
        let field = mount
            .fields
            .iter()
            .find(|field| keys.contains(&field.key.as_str()))?;
        field.value.as_ref().map(|value| value.as_str().to_owned())
    };
    let target = value(&["target", "dst", "destination"]);
    target.or_else(|| Some(format!("/run/secrets/{}", value(&["id"])?)))
}
