//! Signals as `moby/sys/signal` reads them.

use dflint_parser::did_you_mean;

/// Whether `STOPSIGNAL` takes it: a number other than 0, or a name with or without `SIG`.
pub(super) fn is_signal(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse::<i64>().is_ok_and(|number| number != 0);
    }
    let name = text.to_uppercase();
    let name = name.strip_prefix("SIG").unwrap_or(&name);
    NAMES.contains(&name) || is_realtime(name)
}

/// `RTMIN`, `RTMIN+1` … `RTMIN+15`, `RTMAX-14` … `RTMAX`.
fn is_realtime(name: &str) -> bool {
    let offset = |text: &str, sign: char, most: u32| {
        text.is_empty()
            || text.strip_prefix(sign).is_some_and(|number| {
                !number.starts_with('0')
                    && number.bytes().all(|b| b.is_ascii_digit())
                    && number
                        .parse::<u32>()
                        .is_ok_and(|number| (1..=most).contains(&number))
            })
    };
    name.strip_prefix("RTMIN")
        .is_some_and(|rest| offset(rest, '+', 15))
        || name
            .strip_prefix("RTMAX")
            .is_some_and(|rest| offset(rest, '-', 14))
}

/// Linux's signals without `SIG`.
const NAMES: [&str; 34] = [
    "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL",
    "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP",
    "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ",
];

/// The signal that is meant instead of `text`, for a message; empty where none is near.
pub(crate) fn suggest(text: &str) -> String {
    let upper = text.to_uppercase();
    let (prefix, name) = match upper.strip_prefix("SIG") {
        Some(name) => ("SIG", name),
        None => ("", upper.as_str()),
    };
    did_you_mean(name, NAMES).replace("did you mean ", &format!("did you mean {prefix}"))
}

#[cfg(test)]
mod tests {
    use super::is_signal;

    #[test]
    fn signals() {
        for name in [
            "SIGTERM",
            "term",
            "9",
            "SIGRTMIN+3",
            "RTMAX-14",
            "RTMIN",
            "SIGQUIT",
        ] {
            assert!(is_signal(name), "{name}");
        }
        for name in [
            "", "0", "SIG", "FOO", "RTMIN+16", "RTMAX-15", "RTMIN+", "9x",
        ] {
            assert!(!is_signal(name), "{name}");
        }
    }
}
