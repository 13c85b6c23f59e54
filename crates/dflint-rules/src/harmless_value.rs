//! Values that are no secrets, whatever their name sounds like.

use dflint_build::Value;

/// Values of one character are no secrets from this length on, in bytes.
const FILLER: usize = 6;

/// Whether `value` of the variable `name` is surely no secret: nothing, a truth value, a path, an
/// address without a password, the name of a file, filler, or the fingerprint of a public key.
pub(crate) fn is_harmless(name: &str, value: &str) -> bool {
    let switch = [
        "", "true", "false", "yes", "no", "on", "off", "none", "null",
    ];
    switch.iter().any(|word| value.eq_ignore_ascii_case(word))
        || is_path(value)
        || is_plain_url(value)
        || is_key_file(value)
        || is_filler(value)
        || is_fingerprint(name, value)
}

fn is_path(value: &str) -> bool {
    value.starts_with(['/', '.', '~'])
        && !value.contains(char::is_whitespace)
        && value.contains('/')
}

fn is_plain_url(value: &str) -> bool {
    value.split_once("://").is_some_and(|(scheme, rest)| {
        scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) && !rest.contains('@')
    })
}

/// Whether the value names a file with a key.
fn is_key_file(value: &str) -> bool {
    let endings = [
        ".key", ".pem", ".crt", ".cert", ".asc", ".gpg", ".pub", ".json",
    ];
    endings.iter().any(|ending| value.ends_with(ending))
}

/// Whether a value of which only the end is known, `${URL}/server.key`, names a file with a key.
pub(crate) fn names_key_file(value: &Value) -> bool {
    let unknown = value.unresolved_ranges().last();
    let known_from = unknown.map_or(0, |range| range.end as usize);
    let known = value.as_str().get(known_from..).unwrap_or_default();
    known
        .rsplit_once('/')
        .is_some_and(|(_, name)| is_key_file(name))
}

/// One character again and again.
fn is_filler(value: &str) -> bool {
    let mut bytes = value.bytes();
    let first = bytes.next();
    value.len() >= FILLER && bytes.all(|byte| Some(byte) == first)
}

/// `GPG_KEY` of many official images says which key signed a release. Fingerprints are written in
/// capitals.
fn is_fingerprint(name: &str, value: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let words = || name.split('_');
    let is_key = words().any(|word| matches!(word, "key" | "keys"));
    let is_other = words().any(|word| matches!(word, "api" | "access" | "secret" | "private"));
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'A'..=b'F');
    let digits = || value.bytes().filter(|byte| *byte != b' ');
    is_key && !is_other && digits().count() == 40 && digits().all(is_digit)
}

#[cfg(test)]
mod tests {
    use dflint_build::Value;

    use super::{is_harmless, names_key_file};

    #[test]
    fn a_file_is_known_by_its_end() {
        assert!(names_key_file(&Value::known("a/b/server.key")));
        assert!(!names_key_file(&Value::unresolved("${URL}/server.key")));
        assert!(!names_key_file(&Value::known("server.key")));
    }

    #[test]
    fn harmless_values() {
        for (name, value) in [
            ("DB_PASSWORD", ""),
            ("AUTH", "True"),
            ("SSL_KEY", "/etc/ssl/server.key"),
            ("AUTH_URL", "https://login.example.com/a"),
            ("GPG_KEY", "0D96DF4D4110E5C43FBFB17F2D347EA6AA65421D"),
            (
                "RELEASE_KEY",
                "0D96 DF4D 4110 E5C4 3FBF B17F 2D34 7EA6 AA65 421D",
            ),
            ("SERVER_KEY", "tls/server.key"),
            ("DB_PASSWORD", "xxxxxxxx"),
        ] {
            assert!(is_harmless(name, value), "{name}={value}");
        }
    }

    #[test]
    fn what_may_be_a_secret() {
        for (name, value) in [
            ("DB_PASSWORD", "1234"),
            ("DB_PASSWORD", "/a b"),
            ("AUTH_URL", "https://me:secret@example.com"),
            ("API_KEY", "0D96DF4D4110E5C43FBFB17F2D347EA6AA65421D"),
        ] {
            assert!(!is_harmless(name, value), "{name}={value}");
        }
    }
}
