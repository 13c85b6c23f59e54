//! Whether a file with the name of one with secrets holds some.

use dflint_build::BuildContext;
use dflint_build::path::base;
use dflint_knowledge::secret::{SecretFile, ToldBy, buildkit_secret_names, token_at};

use crate::secret_text::passwords;

/// Whether the file at `path`, which `file` is about, holds a secret: what its text says, or else
/// its name.
pub(crate) fn holds_secret(
    file: &SecretFile,
    path: &str,
    context: Option<&dyn BuildContext>,
) -> bool {
    let text = context.and_then(|context| context.read(path));
    match text {
        Some(text) => is_told(file.told_by, &text),
        None => !file.often_harmless || is_called_private(path),
    }
}

/// Whether a name such as `private.pem` rules out that the file is public.
fn is_called_private(path: &str) -> bool {
    let name = base(path);
    name.contains("private") || name.contains("secret")
}

/// Whether the text of a file shows a secret.
fn is_told(by: ToldBy, text: &str) -> bool {
    match by {
        ToldBy::Name => !text.trim().is_empty(),
        ToldBy::Assignments => text.lines().any(is_secret_assignment),
        ToldBy::PasswordElement => text.lines().any(is_password_element),
        ToldBy::PasswordInUrl => !passwords(text).is_empty(),
        ToldBy::PrivateKey => text.contains("PRIVATE KEY"),
        ToldBy::RegistryToken => text.lines().any(is_token_line),
    }
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
    let named = buildkit_secret_names().matches(name.trim());
    !value.is_empty() && (named || !passwords(value).is_empty() || token_at(value).is_some())
}

/// `<password>…</password>`, `<add key="ClearTextPassword" value="…" />` with a value that is no
/// variable.
fn is_password_element(line: &str) -> bool {
    let is_literal = |value: &str| !value.is_empty() && !value.starts_with(['$', '%']);
    let element = line.split_once("<password>").and_then(|(_, rest)| {
        let value = rest.split("</").next();
        value.map(str::trim)
    });
    let is_setting = line.contains("ClearTextPassword\"") || line.contains("\"Password\"");
    let setting = line
        .split_once("value=\"")
        .filter(|_| is_setting)
        .and_then(|(_, rest)| rest.split('"').next());
    element.is_some_and(is_literal) || setting.is_some_and(is_literal)
}

#[cfg(test)]
mod tests {
    use dflint_knowledge::secret::ToldBy;

    use super::is_told;

    #[test]
    fn texts_tell_by_literal_values() {
        for (by, text, tells) in [
            (ToldBy::RegistryToken, "//r/:_authToken=0f1e", true),
            (ToldBy::RegistryToken, "//r/:_authToken=${TOKEN}", false),
            (ToldBy::RegistryToken, "npmAuthToken: 0f1e", true),
            (ToldBy::RegistryToken, "registry=https://r/", false),
            (
                ToldBy::PasswordElement,
                "  <password>hunter2</password>",
                true,
            ),
            (
                ToldBy::PasswordElement,
                "<password>${env.P}</password>",
                false,
            ),
            (
                ToldBy::PasswordElement,
                r#"<add key="ClearTextPassword" value="hunter2" />"#,
                true,
            ),
            (
                ToldBy::PasswordElement,
                r#"<add key="ClearTextPassword" value="%FEED%" />"#,
                false,
            ),
            (
                ToldBy::PasswordElement,
                r#"<add key="nuget.org" value="https://x" />"#,
                false,
            ),
            (ToldBy::PasswordInUrl, "index-url = https://a:b2@x/", true),
            (ToldBy::PasswordInUrl, "index-url = https://x/", false),
            (ToldBy::Name, " \n", false),
        ] {
            assert_eq!(is_told(by, text), tells, "{text}");
        }
    }
}
