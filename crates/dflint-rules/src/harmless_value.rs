//! Values that are no secrets, whatever their name sounds like.

/// Whether `value` of the variable `name` is surely no secret: nothing, a truth value, a path, an
/// address without a password, or the fingerprint of a public key.
pub(crate) fn is_harmless(name: &str, value: &str) -> bool {
    let switch = [
        "", "true", "false", "yes", "no", "on", "off", "none", "null",
    ];
    switch.iter().any(|word| value.eq_ignore_ascii_case(word))
        || is_path(value)
        || is_plain_url(value)
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

/// `GPG_KEY` of many official images says which key signed a release.
fn is_fingerprint(name: &str, value: &str) -> bool {
    let key = name
        .split('_')
        .any(|word| word.eq_ignore_ascii_case("key") || word.eq_ignore_ascii_case("keys"));
    let digits = value.bytes().filter(|byte| *byte != b' ');
    let is_hex = digits.clone().all(|byte| byte.is_ascii_hexdigit());
    let names_signer = ["gpg", "pgp", "gnupg", "signing"];
    let name = name.to_ascii_lowercase();
    key && is_hex && digits.count() == 40 && names_signer.iter().any(|signer| name.contains(signer))
}

#[cfg(test)]
mod tests {
    use super::is_harmless;

    #[test]
    fn harmless_values() {
        for (name, value) in [
            ("DB_PASSWORD", ""),
            ("AUTH", "True"),
            ("SSL_KEY", "/etc/ssl/server.key"),
            ("AUTH_URL", "https://login.example.com/a"),
            ("GPG_KEY", "0D96DF4D4110E5C43FBFB17F2D347EA6AA65421D"),
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
