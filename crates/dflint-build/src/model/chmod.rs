//! `--chmod`: octal, or symbolic as `dchapes/mode` reads it.

use crate::value::Value;

use super::step::Chmod;

/// Reads a mode; `None` where BuildKit refuses it.
pub(super) fn parse(value: &Value) -> Option<Chmod> {
    let Some(text) = value.to_known() else {
        return Some(Chmod::Unknown(value.clone()));
    };
    let is_number = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if is_number {
        let mode = u32::from_str_radix(text, 8).ok()?;
        return (mode <= 0o7777).then_some(Chmod::Octal(mode));
    }
    let is_symbolic = text.split(',').all(is_clause);
    is_symbolic.then(|| Chmod::Symbolic(text.to_owned()))
}

/// `[ugoa…]` and one or more of `[-+=][perms…]`.
fn is_clause(clause: &str) -> bool {
    let actions = clause.trim_start_matches(['u', 'g', 'o', 'a']);
    if !actions.starts_with(['-', '+', '=']) {
        return false;
    }
    actions.split(['-', '+', '=']).skip(1).all(|permissions| {
        let copies = matches!(permissions, "u" | "g" | "o");
        let plain = |b: u8| matches!(b, b'r' | b'w' | b'x' | b'X' | b's' | b't');
        copies || permissions.bytes().all(plain)
    })
}

#[cfg(test)]
mod tests {
    use super::parse;
    use crate::model::Chmod;
    use crate::value::Value;

    #[test]
    fn modes() {
        assert_eq!(parse(&"755".into()), Some(Chmod::Octal(0o755)));
        assert_eq!(parse(&"07777".into()), Some(Chmod::Octal(0o7777)));
        for text in ["u+x", "a=rX,go-w", "+x", "u=g", "u+r-w"] {
            assert_eq!(
                parse(&text.into()),
                Some(Chmod::Symbolic(text.to_owned())),
                "{text}"
            );
        }
        for text in ["", "888", "10000", "u", "x+u", "u+q", "u+x,", "-1"] {
            assert_eq!(parse(&text.into()), None, "{text}");
        }
        let unknown = Value::unresolved("${M}");
        assert_eq!(parse(&unknown), Some(Chmod::Unknown(unknown.clone())));
    }
}
